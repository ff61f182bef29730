//! `POST /_simulator/statuses`: report a status now, or choose which ones are reported by themselves.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Given, Refusal, first_answer};
use crate::clock::parse_timestamp;
use crate::messages::{self, Direction};
use crate::simulator::Simulator;
use crate::statuses::{self, Automatic, Status};

/// The code of a failure that has none: message undeliverable.
const USUAL_FAILURE: i64 = 131_026;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Wish {
    Automatic { auto: Automatic },
    Now(NewStatus),
}

#[derive(Debug, Deserialize)]
pub(super) struct NewStatus {
    message_id: String,
    status: Status,
    /// Why it failed.
    code: Option<i64>,
    timestamp: Option<Value>,
}

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Given(wish): Given<Wish>,
) -> Result<Json<Value>, Refusal> {
    match wish {
        Wish::Automatic { auto } => {
            auto.choose(&simulator.shared().store.lock())?;
            Ok(Json(json!({ "success": true })))
        }
        Wish::Now(status) => report(&simulator, status).await,
    }
}

async fn report(simulator: &Simulator, given: NewStatus) -> Result<Json<Value>, Refusal> {
    let shared = simulator.shared();
    let at = match &given.timestamp {
        Some(at) => {
            parse_timestamp(at).ok_or_else(|| Refusal::bad_request("timestamp must be Unix seconds or RFC 3339"))?
        }
        None => shared.now(),
    };
    let ((), answers) = shared.change(|change| {
        let message = messages::find(&change.db, &given.message_id)?;
        let mut message = message
            .filter(|message| message.direction == Direction::ToCustomer)
            .ok_or_else(|| Refusal::not_found("no message with this id was sent to a customer"))?;
        let code = given.code.unwrap_or(USUAL_FAILURE);
        statuses::report(change, &mut message, given.status, code, at).map_err(Refusal::from)
    })?;
    let mut delivered = false;
    for answer in answers {
        delivered = first_answer(answer).await == Some(200);
    }
    Ok(Json(json!({ "delivered": delivered })))
}
