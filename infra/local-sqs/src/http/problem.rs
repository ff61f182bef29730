use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::Error;

/// An error as the SDK reads it. SDKs look at the code of the old query protocol first, which a header carries.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    shape: String,
    pub(super) code: String,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn unknown_action(action: &str) -> Self {
        let message = format!("The action {action} is not valid for this endpoint.");
        Self::of_protocol(StatusCode::BAD_REQUEST, "InvalidActionException", "InvalidAction", message)
    }

    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        Self::of_protocol(
            StatusCode::BAD_REQUEST,
            "SerializationException",
            "MalformedInput",
            format!("The request cannot be read: {error}"),
        )
    }

    /// One of the batch errors, whose codes are their names.
    pub(super) fn of_batch(shape: &str, message: &str) -> Self {
        Self::of_sqs(shape, &format!("AWS.SimpleQueueService.{shape}"), message.to_owned())
    }

    pub(super) fn is_the_senders(&self) -> bool {
        self.status.is_client_error()
    }

    /// An error that SQS's model names.
    fn of_sqs(shape: &str, code: &str, message: String) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            shape: format!("com.amazonaws.sqs#{shape}"),
            code: code.to_owned(),
            message,
        }
    }

    /// An error that all of AWS shares.
    fn of_protocol(status: StatusCode, shape: &str, code: &str, message: String) -> Self {
        Self { status, shape: format!("com.amazon.coral.service#{shape}"), code: code.to_owned(), message }
    }

    fn of_parameter(shape: &str, code: &str, message: String) -> Self {
        Self::of_protocol(StatusCode::BAD_REQUEST, shape, code, message)
    }

    fn internal(error: &Error) -> Self {
        tracing::error!(error = error as &dyn std::error::Error, "sqs.failed");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::of_protocol(status, "InternalFailure", "InternalFailure", "The queues failed.".to_owned())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::QueueDoesNotExist => {
                Self::of_sqs("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", message)
            }
            Error::QueueNameExists => Self::of_sqs("QueueNameExists", "QueueAlreadyExists", message),
            Error::ReceiptHandleIsInvalid => Self {
                status: StatusCode::NOT_FOUND,
                ..Self::of_sqs("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
            },
            Error::MessageNotInflight => {
                Self::of_sqs("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", message)
            }
            Error::InvalidMessageContents => Self::of_sqs("InvalidMessageContents", "InvalidMessageContents", message),
            Error::InvalidAttributeName(_) => Self::of_sqs("InvalidAttributeName", "InvalidAttributeName", message),
            Error::InvalidAttributeValue(_) => Self::of_sqs("InvalidAttributeValue", "InvalidAttributeValue", message),
            Error::InvalidParameterValue(_) => {
                Self::of_parameter("InvalidParameterValueException", "InvalidParameterValue", message)
            }
            Error::MissingParameter(_) => {
                Self::of_parameter("MissingRequiredParameterException", "MissingParameter", message)
            }
            Error::BatchRequestTooLong => Self::of_batch("BatchRequestTooLong", &message),
            Error::Storage(_) | Error::Unreadable(_) | Error::Stopped => Self::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let fault = if self.is_the_senders() { "Sender" } else { "Receiver" };
        let query_error = [("x-amzn-query-error", format!("{};{fault}", self.code))];
        let mut response =
            (self.status, query_error, Json(json!({ "__type": self.shape, "message": self.message }))).into_response();
        let content_type = axum::http::HeaderValue::from_static("application/x-amz-json-1.0");
        response.headers_mut().insert(axum::http::header::CONTENT_TYPE, content_type);
        response
    }
}
