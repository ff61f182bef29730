//! What this function reads of API Gateway's event (HTTP API, payload format 2.0), and what it answers. The whole event
//! has many times as many parts, which would be read at every webhook for nothing.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A request. What it does not have, API Gateway leaves out; others write null.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// API Gateway writes their names in lower case.
    #[serde(default)]
    headers: Option<HashMap<String, String>>,
    /// Decoded.
    #[serde(default)]
    query_string_parameters: Option<HashMap<String, String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Clone, Default, Deserialize)]
struct RequestContext {
    http: Http,
}

#[derive(Clone, Default, Deserialize)]
struct Http {
    method: String,
}

impl Request {
    /// `GET`, `POST` …
    pub(crate) fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query; empty when it is missing.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query_string_parameters.as_ref().and_then(|query| query.get(name)).map_or("", String::as_str)
    }

    /// The bytes that were received; nothing when they are said to be base64 and are not.
    pub(crate) fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        let body = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            STANDARD.decode(body).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(body.as_bytes()))
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    pub status_code: u16,
    pub headers: HashMap<&'static str, &'static str>,
    pub body: String,
}

impl Response {
    /// A bare text.
    pub(crate) fn text(status_code: u16, body: impl Into<String>) -> Self {
        let headers = HashMap::from([("content-type", "text/plain"), ("x-content-type-options", "nosniff")]);
        Self { status_code, headers, body: body.into() }
    }
}
