//! One webhook body into all its items.
//!
//! Meta batches: `entry[]` of different accounts, each with `changes[]`, each of field `messages` with messages,
//! statuses and errors side by side. Every element becomes one item that knows its address in the body, such as
//! `entry/0/changes/1/messages/2`, and keeps what Meta wrote. What has another shape than documented becomes an
//! [`OtherItem`] at the innermost address that could be told.

mod change;
mod contacts;
mod surrogates;

use domain::{MessageId, Wamid};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::json::{text, time};

/// Every item of one webhook body, in the order of the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub items: Vec<Item>,
}

/// One element of a webhook.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Message(MessageItem),
    Status(StatusItem),
    Other(OtherItem),
}

impl Item {
    /// Where in the body it stood.
    pub fn at(&self) -> &str {
        match self {
            Self::Message(item) => &item.at,
            Self::Status(item) => &item.at,
            Self::Other(item) => &item.at,
        }
    }

    /// The message that it becomes, or that it reports of, as far as it says: for logs, in which a message is then found
    /// from its first line on.
    pub fn message_id(&self) -> Option<MessageId> {
        match self {
            Self::Message(MessageItem { phone_number_id, message, .. }) => {
                let wamid = Wamid::try_from(text(message, "id")?).ok()?;
                Some(MessageId::of_wamid(phone_number_id, &wamid))
            }
            Self::Status(StatusItem { status, .. }) => text(status, "biz_opaque_callback_data")?.parse().ok(),
            Self::Other(_) => None,
        }
    }
}

/// A message with an id and a sender. What it says is read by [`super::message::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct MessageItem {
    pub at: String,
    pub waba_id: String,
    /// The business number it came to.
    pub phone_number_id: String,
    /// Meta's first name for the sender: `from`, or else `from_user_id`; of a notice that is from nobody, for whom it is
    /// about. Says which messages belong to one conversation; one person may have two.
    pub customer: String,
    /// The element of `contacts[]` about the sender.
    pub contact: Option<Value>,
    pub message: Value,
}

/// A status of a message we sent. What it says is read by [`super::status::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct StatusItem {
    pub at: String,
    pub waba_id: String,
    /// The business number the message went out from.
    pub phone_number_id: String,
    /// The element of `contacts[]` about the recipient.
    pub contact: Option<Value>,
    pub status: Value,
}

/// Anything else: a change of another field, an error of the account, or something of no known shape.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherItem {
    pub at: String,
    pub waba_id: Option<String>,
    pub phone_number_id: Option<String>,
    /// When it happened, where Meta says so: for accounts and templates it does.
    pub time: Option<Timestamp>,
    /// Meta's name of the field, or [`UNKNOWN`] or [`UNREADABLE`].
    pub field: String,
    /// A change's `value`, or the element of unknown shape itself.
    pub value: Value,
}

/// The field of what has no field.
pub const UNKNOWN: &str = "unknown";

/// The field of a body that is not JSON; its value is `{"base64": …}`, the whole body.
pub const UNREADABLE: &str = "unreadable";

/// The address of the body itself.
pub const BODY: &str = "body";

/// Splits a body. Whatever the bytes are, there is at least one item and nothing is left out.
pub fn split(body: &[u8]) -> Split {
    let readable = serde_json::from_slice(body).or_else(|_| serde_json::from_slice(&surrogates::mended(body)));
    let items = match readable {
        Ok(body) => of_body(body),
        Err(_) => vec![Item::Other(unreadable(body))],
    };
    Split { items }
}

fn unreadable(body: &[u8]) -> OtherItem {
    use base64::Engine as _;

    let value = json!({ "base64": base64::engine::general_purpose::STANDARD.encode(body) });
    OtherItem { field: UNREADABLE.to_owned(), ..OtherItem::unknown(BODY, value) }
}

fn of_body(mut body: Value) -> Vec<Item> {
    match body.get_mut("entry").map(Value::take) {
        None => vec![Item::Other(OtherItem::unknown(BODY, body))],
        Some(Value::Array(entries)) if !entries.is_empty() => {
            entries.into_iter().enumerate().flat_map(|(index, entry)| of_entry(index, entry)).collect()
        }
        Some(odd) => vec![Item::Other(OtherItem::unknown("entry", odd))],
    }
}

fn of_entry(index: usize, mut entry: Value) -> Vec<Item> {
    let at = format!("entry/{index}");
    let (waba_id, time) = (text(&entry, "id"), time(&entry, "time"));
    match entry.get_mut("changes").map(Value::take) {
        Some(Value::Array(changes)) if !changes.is_empty() => {
            let changes = changes.into_iter().enumerate();
            changes
                .flat_map(|(index, change)| {
                    change::items(&format!("{at}/changes/{index}"), waba_id.as_deref(), time, change)
                })
                .collect()
        }
        changes => {
            if let Some(changes) = changes {
                entry["changes"] = changes;
            }
            vec![Item::Other(OtherItem { waba_id, time, ..OtherItem::unknown(&at, entry) })]
        }
    }
}

impl OtherItem {
    fn unknown(at: &str, value: Value) -> Self {
        Self { at: at.to_owned(), waba_id: None, phone_number_id: None, time: None, field: UNKNOWN.to_owned(), value }
    }
}

#[cfg(test)]
mod tests;
