//! What the simulator learns from webhooks that it did not make itself.

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::parse_timestamp;
use crate::customers::{self, Identity};
use crate::messages::{self, Direction, Message};
use crate::numbers;
use crate::profile::Profile;
use crate::store::Change;
use crate::window;

/// Notes the customers' messages in `webhook`; whatever else is in it, of whatever shape, is passed over.
pub(crate) fn learn(change: &Change<'_>, webhook: &Value) -> rusqlite::Result<()> {
    for entry in elements(&webhook["entry"]) {
        for value in elements(&entry["changes"]).map(|change| &change["value"]) {
            for message in elements(&value["messages"]) {
                learn_message(change, value, message)?;
            }
        }
    }
    Ok(())
}

fn learn_message(change: &Change<'_>, value: &Value, message: &Value) -> rusqlite::Result<()> {
    let phone_number_id = value["metadata"]["phone_number_id"].as_str().unwrap_or_default();
    let identity = Identity { wa_id: text(&message["from"]), user_id: text(&message["from_user_id"]) };
    let is_nobody = identity.wa_id.is_none() && identity.user_id.is_none();
    let (Some(number), Some(id), false) =
        (numbers::find(&change.db, phone_number_id)?, text(&message["id"]), is_nobody)
    else {
        return Ok(());
    };
    let customer = customers::meet(&change.db, &number, &identity, &profile_of(value, &identity))?;
    let at = parse_timestamp(&message["timestamp"]).unwrap_or(Timestamp::UNIX_EPOCH);
    let kind = message["type"].as_str().unwrap_or("unsupported").to_owned();
    if window::is_opened_by(&kind) {
        window::opened_by(&change.db, &number, &customer, at)?;
    }
    customers::rename(&change.db, &number, &customer, message)?;
    let learnt = Message {
        id,
        phone_number_id: number.phone_number_id,
        customer_id: customer.id,
        direction: Direction::FromCustomer,
        kind,
        content: message.clone(),
        status: "delivered".to_owned(),
        opaque_data: None,
        sent_to_user_id: None,
        at,
    };
    messages::insert(&change.db, &learnt).map(drop)
}

fn profile_of(value: &Value, identity: &Identity) -> Profile {
    let is_theirs = |contact: &&Value| {
        [("wa_id", &identity.wa_id), ("user_id", &identity.user_id)]
            .iter()
            .any(|(key, own)| own.is_some() && contact[*key].as_str() == own.as_deref())
    };
    elements(&value["contacts"]).find(is_theirs).map_or_else(Profile::default, |c| Profile::from_value(&c["profile"]))
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
