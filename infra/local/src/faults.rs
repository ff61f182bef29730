//! Trouble on demand: what happens to chosen calls of a function to AWS instead of an honest answer.
//!
//! AWS may do any of this at any time, and the stand-ins by themselves never do.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::function::Functions;
use crate::metering::Operation;

/// A fault that waits for its calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The function's crate.
    pub function: String,
    /// As in the metering: `dynamodb`, `sqs`, `s3`, `kms`, `secretsmanager`.
    pub service: String,
    /// As in the metering: `TransactWriteItems`.
    pub operation: String,
    /// So many matching calls go well before it.
    #[serde(default)]
    pub after: u32,
    /// So many calls in a row meet it: one is mended by the SDK's own retry, four are not.
    #[serde(default = "once")]
    pub times: u32,
    pub then: Effect,
}

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The service's own failure, before anything has happened.
    Error,
    /// The call has its effect, and its answer is lost.
    Lost,
    /// The service asks for patience.
    Throttle,
    /// Somebody else's transaction has the item at this moment.
    Conflict,
    /// An index that does not know of anything yet.
    Stale,
    /// No answer at all.
    Hang,
    /// The function's processes die before anything has happened.
    KillBefore,
    /// The function's processes die when it has.
    KillAfter,
}

fn once() -> u32 {
    1
}

/// The faults that are armed. Clones share them.
#[derive(Clone, Default)]
pub struct Faults {
    armed: Arc<Mutex<Vec<Fault>>>,
    functions: Arc<OnceLock<Functions>>,
}

impl Faults {
    /// Whose processes may die.
    pub fn know(&self, functions: Functions) {
        // The stack says so once, at its start.
        let _ = self.functions.set(functions);
    }

    /// From now on, the calls it names meet it.
    pub fn arm(&self, fault: Fault) {
        self.armed().push(fault);
    }

    /// Those that have not been met as often as they are to be.
    pub fn left(&self) -> Vec<Fault> {
        self.armed().clone()
    }

    /// Every call is answered honestly again.
    pub fn disarm(&self) {
        self.armed().clear();
    }

    /// Answers a call, honestly or not.
    pub(crate) async fn around(
        &self,
        call: &Operation,
        request: &Value,
        honest: impl Future<Output = Response>,
    ) -> Response {
        match self.meet(call, request) {
            None => honest.await,
            Some(Effect::Error) => failure(&call.service),
            Some(Effect::Throttle) => throttle(&call.service),
            Some(Effect::Conflict) => conflict(request),
            Some(Effect::Stale) => axum::Json(json!({ "Items": [], "Count": 0, "ScannedCount": 0 })).into_response(),
            Some(Effect::Hang) => std::future::pending().await,
            Some(Effect::Lost) => {
                drop(honest.await);
                failure(&call.service)
            }
            Some(Effect::KillBefore) => self.kill(&call.function).await,
            Some(Effect::KillAfter) => {
                drop(honest.await);
                self.kill(&call.function).await
            }
        }
    }

    fn meet(&self, call: &Operation, request: &Value) -> Option<Effect> {
        let mut armed = self.armed();
        let index = armed.iter().position(|fault| fault.fits(call, request))?;
        let fault = &mut armed[index];
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times = fault.times.saturating_sub(1);
        let then = fault.then;
        if fault.times == 0 {
            armed.remove(index);
        }
        Some(then)
    }

    /// Nobody is there any more to hear an answer.
    async fn kill(&self, function: &str) -> Response {
        if let Some(functions) = self.functions.get() {
            functions.kill(function);
        }
        std::future::pending().await
    }

    fn armed(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    fn fits(&self, call: &Operation, request: &Value) -> bool {
        let named =
            (&self.function, &self.service, &self.operation) == (&call.function, &call.service, &call.operation);
        // The table itself is read consistently; only an index lags behind.
        named && (self.then != Effect::Stale || request.get("IndexName").is_some())
    }
}

fn failure(service: &str) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    match service {
        "s3" => xml(status, "InternalError"),
        "dynamodb" => named(status, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
        "kms" => named(status, "KMSInternalException"),
        "secretsmanager" => named(status, "InternalServiceError"),
        _ => named(status, "InternalFailure"),
    }
}

fn throttle(service: &str) -> Response {
    match service {
        "s3" => xml(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        "dynamodb" => {
            let name = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
            named(StatusCode::BAD_REQUEST, name)
        }
        _ => named(StatusCode::BAD_REQUEST, "ThrottlingException"),
    }
}

fn conflict(request: &Value) -> Response {
    let Some(items) = request["TransactItems"].as_array() else {
        return named(StatusCode::BAD_REQUEST, "com.amazonaws.dynamodb.v20120810#TransactionConflictException");
    };
    let reason =
        |index: usize| if index == 0 { json!({"Code": "TransactionConflict"}) } else { json!({"Code": "None"}) };
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
        "CancellationReasons": (0..items.len()).map(reason).collect::<Vec<_>>(),
    });
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

fn named(status: StatusCode, name: &str) -> Response {
    let body = json!({ "__type": name, "message": "made to fail", "Message": "made to fail" });
    (status, axum::Json(body)).into_response()
}

fn xml(status: StatusCode, code: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>made to fail</Message></Error>"
    );
    (status, [(http::header::CONTENT_TYPE, "application/xml")], Body::from(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Operation {
        Operation { function: "f".into(), service: "dynamodb".into(), operation: "Query".into() }
    }

    fn fault(after: u32, times: u32, then: Effect) -> Fault {
        let Operation { function, service, operation } = call();
        Fault { function, service, operation, after, times, then }
    }

    #[test]
    fn a_fault_waits_for_its_call_and_is_over_after_its_times() {
        let faults = Faults::default();
        faults.arm(fault(1, 2, Effect::Error));
        let met: Vec<_> = (0..4).map(|_| faults.meet(&call(), &Value::Null)).collect();
        assert_eq!(met, [None, Some(Effect::Error), Some(Effect::Error), None]);
        assert!(faults.left().is_empty());
    }

    #[test]
    fn only_an_index_is_stale() {
        let faults = Faults::default();
        faults.arm(fault(0, 1, Effect::Stale));
        assert_eq!(faults.meet(&call(), &json!({ "TableName": "t" })), None);
        assert_eq!(faults.meet(&call(), &json!({ "TableName": "t", "IndexName": "due" })), Some(Effect::Stale));
    }

    #[test]
    fn somebody_elses_call_meets_nothing() {
        let faults = Faults::default();
        faults.arm(fault(0, 1, Effect::Error));
        let other = Operation { function: "g".into(), ..call() };
        assert_eq!(faults.meet(&other, &Value::Null), None);
        assert_eq!(faults.left().len(), 1);
    }
}
