//! An order in JSON.

use serde::Serialize;
use utoipa::ToSchema;

/// An order from the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Order {
    #[schema(required = true)]
    catalog_id: Option<String>,
    items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Serialize, ToSchema)]
struct OrderItem {
    /// The seller's id of the product.
    #[schema(example = "SKU-7")]
    product: String,
    quantity: u64,
    /// The price of one, in decimal digits.
    #[schema(required = true, example = "9.50")]
    price: Option<String>,
    /// ISO 4217.
    #[schema(required = true, example = "EUR")]
    currency: Option<String>,
}

impl From<domain::content::Order> for Order {
    fn from(order: domain::content::Order) -> Self {
        Self { catalog_id: order.catalog_id, items: order.items.into_iter().map(OrderItem::from).collect() }
    }
}

impl From<domain::content::OrderedItem> for OrderItem {
    fn from(item: domain::content::OrderedItem) -> Self {
        Self { product: item.product, quantity: item.quantity, price: item.price, currency: item.currency }
    }
}
