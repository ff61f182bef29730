//! `GET /_simulator/phones/{number}`: what a customer's phone shows. A BSUID does as well.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Refusal;
use crate::customers::{self, Identity};
use crate::messages;
use crate::simulator::Simulator;

/// A phone that never wrote or got a message shows none.
pub(super) async fn show(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let identity = Identity::parse(&number).ok_or_else(|| Refusal::bad_request("neither a number nor a BSUID"))?;
    let db = simulator.shared().store.lock();
    let shows = match customers::find(&db, &identity)? {
        Some(customer) => messages::shown_to(&db, &customer)?,
        None => Vec::new(),
    };
    Ok(Json(json!({ "shows": shows })))
}
