//! An order from the catalogue.

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// The customer's words with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub items: Vec<OrderedItem>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedItem {
    /// The seller's id of the product.
    pub product: String,
    pub quantity: u64,
    /// The price of one, in decimal digits as Meta wrote it: money is not a floating number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}
