//! `GET|POST /_simulator/webhooks`: the log of deliveries, and webhooks given by hand.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Given, Refusal, first_answer};
use crate::learning;
use crate::simulator::Simulator;
use crate::webhooks;

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    /// How many of the latest are shown.
    #[serde(default = "thousand")]
    limit: u32,
}

fn thousand() -> u32 {
    1_000
}

pub(super) async fn list(State(simulator): State<Simulator>, Query(page): Query<Page>) -> Result<Json<Value>, Refusal> {
    let webhooks = webhooks::entries(&simulator.shared().store.lock(), page.limit)?;
    Ok(Json(json!({ "webhooks": webhooks, "pending": simulator.pending() })))
}

/// A webhook to send as it is: either JSON, or any text.
#[derive(Debug, Deserialize)]
pub(super) struct NewWebhook {
    body: Option<Value>,
    raw: Option<String>,
    #[serde(default = "once")]
    times: u32,
    /// How many of the repetitions may run at once; all unless given.
    concurrency: Option<u32>,
}

fn once() -> u32 {
    1
}

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Given(given): Given<NewWebhook>,
) -> Result<Json<Value>, Refusal> {
    let bytes = match (&given.body, &given.raw) {
        (Some(body), None) => webhooks::escaped(body),
        (None, Some(raw)) => raw.clone().into_bytes(),
        _ => return Err(Refusal::bad_request("exactly one of body and raw must be given")),
    };
    let group = Uuid::new_v4().simple();
    let concurrency = given.concurrency.unwrap_or(given.times).max(1);
    let (ids, answers) = simulator.shared().change(|change| {
        learning::learn(change, given.body.as_ref().unwrap_or(&Value::Null))?;
        let ids = (0..given.times).map(|turn| {
            let lane = format!("given/{group}/{}", turn % concurrency);
            change.queue_webhook(lane, None, &bytes)
        });
        ids.collect::<rusqlite::Result<Vec<_>>>()
    })?;
    let mut sent = Vec::new();
    for (id, answer) in ids.into_iter().zip(answers) {
        sent.push(json!({ "id": id, "status": first_answer(answer).await }));
    }
    Ok(Json(json!({ "webhooks": sent })))
}
