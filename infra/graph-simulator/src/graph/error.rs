//! Meta's errors, in the shape of an answer and in that of a webhook.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::codes;

/// An error as Meta words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetaError {
    status: u16,
    code: i64,
    subcode: Option<i64>,
    title: String,
    details: Option<String>,
    /// Title and words for people.
    shown: Option<(&'static str, &'static str)>,
}

impl MetaError {
    /// The documented error of a code.
    pub(crate) fn of_code(code: i64) -> Self {
        let meaning = codes::meaning(code);
        Self {
            status: meaning.status,
            code,
            subcode: None,
            title: meaning.title.to_owned(),
            details: Some(meaning.details.to_owned()).filter(|details| !details.is_empty()),
            shown: None,
        }
    }

    /// A parameter that Graph itself refuses, before WhatsApp sees it.
    pub(crate) fn parameter(title: impl Into<String>) -> Self {
        Self { title: title.into(), details: None, ..Self::of_code(100) }
    }

    /// What is wrong with a template, in words for people.
    pub(super) fn template(subcode: i64, title: &'static str, words: &'static str) -> Self {
        Self { subcode: Some(subcode), shown: Some((title, words)), ..Self::parameter("Invalid parameter") }
    }

    pub(super) fn missing(details: impl Into<String>) -> Self {
        Self::of_code(131_008).detailed(details)
    }

    pub(super) fn invalid(details: impl Into<String>) -> Self {
        Self::of_code(131_009).detailed(details)
    }

    /// An id that does not exist, or that the token may not see: Meta does not tell which.
    pub(super) fn unknown_object(id: &str) -> Self {
        let title = format!(
            "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, \
             or does not support this operation"
        );
        Self { subcode: Some(33), ..Self::parameter(title) }
    }

    pub(super) fn unknown_path(path: &str) -> Self {
        Self { code: 2500, ..Self::parameter(format!("Unknown path components: {path}")) }
    }

    pub(super) fn with_status(self, status: Option<u16>) -> Self {
        Self { status: status.unwrap_or(self.status), ..self }
    }

    pub(crate) fn detailed(self, details: impl Into<String>) -> Self {
        Self { details: Some(details.into()), ..self }
    }

    /// As the `errors` of a status hold it.
    pub(crate) fn in_webhook(&self) -> Value {
        let mut error = json!({
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
        });
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "details": details });
        }
        error
    }
}

impl IntoResponse for MetaError {
    fn into_response(self) -> Response {
        let message = match self.code {
            190 => self.title,
            code => format!("(#{code}) {}", self.title),
        };
        let mut error = json!({
            "message": message,
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": format!("A{}", URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes())),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some((title, words)) = self.shown {
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(words);
        }
        if let Some(details) = self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// The simulator's own failure looks like one of Meta's.
impl From<rusqlite::Error> for MetaError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the store failed");
        Self::of_code(131_000)
    }
}
