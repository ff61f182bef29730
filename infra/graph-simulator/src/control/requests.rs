//! `GET|DELETE /_simulator/requests`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Refusal;
use crate::requests;
use crate::simulator::Simulator;

/// Oldest first.
pub(super) async fn list(State(simulator): State<Simulator>) -> Result<Json<Value>, Refusal> {
    let requests = requests::all(&simulator.shared().store.lock())?;
    Ok(Json(json!({ "requests": requests })))
}

pub(super) async fn delete(State(simulator): State<Simulator>) -> Result<StatusCode, Refusal> {
    requests::clear(&simulator.shared().store.lock())?;
    Ok(StatusCode::NO_CONTENT)
}
