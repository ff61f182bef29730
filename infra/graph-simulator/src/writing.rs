//! A customer writes: the message gets its id, opens the window, and goes out as a webhook.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::customers::{self, Customer, Identity};
use crate::media::{self, TakeInError};
use crate::messages::{self, Direction, Message};
use crate::numbers::{self, Number};
use crate::profile::Profile;
use crate::store::Change;
use crate::{wamid, webhooks, window};

/// What a customer does on the phone.
pub(crate) struct Writing {
    pub(crate) from: Identity,
    pub(crate) phone_number_id: String,
    pub(crate) profile: Profile,
    pub(crate) at: Timestamp,
    /// As a webhook holds it, without id, sender and time.
    pub(crate) message: Map<String, Value>,
}

/// Why a customer could not write that.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WritingError {
    #[error("no number with this phone_number_id is registered")]
    UnknownNumber,
    #[error("message needs a type, or exactly one object named like a type")]
    NoType,
    #[error(transparent)]
    Media(#[from] TakeInError),
    #[error("the store failed")]
    Store(#[from] rusqlite::Error),
}

const TYPES: [&str; 16] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "order",
    "reaction",
    "system",
    "edit",
    "revoke",
    "unsupported",
];

/// The id of the message; its webhook is queued behind the customer's earlier ones to the same number.
pub(crate) fn write(change: &mut Change<'_>, writing: Writing, base_url: &str) -> Result<String, WritingError> {
    let number = numbers::find(&change.db, &writing.phone_number_id)?.ok_or(WritingError::UnknownNumber)?;
    let customer = customers::meet(&change.db, &number, &writing.from, &writing.profile)?;
    let kind = type_of(&writing.message).ok_or(WritingError::NoType)?;
    let mut content = writing.message;
    if let Some(object) = content.get_mut(&kind).and_then(Value::as_object_mut) {
        media::take_in(&change.db, &number, &kind, object, base_url, change.now)?;
    }
    let id = address(&mut content, &writing.from, &kind, writing.at);
    complete_context(change, &number, &customer, &mut content)?;
    let message = Message {
        id,
        phone_number_id: number.phone_number_id.clone(),
        customer_id: customer.id,
        direction: Direction::FromCustomer,
        kind,
        content: Value::Object(content),
        status: "sent".to_owned(),
        opaque_data: None,
        sent_to_user_id: None,
        at: writing.at,
    };
    messages::insert(&change.db, &message)?;
    if window::is_opened_by(&message.kind) {
        window::opened_by(&change.db, &number, &customer, writing.at)?;
    }
    customers::rename(&change.db, &number, &customer, &message.content)?;
    let shown_as = Customer { wa_id: writing.from.wa_id.clone(), ..customer };
    let payload = webhooks::message(&number, &shown_as, writing.from.user_id.as_deref(), &message.content);
    let lane = format!("messages/{}/{}", message.phone_number_id, message.customer_id);
    change.queue_webhook(lane, Some(&message.id), &webhooks::escaped(&payload))?;
    Ok(message.id)
}

fn type_of(message: &Map<String, Value>) -> Option<String> {
    if let Some(given) = message.get("type") {
        return given.as_str().map(str::to_owned);
    }
    let mut named = TYPES.iter().filter(|kind| message.contains_key(**kind));
    named.next().filter(|_| named.next().is_none()).map(|kind| (*kind).to_owned())
}

/// Puts sender, id, type and time on the message, and returns the id.
fn address(message: &mut Map<String, Value>, from: &Identity, kind: &str, at: Timestamp) -> String {
    let address = from.wa_id.as_deref().or(from.user_id.as_deref()).unwrap_or_default();
    let id = wamid::from_customer(address);
    if let Some(wa_id) = &from.wa_id {
        message.insert("from".into(), json!(wa_id));
    }
    if let Some(user_id) = &from.user_id {
        message.insert("from_user_id".into(), json!(user_id));
    }
    message.insert("id".into(), json!(id));
    message.insert("type".into(), json!(kind));
    message.insert("timestamp".into(), json!(at.as_second().to_string()));
    id
}

/// A quote names the author of the quoted message, too.
fn complete_context(
    change: &Change<'_>,
    number: &Number,
    customer: &Customer,
    message: &mut Map<String, Value>,
) -> rusqlite::Result<()> {
    let Some(context) = message.get_mut("context").and_then(Value::as_object_mut) else { return Ok(()) };
    if let Some(id) = context.remove("message_id") {
        context.insert("id".into(), id);
    }
    let Some(id) = context.get("id").and_then(Value::as_str).filter(|_| !context.contains_key("from")) else {
        return Ok(());
    };
    let author = match messages::find(&change.db, id)?.map(|quoted| quoted.direction) {
        Some(Direction::FromCustomer) => customer.wa_id.clone(),
        Some(Direction::ToCustomer) | None => Some(number.digits()),
    };
    if let Some(author) = author {
        context.insert("from".into(), json!(author));
    }
    Ok(())
}
