//! The gateway's answers: a function's, and its own.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONTENT_TYPE, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a function answers in payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response that a function's answer asks for; none when it asks for nothing sensible.
pub(super) fn from_function(answer: &[u8]) -> Option<Response> {
    let value: Value = serde_json::from_slice(answer).ok()?;
    if value.get("statusCode").is_none() {
        // An answer without a status is the body of a 200.
        return Some((StatusCode::OK, axum::Json(value)).into_response());
    }
    let answer = Answer::deserialize(value).ok()?;
    let mut response = http::Response::builder().status(answer.status_code);
    for (name, value) in &answer.headers {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        response = response.header(name, value);
    }
    for cookie in &answer.cookies {
        response = response.header(SET_COOKIE, cookie);
    }
    if !answer.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
        response = response.header(CONTENT_TYPE, "text/plain; charset=utf-8");
    }
    let text = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded { BASE64_STANDARD.decode(text).ok()? } else { text.into_bytes() };
    response.body(Body::from(body)).ok()
}

/// The gateway's own answer, in its own words.
pub(super) fn refusal(status: StatusCode) -> Response {
    let message = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or("Error"),
    };
    let mut response = (status, axum::Json(json!({"message": message}))).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_functions_answer_becomes_the_response() {
        let answer = json!({
            "statusCode": 202,
            "headers": {"content-type": "application/json"},
            "cookies": ["a=1"],
            "body": "e30=",
            "isBase64Encoded": true,
        });

        let response = from_function(answer.to_string().as_bytes()).unwrap();

        assert_eq!(response.status(), StatusCode::ACCEPTED);
        assert_eq!(response.headers()[SET_COOKIE], "a=1");
    }

    #[test]
    fn an_answer_without_a_status_is_the_body_of_a_200_and_nonsense_is_nothing() {
        assert_eq!(from_function(b"{\"a\":1}").unwrap().status(), StatusCode::OK);
        assert!(from_function(b"{\"statusCode\":\"many\"}").is_none());
        assert!(from_function(b"not json").is_none());
    }
}
