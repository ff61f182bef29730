//! Message attributes as JSON has them.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{AttributeValue, Error, MessageAttribute};

/// One attribute.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireAttribute {
    data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

/// By name.
pub(super) type WireAttributes = BTreeMap<String, WireAttribute>;

pub(super) fn parsed(attributes: WireAttributes) -> Result<BTreeMap<String, MessageAttribute>, Error> {
    attributes.into_iter().map(|(name, attribute)| Ok((name, attribute.try_into()?))).collect()
}

impl TryFrom<WireAttribute> for MessageAttribute {
    type Error = Error;

    fn try_from(wire: WireAttribute) -> Result<Self, Error> {
        let invalid = |reason: &str| Error::InvalidParameterValue(format!("A message attribute {reason}."));
        let value = match (wire.string_value, wire.binary_value) {
            (Some(text), None) => AttributeValue::Text(text),
            (None, Some(base64)) => {
                AttributeValue::Binary(STANDARD.decode(base64).map_err(|_| invalid("is not in base64"))?)
            }
            _ => return Err(invalid("must have one value")),
        };
        Ok(Self { data_type: wire.data_type, value })
    }
}

impl From<MessageAttribute> for WireAttribute {
    fn from(attribute: MessageAttribute) -> Self {
        let (string_value, binary_value) = match attribute.value {
            AttributeValue::Text(text) => (Some(text), None),
            AttributeValue::Binary(bytes) => (None, Some(STANDARD.encode(bytes))),
        };
        Self { data_type: attribute.data_type, string_value, binary_value }
    }
}
