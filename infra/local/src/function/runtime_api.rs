//! The Lambda Runtime API. Each process has a base path of its own: `/{function}/{instance}`.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use jiff::SignedDuration;
use queues::Trace;
use runtime::Clock;
use tokio::net::TcpListener;

use super::pool::Assignment;
use super::{Functions, InvocationError};

/// The most that Lambda takes as an answer.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024;

pub(super) async fn serve(listener: TcpListener, functions: Functions) {
    let router = Router::new()
        .route("/{function}/{instance}/2018-06-01/runtime/invocation/next", get(next))
        .route("/{function}/{instance}/2018-06-01/runtime/invocation/{request_id}/response", post(response))
        .route("/{function}/{instance}/2018-06-01/runtime/invocation/{request_id}/error", post(error))
        .route("/{function}/{instance}/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(ANSWER_LIMIT))
        .with_state(functions);
    // An error ends the task that accepts; there is none that it returns.
    let _ = axum::serve(crate::without_delay(listener), router).await;
}

async fn next(State(functions): State<Functions>, Path((function, instance)): Path<(String, u64)>) -> Response {
    let assignment = match functions.pool(&function) {
        Some(pool) => pool.next(instance).await,
        None => None,
    };
    match assignment {
        Some(Assignment { request_id, event, timeout, arn }) => {
            let timeout = SignedDuration::try_from(timeout).unwrap_or(SignedDuration::MAX);
            // Deadlines are wall time, as the function's own timeouts are.
            let deadline = Clock::system().now().saturating_add(timeout).map_or(0, |moment| moment.as_millisecond());
            let trace = Trace::of_invocation(None, Clock::system().now());
            let headers = [
                ("lambda-runtime-trace-id", trace.header().to_owned()),
                ("lambda-runtime-aws-request-id", request_id),
                ("lambda-runtime-deadline-ms", deadline.to_string()),
                ("lambda-runtime-invoked-function-arn", arn),
                ("content-type", "application/json".to_owned()),
            ];
            (headers, event).into_response()
        }
        None => StatusCode::GONE.into_response(),
    }
}

async fn response(
    State(functions): State<Functions>,
    Path((function, instance, request_id)): Path<(String, u64, String)>,
    answer: Bytes,
) -> StatusCode {
    answered(&functions, &function, instance, &request_id, Ok(answer))
}

async fn error(
    State(functions): State<Functions>,
    Path((function, instance, request_id)): Path<(String, u64, String)>,
    details: Bytes,
) -> StatusCode {
    tracing::warn!(function, details = %String::from_utf8_lossy(&details), "an invocation failed");
    answered(&functions, &function, instance, &request_id, Err(InvocationError::Failed))
}

async fn init_error(Path((function, _instance)): Path<(String, u64)>, details: Bytes) -> StatusCode {
    tracing::error!(function, details = %String::from_utf8_lossy(&details), "a function does not start");
    StatusCode::ACCEPTED
}

/// A process that answers too late hears that its invocation is over.
fn answered(
    functions: &Functions,
    function: &str,
    instance: u64,
    request_id: &str,
    answer: Result<Bytes, InvocationError>,
) -> StatusCode {
    let taken = functions.pool(function).is_some_and(|pool| pool.answer(instance, request_id, answer));
    if taken { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST }
}
