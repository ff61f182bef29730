use std::collections::BTreeMap;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::Error;

/// A typed value that travels beside a message's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, maybe followed by a dot and a custom label.
    pub data_type: String,
    /// What it holds.
    pub value: AttributeValue,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// Of the types `String` and `Number`.
    Text(String),
    /// Of the type `Binary`.
    Binary(Vec<u8>),
}

impl MessageAttribute {
    /// What it adds to the message's weight.
    pub(crate) fn bytes(&self) -> usize {
        self.data_type.len() + self.value.as_bytes().len()
    }

    pub(crate) fn check(&self, name: &str) -> Result<(), Error> {
        let basic_type = self.data_type.split('.').next().unwrap_or_default();
        let fits = match self.value {
            AttributeValue::Text(_) => matches!(basic_type, "String" | "Number"),
            AttributeValue::Binary(_) => basic_type == "Binary",
        };
        if !fits {
            return Err(Error::InvalidParameterValue(format!(
                "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
            )));
        }
        if self.value.as_bytes().is_empty() {
            return Err(Error::InvalidParameterValue(format!(
                "Message (user) attribute '{name}' must contain a non-empty value of type '{basic_type}'."
            )));
        }
        Ok(())
    }
}

impl AttributeValue {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// How the digest marks the transport type (AWS: "Calculating the MD5 message digest for message attributes").
    fn transport_type(&self) -> u8 {
        match self {
            Self::Text(_) => 1,
            Self::Binary(_) => 2,
        }
    }
}

/// The digest of a body, in hexadecimal.
pub(crate) fn md5_of_body(body: &str) -> String {
    hex::encode(Md5::digest(body))
}

/// The digest of a message's attributes as AWS defines it, in hexadecimal; none without attributes.
pub(crate) fn md5_of_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        add_with_length(&mut digest, name.as_bytes());
        add_with_length(&mut digest, attribute.data_type.as_bytes());
        digest.update([attribute.value.transport_type()]);
        add_with_length(&mut digest, attribute.value.as_bytes());
    }
    Some(hex::encode(digest.finalize()))
}

fn add_with_length(digest: &mut Md5, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}
