//! Versions as `ETag`s: nobody overwrites what they have not seen.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::body::Json;
use crate::openapi;
use crate::problem::Problem;

/// The version that the caller wants to change, from the header `If-Match`; nothing if any will do (no header, or `*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<u64>);

/// A body with the version it is of, which goes into the header `ETag`.
#[derive(Clone, Copy, Debug)]
pub struct Versioned<T> {
    pub version: u64,
    pub body: T,
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else { return Ok(Self(None)) };
        match value.to_str().map(str::trim) {
            Ok("*") => Ok(Self(None)),
            Ok(text) => version(text).map(|version| Self(Some(version))).ok_or_else(not_ours),
            Err(_) => Err(not_ours()),
        }
    }
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let tag = HeaderValue::try_from(tag(self.version)).expect("digits, a letter and quotes make a header");
        ([(ETAG, tag)], Json(self.body)).into_response()
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = "The `ETag` of what you have seen: if it has changed since, nothing is done and the answer is 412.";
        vec![openapi::header("If-Match", text)]
    }
}

fn tag(version: u64) -> String {
    format!("\"v{version}\"")
}

/// The version in one strong tag of ours. A weak one matches nothing (RFC 9110), and so do lists: we never give two.
fn version(text: &str) -> Option<u64> {
    let version = text.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()?;
    (tag(version) == text).then_some(version)
}

fn not_ours() -> Problem {
    let detail = "If-Match is not an ETag that was given for this. Use one ETag as it was given, or `*`.";
    Problem::new(StatusCode::PRECONDITION_FAILED, "version_mismatch", "Not the version that was seen", detail)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;

    use super::*;
    use crate::testing::{ask, request};

    async fn answer_to(if_match: &str) -> Response {
        let echo = async |IfMatch(seen): IfMatch| Versioned { version: seen.unwrap_or(0), body: () };
        let mut request = request("GET", "/");
        request.headers_mut().insert(IF_MATCH, if_match.parse().unwrap());
        ask(Router::new().route("/", get(echo)), request).await
    }

    #[tokio::test]
    async fn a_tag_is_read_back_as_it_was_given() {
        assert_eq!(answer_to("\"v7\"").await.headers()[ETAG], "\"v7\"");
        assert_eq!(answer_to("*").await.headers()[ETAG], "\"v0\"");
    }

    #[tokio::test]
    async fn a_tag_that_is_not_ours_matches_nothing() {
        for text in ["v7", "\"7\"", "W/\"v7\"", "\"v07\"", "\"v+7\"", "\"v6\", \"v7\"", ""] {
            assert_eq!(answer_to(text).await.status(), StatusCode::PRECONDITION_FAILED, "{text}");
        }
    }
}
