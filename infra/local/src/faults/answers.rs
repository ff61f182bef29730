//! What AWS answers when it fails.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

pub(super) fn failure(service: &str) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    match service {
        "s3" => xml(status, "InternalError"),
        "dynamodb" => named(status, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
        "kms" => named(status, "KMSInternalException"),
        "secretsmanager" => named(status, "InternalServiceError"),
        _ => named(status, "InternalFailure"),
    }
}

pub(super) fn throttle(service: &str) -> Response {
    match service {
        "s3" => xml(StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        "dynamodb" => {
            let name = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
            named(StatusCode::BAD_REQUEST, name)
        }
        _ => named(StatusCode::BAD_REQUEST, "ThrottlingException"),
    }
}

pub(super) fn conflict(request: &Value) -> Response {
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
