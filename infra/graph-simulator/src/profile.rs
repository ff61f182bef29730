//! What a customer's WhatsApp profile tells a business.

use serde_json::Value;

/// A display name and, since 2026, a username; neither identifies anybody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) name: Option<String>,
    pub(crate) username: Option<String>,
}

impl Profile {
    /// From a bare name, or an object as webhooks hold it.
    pub(crate) fn from_value(value: &Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Self { name: value.as_str().map(str::to_owned).or_else(|| text("name")), username: text("username") }
    }
}
