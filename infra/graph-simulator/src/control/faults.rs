//! `POST|DELETE /_simulator/faults`

use axum::extract::State;
use axum::http::StatusCode;

use super::Given;
use crate::faults::Fault;
use crate::simulator::Simulator;

/// Arms a fault behind those already armed.
pub(super) async fn create(State(simulator): State<Simulator>, Given(fault): Given<Fault>) -> StatusCode {
    simulator.shared().faults().arm(fault);
    StatusCode::NO_CONTENT
}

/// Disarms all.
pub(super) async fn delete(State(simulator): State<Simulator>) -> StatusCode {
    simulator.shared().faults().clear();
    StatusCode::NO_CONTENT
}
