//! `GET|DELETE /_simulator/requests`

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::requests;
use crate::simulator::Simulator;

/// Which are listed.
#[derive(Debug, Deserialize)]
pub(super) struct Behind {
    /// Those that came after the one of this `seq`.
    #[serde(default)]
    after: i64,
}

/// Oldest first.
pub(super) async fn list(
    State(simulator): State<Simulator>,
    Query(behind): Query<Behind>,
) -> Result<Json<Value>, Refusal> {
    let requests = requests::behind(&simulator.shared().store.lock(), behind.after)?;
    Ok(Json(json!({ "requests": requests })))
}

pub(super) async fn delete(State(simulator): State<Simulator>) -> Result<StatusCode, Refusal> {
    requests::clear(&simulator.shared().store.lock())?;
    Ok(StatusCode::NO_CONTENT)
}
