//! `POST /_simulator/messages`: write as a customer.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Given, Refusal, first_answer};
use crate::clock::parse_timestamp;
use crate::customers::{Identity, is_user_id};
use crate::profile::Profile;
use crate::simulator::Simulator;
use crate::writing::{self, Writing, WritingError};

/// A customer's message as a tool gives it.
#[derive(Debug, Deserialize)]
pub(super) struct NewMessage {
    /// A number, with or without plus sign, or a BSUID.
    from: String,
    /// A BSUID that is told beside the number.
    user_id: Option<String>,
    /// The phone_number_id.
    to: String,
    /// A name, or an object as webhooks hold it.
    #[serde(default)]
    profile: Value,
    /// When the customer sent it; now unless given.
    timestamp: Option<Value>,
    message: Map<String, Value>,
    context: Option<Value>,
    /// Whether to answer only after the webhook's first attempt.
    #[serde(default = "yes")]
    wait: bool,
}

fn yes() -> bool {
    true
}

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Given(given): Given<NewMessage>,
) -> Result<Json<Value>, Refusal> {
    let shared = simulator.shared();
    let wait = given.wait;
    let writing = given.into_writing(&simulator)?;
    let at = writing.at;
    let base_url = shared.public_url();
    let (id, answers) = shared.change(|change| writing::write(change, writing, &base_url))?;
    let mut delivered = false;
    if wait {
        for answer in answers {
            delivered = first_answer(answer).await == Some(200);
        }
    }
    Ok(Json(json!({ "id": id, "timestamp": at.as_second().to_string(), "delivered": delivered })))
}

impl NewMessage {
    fn into_writing(mut self, simulator: &Simulator) -> Result<Writing, Refusal> {
        let mut from = Identity::parse(&self.from)
            .ok_or_else(|| Refusal::bad_request("from must be a phone number or a BSUID"))?;
        if let Some(user_id) = self.user_id {
            if !is_user_id(&user_id) {
                return Err(Refusal::bad_request("user_id must be a BSUID"));
            }
            from.user_id = Some(user_id);
        }
        let at = match self.timestamp.or_else(|| self.message.get("timestamp").cloned()) {
            Some(given) => parse_timestamp(&given)
                .ok_or_else(|| Refusal::bad_request("timestamp must be Unix seconds or RFC 3339"))?,
            None => simulator.shared().now(),
        };
        if let Some(context) = self.context {
            self.message.insert("context".to_owned(), context);
        }
        let profile = Profile::from_value(&self.profile);
        Ok(Writing { from, phone_number_id: self.to, profile, at, message: self.message })
    }
}

impl From<WritingError> for Refusal {
    fn from(error: WritingError) -> Self {
        match error {
            WritingError::UnknownNumber => Self::not_found(error.to_string()),
            WritingError::Store(error) => error.into(),
            WritingError::NoType | WritingError::Media(_) => Self::bad_request(error.to_string()),
        }
    }
}
