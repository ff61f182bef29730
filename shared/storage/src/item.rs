//! Values to items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StorageError;
use crate::key::Key;

pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// A value's item under its key.
pub(crate) fn write(key: &Key, what: &'static str, value: &impl Serialize) -> Result<Attributes, StorageError> {
    let mut item: Attributes = serde_dynamo::to_item(value).map_err(StorageError::unreadable(what))?;
    item.extend(key.attributes());
    Ok(item)
}

/// The value in an item; keys and index attributes beside it are passed over.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, item: Attributes) -> Result<T, StorageError> {
    serde_dynamo::from_item(item).map_err(StorageError::unreadable(what))
}

/// Lets DynamoDB remove the item some time after `at`.
pub(crate) fn expire(item: &mut Attributes, at: Timestamp) {
    item.insert("expires_at".to_owned(), AttributeValue::N(at.as_second().to_string()));
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn signed(value: i128) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time that conditions compare.
pub(crate) fn milliseconds(at: Timestamp) -> AttributeValue {
    signed(at.as_millisecond().into())
}

/// A value that is a part of an item.
pub(crate) fn value(what: &'static str, value: &impl Serialize) -> Result<AttributeValue, StorageError> {
    serde_dynamo::to_attribute_value(value).map_err(StorageError::unreadable(what))
}
