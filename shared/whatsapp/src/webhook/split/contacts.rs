//! Which element of `contacts[]` tells of the sender of a message or the recipient of a status.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::super::json::text;

/// A contact goes with each message and status of its change. What Meta says of a person is some hundred bytes; more than
/// this would multiply.
const LARGEST: usize = 4 * 1024;

/// The people that a change tells of.
pub(super) struct Contacts {
    by_id: HashMap<String, Value>,
    /// The only contact, when all messages and statuses of the change concern one person.
    sole: Option<Value>,
}

impl Contacts {
    /// Reads `contacts`, and who else is named, from the value of a `messages` change.
    pub(super) fn of(value: &Map<String, Value>) -> Self {
        let mut by_id = HashMap::new();
        for contact in contacts(value) {
            for id in [text(contact, "wa_id"), text(contact, "user_id")].into_iter().flatten() {
                by_id.entry(id).or_insert_with(|| contact.clone());
            }
        }
        Self { by_id, sole: sole_of(value).cloned() }
    }

    /// Meta's first name for the sender, or for whom a notice is about; the sole contact's when the message itself names nobody.
    pub(super) fn customer_of(&self, message: &Value) -> Option<String> {
        let of_sole = || {
            let contact = self.sole.as_ref().filter(|_| message.is_object())?;
            text(contact, "wa_id").or_else(|| text(contact, "user_id"))
        };
        sender(message).or_else(of_sole)
    }

    /// The contact that sent `message`.
    pub(super) fn of_sender(&self, message: &Value) -> Option<&Value> {
        self.find(&[text(message, "from"), text(message, "from_user_id")])
    }

    /// The contact that `status` concerns.
    pub(super) fn of_recipient(&self, status: &Value) -> Option<&Value> {
        self.find(&[text(status, "recipient_id"), text(status, "recipient_user_id")])
    }

    fn find(&self, ids: &[Option<String>; 2]) -> Option<&Value> {
        ids.iter().flatten().find_map(|id| self.by_id.get(id)).or(self.sole.as_ref())
    }
}

fn sole_of(value: &Map<String, Value>) -> Option<&Value> {
    let mut contacts = contacts(value);
    let only = contacts.next().filter(|_| contacts.next().is_none())?;
    let senders = elements(value, "messages").filter_map(sender);
    let named: BTreeSet<String> = senders.chain(elements(value, "statuses").filter_map(recipient)).collect();
    (named.len() <= 1).then_some(only)
}

fn sender(message: &Value) -> Option<String> {
    text(message, "from").or_else(|| text(message, "from_user_id")).or_else(|| of_notice(message))
}

/// A notice that is from nobody tells whom it is about: what they were called comes first, since they wrote under that name.
fn of_notice(message: &Value) -> Option<String> {
    let system = message.get("system")?;
    ["previous_user_id", "customer", "user_id", "wa_id"].into_iter().find_map(|key| text(system, key))
}

fn recipient(status: &Value) -> Option<String> {
    text(status, "recipient_id").or_else(|| text(status, "recipient_user_id"))
}

/// Those of a size that a contact has.
fn contacts(value: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    elements(value, "contacts").filter(|contact| contact.to_string().len() <= LARGEST)
}

fn elements<'a>(value: &'a Map<String, Value>, list: &str) -> impl Iterator<Item = &'a Value> {
    value.get(list).and_then(Value::as_array).into_iter().flatten()
}
