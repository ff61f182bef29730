//! What happens to every Graph request: it is recorded, may meet a fault, and its answer is recorded.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::damage;
use super::error::MetaError;
use crate::connection::HangUp;
use crate::faults::{Drop, Effect, Spoil};
use crate::requests::{self, Received, readable};
use crate::simulator::Simulator;

/// The largest body that is read: a document and what is around it.
const LIMIT: usize = 101 << 20;

pub(super) async fn receive(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let shared = simulator.shared();
    let _in_progress = shared.request_in_progress();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LIMIT).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let noted = noted(&parts, &body);
    let fault = shared.faults().take(parts.method.as_str(), &parts.uri, &readable(&noted));
    let seq = match record(&simulator, &parts, &noted, fault.as_ref()) {
        Ok(seq) => seq,
        Err(error) => return MetaError::from(error).into_response(),
    };
    let response = meet(fault, Request::from_parts(parts, Body::from(body)), next).await;
    if response.extensions().get::<HangUp>().is_some() {
        return response;
    }
    if let Err(error) = requests::answered(&shared.store.lock(), seq, response.status().as_u16()) {
        tracing::error!(%error, "an answer could not be recorded");
    }
    response
}

/// A body as the log keeps it: of a form with files only its length.
fn noted(parts: &Parts, body: &Bytes) -> Bytes {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("multipart/") {
        return format!(r#"{{"multipart_bytes": {}}}"#, body.len()).into();
    }
    body.clone()
}

fn record(simulator: &Simulator, parts: &Parts, body: &Bytes, fault: Option<&Effect>) -> rusqlite::Result<i64> {
    let shared = simulator.shared();
    let received = Received {
        at: shared.now(),
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query(),
        body,
        fault: fault.map(Effect::name),
    };
    requests::record(&shared.store.lock(), &received)
}

async fn meet(fault: Option<Effect>, request: Request, next: Next) -> Response {
    match fault {
        None => next.run(request).await,
        Some(Effect::Drop(Drop::Before)) => HangUp.into_response(),
        Some(Effect::Drop(Drop::After)) => {
            next.run(request).await;
            HangUp.into_response()
        }
        Some(Effect::Drop(Drop::Hang)) => {
            next.run(request).await;
            std::future::pending().await
        }
        Some(Effect::Drop(Drop::Half)) => damage::cut_in_half(next.run(request).await),
        Some(Effect::Spoil(Spoil::WrongByte)) => damage::with_a_wrong_byte(next.run(request).await),
        Some(Effect::Slow { slow_ms }) => damage::slowly(next.run(request).await, Duration::from_millis(slow_ms)),
        Some(Effect::Error { status, code, delay_ms }) => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            MetaError::of_code(code).with_status(status).into_response()
        }
        Some(Effect::Delay { delay_ms }) => {
            let response = next.run(request).await;
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            response
        }
        Some(Effect::Answer { status, body }) => {
            (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body).into_response()
        }
    }
}
