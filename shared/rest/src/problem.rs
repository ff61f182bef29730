//! Answers that are not a success (RFC 9457).

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What a client is told when its request is not fulfilled, and what we keep to ourselves about it.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    members: Map<String, Value>,
    retry_after_s: Option<u32>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// A problem as it is sent, `application/problem+json`. Some codes add members of their own, such as `expired_at`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// A URN that ends in the code.
    #[schema(example = "urn:problem-type:helpdesk:session_closed")]
    r#type: String,
    /// What kind of problem it is.
    title: &'static str,
    /// The HTTP status again.
    status: u16,
    /// Stable: what a program decides by.
    #[schema(example = "session_closed")]
    code: &'static str,
    /// What is wrong with this very request, and what to do.
    detail: String,
    /// Names the request to us; the same as the header `Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten)]
    members: Map<String, Value>,
}

impl Problem {
    /// A problem of the kind `code`. `detail` says what to do about it.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (members, retry_after_s, cause) = (Map::new(), None, None);
        Self(Box::new(Parts { status, code, title, detail: detail.into(), members, retry_after_s, cause }))
    }

    /// Nothing has this id, or it is not the caller's to see.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", "There is nothing with this id. Check the id.")
    }

    /// Works again in a moment.
    pub fn busy(cause: impl Error + Send + Sync + 'static) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Busy",
            "The request could not be fulfilled just now. Repeat it after the seconds in Retry-After; a POST with the \
             same Idempotency-Key.",
        );
        problem.0.retry_after_s = Some(1);
        problem.caused_by(cause)
    }

    /// A mistake of ours.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        let detail = "The mistake is ours. Tell us the request_id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail).caused_by(cause)
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// The stable name of the kind of problem.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The cause is logged with the answer and never sent.
    fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    /// Logs why it is our fault, if it is.
    pub(crate) fn log(&self, request_id: &str) {
        if let Some(cause) = &self.0.cause {
            let (code, status, error) = (self.0.code, self.0.status.as_u16(), domain::chain(cause.as_ref()));
            tracing::error!(request.id = request_id, problem.code = code, status, error, "a request was not fulfilled");
        }
    }

    /// The body, which names the request where it is known.
    pub(crate) fn body(&self, request_id: Option<&str>) -> Body {
        let document = ProblemDocument {
            r#type: format!("urn:problem-type:helpdesk:{}", self.0.code),
            title: self.0.title,
            status: self.0.status.as_u16(),
            code: self.0.code,
            detail: self.0.detail.clone().into_owned(),
            request_id: request_id.map(str::to_owned),
            members: self.0.members.clone(),
        };
        Body::from(serde_json::to_vec(&document).expect("strings and JSON values can be written as JSON"))
    }
}

/// Keeps the problem in the response's extensions, for [`crate::complete`] to log it and to name the request in it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, self.body(None)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::json_of;

    #[derive(Debug, thiserror::Error)]
    #[error("storage did not answer")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("password refused")]
    struct Inner;

    #[tokio::test]
    async fn a_problem_says_what_it_is_and_what_to_do() {
        let problem = Problem::new(StatusCode::CONFLICT, "session_closed", "Session closed", "Send a template.")
            .with("expired_at", "2026-11-23T20:00:00Z");
        let response = problem.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        insta::assert_json_snapshot!(json_of(response).await, @r#"
        {
          "code": "session_closed",
          "detail": "Send a template.",
          "expired_at": "2026-11-23T20:00:00Z",
          "status": 409,
          "title": "Session closed",
          "type": "urn:problem-type:helpdesk:session_closed"
        }
        "#);
    }

    #[tokio::test]
    async fn the_cause_of_a_failure_is_not_told() {
        for problem in [Problem::busy(Outer(Inner)), Problem::internal(Outer(Inner))] {
            let response = problem.into_response();
            assert_eq!(
                response.status() == StatusCode::SERVICE_UNAVAILABLE,
                response.headers().contains_key(RETRY_AFTER)
            );
            let text = json_of(response).await.to_string();
            assert!(!text.contains("storage") && !text.contains("password"), "{text}");
        }
    }

    #[test]
    fn the_cause_is_logged_with_its_whole_chain() {
        assert_eq!(domain::chain(&Outer(Inner)), "storage did not answer: password refused");
    }
}
