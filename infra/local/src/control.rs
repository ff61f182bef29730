//! What tools and tests ask of the stack itself: its clock, whether it is idle, outcomes, dead letters, what it used.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::{Span, Timestamp};
use local_sqs::{Message, Queues};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::{ClockError, Move, StackClock};
use crate::endpoint::Table;
use crate::event_source;
use crate::faults::Faults;
use crate::function::AtWork;
use crate::guards::Guards;
use crate::idle::{Until, Watch};
use crate::metering::Metering;
use crate::outcomes::Outcomes;
use crate::sites::Sites;
use crate::template::Queue;

/// How long moving the clock waits for work in flight.
const SETTLE: Duration = Duration::from_secs(30);
/// How long `POST /idle` waits unless it is told.
const PATIENCE_MS: u64 = 60_000;

/// What the control address needs.
#[derive(Clone)]
pub struct Control {
    /// The stack's clock.
    pub clock: StackClock,
    /// What may be at work.
    pub watch: Watch,
    /// What became of webhooks' items.
    pub outcomes: Outcomes,
    /// What the account is used for.
    pub metering: Metering,
    /// Where from the account is called.
    pub sites: Sites,
    /// What keeps its users exact.
    pub guards: Guards,
    /// What calls meet instead of an honest answer.
    pub faults: Faults,
    /// The table, whose items expire.
    pub table: Table,
    /// The dead-letter queues.
    pub dead_letter_queues: Vec<Queue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ClockRequest {
    Advance(Span),
    Set(Timestamp),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdleRequest {
    timeout_ms: Option<u64>,
}

/// A request that cannot be done, or an answer that cannot be given.
struct Refused(StatusCode, String);

impl Control {
    /// The control address.
    pub fn router(self) -> Router {
        Router::new()
            .route("/clock", get(read_clock).post(move_clock))
            .route("/idle", post(wait_until_idle))
            .route("/outcomes", get(list_outcomes))
            .route("/dead-letters", get(list_dead_letters))
            .route("/queues", get(list_queues))
            .route("/faults", get(list_faults).post(arm_fault).delete(disarm_faults))
            .route("/faults/everywhere", post(arm_everywhere))
            .route("/functions", get(list_functions))
            .route("/functions/{name}/work", get(show_work))
            .route("/guards", get(list_guards).post(take_guard_away).delete(put_guards_back))
            .route("/metering", get(show_metering).delete(forget_metering))
            .route("/sites", get(list_sites).delete(forget_sites))
            .route("/schedules/{name}/run", post(run_schedule))
            .with_state(self)
    }

    fn queues(&self) -> &Queues {
        &self.watch.queues
    }
}

async fn read_clock(State(control): State<Control>) -> Json<Value> {
    Json(json!({"now": control.clock.now()}))
}

/// What is in flight ends in the time in which it began; then everything that follows the clock hears of the move.
async fn move_clock(State(control): State<Control>, body: Bytes) -> Result<Json<Value>, Refused> {
    let shift = match read(&body)? {
        ClockRequest::Advance(span) => Move::Advance(span),
        ClockRequest::Set(moment) => Move::Set(moment),
    };
    let left = control.watch.wait(Until::Settled, SETTLE).await?.left;
    if !left.is_empty() {
        let left: Vec<String> = left.into_iter().map(|item| item.what).collect();
        let told = format!("still in flight after {} s: {}; try again", SETTLE.as_secs(), left.join(", "));
        return Err(Refused(StatusCode::CONFLICT, told));
    }
    let now = control.clock.shift(shift)?;
    control.queues().clock_moved();
    control.watch.simulator.clock_moved();
    control.table.sweep(&control.clock).await?;
    Ok(Json(json!({"now": now})))
}

async fn wait_until_idle(State(control): State<Control>, body: Bytes) -> Result<Json<Value>, Refused> {
    let request: IdleRequest = if body.is_empty() { IdleRequest::default() } else { read(&body)? };
    let patience = Duration::from_millis(request.timeout_ms.unwrap_or(PATIENCE_MS));
    let mut look = control.watch.wait(Until::Idle, patience).await?;
    look.left.append(&mut look.due);
    Ok(Json(if look.left.is_empty() {
        json!({"idle": true, "waiting": look.waiting})
    } else {
        json!({"idle": false, "left": look.left, "waiting": look.waiting})
    }))
}

async fn list_outcomes(State(control): State<Control>) -> Json<Value> {
    Json(json!({"data": control.outcomes.all()}))
}

async fn list_dead_letters(State(control): State<Control>) -> Result<Json<Value>, Refused> {
    let mut letters = Vec::new();
    for queue in &control.dead_letter_queues {
        let messages = control.queues().messages(&queue.name).await.map_err(anyhow::Error::from)?;
        for message in &messages {
            let failed = control.watch.directory.failure(&message.message_id).await.map_err(anyhow::Error::from)?;
            let reason = failed.map(|failed| failed.reason);
            letters.push(dead_letter(queue, message, reason.as_deref()));
        }
    }
    Ok(Json(json!({"data": letters})))
}

/// How much each queue holds, and how long its oldest message has been there.
async fn list_queues(State(control): State<Control>) -> Result<Json<Value>, Refused> {
    let mut queues = Vec::new();
    for queue in control.watch.sources.iter().chain(&control.dead_letter_queues) {
        let counts = control.queues().counts(&queue.name).await.map_err(anyhow::Error::from)?;
        let messages = control.queues().messages(&queue.name).await.map_err(anyhow::Error::from)?;
        let oldest = messages.first().map(|oldest| control.clock.now().duration_since(oldest.sent_at));
        queues.push(json!({
            "queue": queue.logical_id,
            "available": counts.available,
            "in_flight": counts.in_flight,
            "delayed": counts.delayed,
            "oldest_age_ms": oldest.map(|age| age.as_millis()),
        }));
    }
    Ok(Json(json!({"data": queues})))
}

/// Those that have not been met yet.
async fn list_faults(State(control): State<Control>) -> Json<Value> {
    Json(json!({"data": control.faults.left()}))
}

async fn arm_fault(State(control): State<Control>, body: Bytes) -> Result<StatusCode, Refused> {
    control.faults.arm(read(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn arm_everywhere(State(control): State<Control>, body: Bytes) -> Result<StatusCode, Refused> {
    control.faults.arm_everywhere(read(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn disarm_faults(State(control): State<Control>) -> StatusCode {
    control.faults.disarm();
    StatusCode::NO_CONTENT
}

/// Those that are taken away.
async fn list_guards(State(control): State<Control>) -> Json<Value> {
    Json(json!({"data": control.guards.taken_away()}))
}

async fn take_guard_away(State(control): State<Control>, body: Bytes) -> Result<StatusCode, Refused> {
    control.guards.take_away(read(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn put_guards_back(State(control): State<Control>) -> StatusCode {
    control.guards.put_back();
    StatusCode::NO_CONTENT
}

async fn list_functions(State(control): State<Control>) -> Json<Value> {
    Json(json!({"data": control.watch.functions.instances()}))
}

/// What the processes of a function are at: for how long, and the jobs that they were given.
async fn show_work(State(control): State<Control>, Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    let at_work = control.watch.functions.at_work(&name);
    let at_work = at_work.ok_or_else(|| Refused(StatusCode::NOT_FOUND, format!("there is no function {name}")))?;
    let shown = |one: &AtWork| json!({"pid": one.pid, "takes_ms": one.takes.as_millis(), "jobs": event_source::bodies(&one.event)});
    Ok(Json(json!({"data": at_work.iter().map(shown).collect::<Vec<_>>()})))
}

async fn show_metering(State(control): State<Control>) -> Json<Value> {
    Json(json!({"data": control.metering.usage()}))
}

async fn forget_metering(State(control): State<Control>) -> StatusCode {
    control.metering.forget();
    StatusCode::NO_CONTENT
}

/// How often functions called from each, since the start or the last `DELETE`.
async fn list_sites(State(control): State<Control>) -> Json<Value> {
    Json(json!({"data": control.sites.calls()}))
}

async fn forget_sites(State(control): State<Control>) -> StatusCode {
    control.sites.forget();
    StatusCode::NO_CONTENT
}

/// The function's own answer, as soon as it is there.
async fn run_schedule(State(control): State<Control>, Path(name): Path<String>) -> Result<Response, Refused> {
    let schedules = &control.watch.schedules;
    match schedules.run_named(&name).await {
        Some(Ok(answer)) => Ok(([(CONTENT_TYPE, "application/json")], answer).into_response()),
        Some(Err(error)) => Err(Refused(StatusCode::BAD_GATEWAY, error.to_string())),
        None => {
            let names = schedules.names().join(", ");
            Err(Refused(StatusCode::NOT_FOUND, format!("there is no schedule {name}; those there are: {names}")))
        }
    }
}

/// A body of JSON is shown as such.
fn dead_letter(queue: &Queue, message: &Message, reason: Option<&str>) -> Value {
    let body = serde_json::from_str(&message.body).unwrap_or_else(|_| json!(message.body));
    json!({
        "queue": queue.logical_id,
        "id": message.message_id,
        "group": message.group_id,
        "sent_at": message.sent_at,
        "receive_count": message.receive_count,
        "reason": reason,
        "body": body,
    })
}

/// JSON, whatever content type `curl -d` gives it.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused(StatusCode::BAD_REQUEST, error.to_string()))
}

impl From<ClockError> for Refused {
    fn from(error: ClockError) -> Self {
        let status = match error {
            ClockError::Backwards { .. } => StatusCode::CONFLICT,
            ClockError::TooFar => StatusCode::BAD_REQUEST,
            ClockError::Write(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}"))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        (status, Json(json!({"error": error}))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_advanced_by_a_duration_or_set_to_a_moment() {
        assert!(matches!(read(br#"{"advance": "PT25H"}"#), Ok(ClockRequest::Advance(_))));
        assert!(matches!(read(br#"{"set": "2027-01-01T00:00:00Z"}"#), Ok(ClockRequest::Set(_))));
        for wrong in [r#"{"advance": "tomorrow"}"#, r#"{"set": 5}"#, r#"{}"#, r#"{"advance": "PT1H", "set": "x"}"#] {
            let refused = read::<ClockRequest>(wrong.as_bytes()).err().unwrap();
            assert_eq!(refused.0, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    #[test]
    fn idleness_takes_a_timeout_in_milliseconds() {
        assert_eq!(read::<IdleRequest>(br#"{"timeout_ms": 5}"#).ok().unwrap().timeout_ms, Some(5));
        assert!(read::<IdleRequest>(br#"{"timeout": 5}"#).is_err());
    }
}
