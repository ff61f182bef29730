//! What WhatsApp itself tells of the customer: another number, another id, another device. Its words are for people; who is
//! meant is read from the fields only.

use std::collections::BTreeSet;

use domain::content::{Notice, NoticeKind};
use domain::{Identity, Sender};
use serde_json::Value;

use super::super::json::text;
use super::super::person;

/// Reads a notice of a type that we know. Older webhooks call the types after the customer.
pub(super) fn read(message: &Value, system: &Value) -> Option<Notice> {
    let about = match text(system, "type")?.as_str() {
        "user_changed_number" | "customer_changed_number" => NoticeKind::ChangedNumber,
        "user_changed_user_id" => NoticeKind::ChangedUserId,
        "customer_identity_changed" | "user_identity_changed" => NoticeKind::ChangedDevice,
        _ => return None,
    };
    Some(Notice { about, previous: previous(message, system), text: text(system, "body") })
}

/// The customer as they are called from now on; nobody where the notice names nothing new. Then they are whom it is from.
pub(in crate::webhook) fn sender(message: &Value, contact: Option<&Value>) -> Option<Sender> {
    let [number, user_id] = new_names(message.get("system")?);
    let is_named = number.is_some() || user_id.is_some();
    if is_named { person::read(number.as_deref(), user_id.as_deref(), contact) } else { None }
}

fn new_names(system: &Value) -> [Option<String>; 2] {
    [text(system, "wa_id").or_else(|| text(system, "new_wa_id")), text(system, "user_id")]
}

/// Meta may name the old number and the old id in one notice, and either alone may be the one that we know. A notice about
/// an id may be from the old or from the new one.
fn previous(message: &Value, system: &Value) -> Vec<Identity> {
    let (from, from_id) = (text(message, "from"), text(message, "from_user_id"));
    let new: Vec<Identity> = new_names(system).iter().flatten().filter_map(|name| Identity::read(name)).collect();
    let now = if new.is_empty() { read_all([&from, &from_id]) } else { new };
    let old_id = text(system, "previous_user_id").or(from_id);
    let mut previous = read_all([&from, &text(system, "customer")]);
    previous.extend(read_all([&old_id, &None]));
    let mut known = BTreeSet::new();
    previous.retain(|identity| !now.contains(identity) && known.insert(identity.clone()));
    previous
}

fn read_all(names: [&Option<String>; 2]) -> Vec<Identity> {
    names.into_iter().flatten().filter_map(|name| Identity::read(name)).collect()
}
