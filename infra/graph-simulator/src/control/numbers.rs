//! `POST /_simulator/numbers`

use axum::extract::State;
use axum::http::StatusCode;

use super::{Given, Refusal};
use crate::numbers::{self, Number};
use crate::simulator::Simulator;

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Given(number): Given<Number>,
) -> Result<StatusCode, Refusal> {
    numbers::register(&simulator.shared().store.lock(), &number)?;
    Ok(StatusCode::NO_CONTENT)
}
