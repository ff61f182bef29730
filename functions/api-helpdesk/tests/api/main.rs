//! The API without its storage: who is let in, what is refused before anything is read, the document.

mod callers;
mod calls;
mod document;
mod messages;
mod paths;
mod people;

use axum::body::{Body, Bytes, HttpBody};
use axum::{BoxError, Router};
use http::Request;
use jiff::Timestamp;
use serde_json::Value;

const THREAD: &str = "/v1/threads/thr_00000000000000000000000000000007";

/// The API over AWS services that cannot be reached.
fn router() -> Router {
    let config = calls::nowhere();
    api_helpdesk::router(api_helpdesk::Helpdesk::new(
        storage::Table::new(&config, "helpdesk".into()),
        storage::Objects::new(&config, "media".into()),
        queues::Queue::new(&config, "http://127.0.0.1:9/000000000000/outbound.fifo"),
        queues::Queue::new(&config, "http://127.0.0.1:9/000000000000/knocks"),
        runtime::Seal::new(&config, "ContentKey".into()),
        runtime::Clock::from_fn(|| Timestamp::UNIX_EPOCH),
        rest::ClaimNames { tenant: "tenant_id".into(), role: "role".into() },
    ))
}

async fn problem_of(request: Request<impl HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static>) -> Value {
    calls::problem_of(router(), request).await
}

async fn code_of(request: Request<Body>) -> (u64, String) {
    calls::code_of(router(), request).await
}

fn operations() -> Vec<(String, String)> {
    calls::operations(&api_helpdesk::openapi())
}
