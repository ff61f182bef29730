//! An order from the catalogue.

use domain::content::{Order, OrderedItem};
use serde_json::Value;

use super::super::json::{text, whole};

/// Reads an order, if every line of it can be read.
pub(super) fn read(order: &Value) -> Option<Order> {
    let items = match order.get("product_items") {
        Some(Value::Array(items)) => items.iter().map(item).collect::<Option<Vec<_>>>()?,
        None | Some(Value::Null) => Vec::new(),
        Some(_) => return None,
    };
    let text_with_it = text(order, "text");
    let says_something = text_with_it.is_some() || !items.is_empty();
    says_something.then(|| Order { catalog_id: text(order, "catalog_id"), text: text_with_it, items })
}

fn item(item: &Value) -> Option<OrderedItem> {
    Some(OrderedItem {
        product: text(item, "product_retailer_id")?,
        quantity: whole(item, "quantity")?,
        price: text(item, "item_price").filter(|price| is_price(price)),
        currency: text(item, "currency"),
    })
}

/// Digits with at most one point between them; no number is written as 1e3 by people who pay it.
fn is_price(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
