//! `POST /{version}/{phone_number_id}/messages`: sends a message, or marks one as read (with a typing indicator, if asked for).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::access;
use super::envelope::Envelope;
use super::error::MetaError;
use crate::messages::{self, Direction};
use crate::numbers::Number;
use crate::sending::{self, Recipient};
use crate::simulator::Simulator;
use crate::store::Change;

/// For how long a message can be marked as read.
const READABLE: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Path((_, phone_number_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, MetaError> {
    let (answer, _) = simulator.shared().change(|change| {
        let number = access::number(&change.db, &headers, &phone_number_id)?;
        match Envelope::parse(&body, &number)? {
            Envelope::Read { message_id } => mark_read(change, &number, &message_id),
            Envelope::Message { input, outgoing } => send(change, &number, &input, outgoing),
        }
    })?;
    Ok(Json(answer))
}

fn send(
    change: &mut Change<'_>,
    number: &Number,
    input: &str,
    outgoing: sending::Outgoing,
) -> Result<Value, MetaError> {
    let contact = match &outgoing.recipient {
        Recipient::Phone(digits) => json!({ "input": input, "wa_id": digits }),
        Recipient::User(user_id) => json!({ "input": input, "user_id": user_id }),
    };
    let is_template = outgoing.kind == "template";
    let mut message = json!({ "id": sending::send(change, number, outgoing)? });
    // Documented for templates only.
    if is_template {
        message["message_status"] = json!("accepted");
    }
    Ok(json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] }))
}

fn mark_read(change: &mut Change<'_>, number: &Number, message_id: &str) -> Result<Value, MetaError> {
    let message = messages::find(&change.db, message_id)?.filter(|message| {
        message.direction == Direction::FromCustomer
            && message.phone_number_id == number.phone_number_id
            && change.now.duration_since(message.at) <= READABLE
    });
    let message =
        message.ok_or_else(|| MetaError::invalid("message_id names no message that can be marked as read"))?;
    messages::read_up_to(&change.db, &message)?;
    Ok(json!({ "success": true }))
}
