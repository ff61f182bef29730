//! One change into its items.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::json::text;
use super::contacts::Contacts;
use super::{Item, MessageItem, OtherItem, StatusItem, UNKNOWN};

/// The field whose value holds messages, statuses and errors.
const MESSAGES: &str = "messages";

/// What stands in the value of a `messages` change beside its three lists.
const SURROUNDINGS: [&str; 3] = ["messaging_product", "metadata", "contacts"];

/// Every item of a change; at least one.
pub(super) fn items(at: &str, waba_id: Option<&str>, time: Option<Timestamp>, mut change: Value) -> Vec<Item> {
    let Some(field) = text(&change, "field") else {
        return vec![Origin { at, waba_id, phone_number_id: None, time, field: UNKNOWN }.other("", change)];
    };
    let Some(value) = change.get_mut("value").map(Value::take) else {
        return vec![Origin { at, waba_id, phone_number_id: None, time, field: &field }.other("", change)];
    };
    // A partner's events come under the portfolio's id and name the account within.
    let named = value.get("waba_info").and_then(|account| text(account, "waba_id"));
    let waba_id = named.as_deref().or(waba_id);
    let phone_number_id = value.get("metadata").and_then(|metadata| text(metadata, "phone_number_id"));
    let origin = Origin { at, waba_id, phone_number_id: phone_number_id.as_deref(), time, field: &field };
    match value {
        Value::Object(value) if field == MESSAGES => origin.of_messages(value),
        value => vec![origin.other("", value)],
    }
}

/// Where the items of a change come from.
#[derive(Clone, Copy)]
struct Origin<'a> {
    at: &'a str,
    waba_id: Option<&'a str>,
    phone_number_id: Option<&'a str>,
    time: Option<Timestamp>,
    field: &'a str,
}

impl Origin<'_> {
    fn of_messages(self, mut value: Map<String, Value>) -> Vec<Item> {
        let contacts = Contacts::of(&value);
        let mut items = self.take_list(&mut value, "messages", |at, message| self.message(at, message, &contacts));
        items.extend(self.take_list(&mut value, "statuses", |at, status| self.status(at, status, &contacts)));
        items.extend(self.take_list(&mut value, "errors", |at, error| self.other(at, error)));
        if items.is_empty() || holds_more(&value) {
            items.push(self.other("", Value::Object(value)));
        }
        items
    }

    /// Takes the elements of a list out of `value`. Something else than a list is one item; an empty one stays.
    fn take_list(self, value: &mut Map<String, Value>, list: &str, item: impl Fn(&str, Value) -> Item) -> Vec<Item> {
        if is_empty(value.get(list)) {
            return Vec::new();
        }
        match value.remove(list) {
            Some(Value::Array(elements)) => {
                let elements = elements.into_iter().enumerate();
                elements.map(|(index, element)| item(&format!("/{list}/{index}"), element)).collect()
            }
            odd => vec![self.other(&format!("/{list}"), odd.unwrap_or_default())],
        }
    }

    /// A message needs an id, a sender and a number to be routed by; without them it is recorded.
    fn message(self, at: &str, message: Value, contacts: &Contacts) -> Item {
        match (text(&message, "id"), contacts.customer_of(&message), self.phone_number_id) {
            (Some(_), Some(customer), Some(phone_number_id)) => Item::Message(MessageItem {
                at: format!("{}{at}", self.at),
                waba_id: self.waba_id.unwrap_or_default().to_owned(),
                phone_number_id: phone_number_id.to_owned(),
                customer,
                contact: contacts.of_sender(&message).cloned(),
                message,
            }),
            _ => self.other(at, message),
        }
    }

    /// A status needs the id of a message and a number; without them it is recorded.
    fn status(self, at: &str, status: Value, contacts: &Contacts) -> Item {
        match (text(&status, "id"), self.phone_number_id) {
            (Some(_), Some(phone_number_id)) => Item::Status(StatusItem {
                at: format!("{}{at}", self.at),
                waba_id: self.waba_id.unwrap_or_default().to_owned(),
                phone_number_id: phone_number_id.to_owned(),
                contact: contacts.of_recipient(&status).cloned(),
                status,
            }),
            _ => self.other(at, status),
        }
    }

    fn other(self, at: &str, value: Value) -> Item {
        Item::Other(OtherItem {
            at: format!("{}{at}", self.at),
            waba_id: self.waba_id.map(str::to_owned),
            phone_number_id: self.phone_number_id.map(str::to_owned),
            time: self.time,
            field: self.field.to_owned(),
            value,
        })
    }
}

fn is_empty(list: Option<&Value>) -> bool {
    match list {
        None | Some(Value::Null) => true,
        Some(Value::Array(elements)) => elements.is_empty(),
        Some(_) => false,
    }
}

/// Whether something stands beside the three lists that may be an update of its own: a list or an object we don't know.
fn holds_more(value: &Map<String, Value>) -> bool {
    value.iter().any(|(key, value)| {
        let holds = match value {
            Value::Array(elements) => !elements.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => false,
        };
        holds && !SURROUNDINGS.contains(&key.as_str())
    })
}
