//! The event of payload format 2.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::route::Found;
use crate::template::Place;

/// A request as it came in.
pub(super) struct Received<'a> {
    pub(super) place: &'a Place,
    pub(super) found: &'a Found<'a>,
    pub(super) claims: Option<Map<String, Value>>,
    pub(super) parts: &'a Parts,
    pub(super) source: SocketAddr,
    pub(super) body: &'a [u8],
    pub(super) now: Timestamp,
}

impl Received<'_> {
    /// The event that the function gets.
    pub(super) fn into_event(self) -> Value {
        let uri = &self.parts.uri;
        let query = uri.query().unwrap_or("");
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.found.route.key,
            "rawPath": uri.path(),
            "rawQueryString": query,
            "headers": headers(&self.parts.headers),
            "requestContext": self.context(),
            "isBase64Encoded": false,
        });
        if let Some(cookies) = cookies(&self.parts.headers) {
            event["cookies"] = json!(cookies);
        }
        if !query.is_empty() {
            event["queryStringParameters"] = json!(query_parameters(query));
        }
        if !self.found.path_parameters.is_empty() {
            let decoded = self.found.path_parameters.iter().map(|(name, value)| (name, percent_decoded(value, false)));
            event["pathParameters"] = json!(decoded.collect::<BTreeMap<_, _>>());
        }
        if !self.body.is_empty() {
            match text(&self.parts.headers, self.body) {
                Some(text) => event["body"] = json!(text),
                None => {
                    event["body"] = json!(BASE64_STANDARD.encode(self.body));
                    event["isBase64Encoded"] = json!(true);
                }
            }
        }
        event
    }

    fn context(&self) -> Value {
        let header = |name: HeaderName| self.parts.headers.get(name).and_then(|value| value.to_str().ok());
        let domain = header(HOST).unwrap_or("localhost");
        let mut context = json!({
            "accountId": self.place.account,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": self.parts.method.as_str(),
                "path": self.parts.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": self.source.ip().to_string(),
                "userAgent": header(USER_AGENT).unwrap_or(""),
            },
            "requestId": Uuid::new_v4().to_string(),
            "routeKey": self.found.route.key,
            "stage": "$default",
            "time": self.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": self.now.as_millisecond(),
        });
        if let Some(claims) = &self.claims {
            let claims: Map<_, _> = claims.iter().map(|(name, value)| (name.clone(), json!(claim(value)))).collect();
            context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
        }
        context
    }
}

/// The HTTP API hands over every claim as a string; a list as `[a b]`.
fn claim(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(claim).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

/// Text and JSON come as they are, everything else in base64.
fn text<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or("").trim();
    let is_text = media_type.starts_with("text/")
        || matches!(media_type, "application/json" | "application/javascript" | "application/xml");
    if is_text { std::str::from_utf8(body).ok() } else { None }
}

/// Names in lower case, several values of one name with commas between; cookies go apart.
fn headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| **name != COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    joined
}

fn cookies(headers: &HeaderMap) -> Option<Vec<String>> {
    let cookies: Vec<_> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';').map(|cookie| cookie.trim().to_owned()))
        .collect();
    (!cookies.is_empty()).then_some(cookies)
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decoded(value, true);
        parameters
            .entry(percent_decoded(name, true))
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

/// `%41` is `A`; in a query `+` is a space.
pub(crate) fn percent_decoded(text: &str, in_query: bool) -> String {
    let hex = |byte: &u8| char::from(*byte).to_digit(16);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = (*byte == b'%').then(|| bytes.get(at + 1).and_then(hex).zip(bytes.get(at + 2).and_then(hex)));
        match pair.flatten().and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(if in_query && *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Route;
    use crate::template::tests::place;

    fn event(request: http::Request<&[u8]>, key: &str, claims: Option<Map<String, Value>>) -> Value {
        let route = Route { key: key.into(), function: "f".into(), authorizer: None };
        let path_parameters = BTreeMap::from([("proxy".to_owned(), "tkt_1/a%20b".to_owned())]);
        let found = Found { route: &route, path_parameters };
        let (parts, body) = request.into_parts();
        let received = Received {
            place: &place(),
            found: &found,
            claims,
            parts: &parts,
            source: ([127, 0, 0, 1], 1234).into(),
            body,
            now: "2026-11-23T20:00:00Z".parse().unwrap(),
        };
        received.into_event()
    }

    fn post(content_type: Option<&str>, body: &'static [u8]) -> Value {
        let mut request = http::Request::post("/webhooks/whatsapp");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        event(request.body(body).unwrap(), "POST /webhooks/whatsapp", None)
    }

    #[test]
    fn json_and_text_come_as_they_are_and_everything_else_in_base64() {
        for content_type in ["application/json", "Application/JSON; charset=utf-8", "text/plain"] {
            let event = post(Some(content_type), b"{}");
            assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        }
        for content_type in [None, Some("application/octet-stream"), Some("application/x-www-form-urlencoded")] {
            let event = post(content_type, b"{}");
            assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("e30="), &json!(true)));
        }
        assert_eq!(post(Some("application/json"), b"\xff")["body"], "/w==");
    }

    #[test]
    fn the_query_is_decoded_and_repeated_names_are_joined() {
        let request = http::Request::get("/v1/tickets/tkt_1/a%20b?hub.mode=subscribe&x=a%2Fb&x=c+d")
            .header("Cookie", "a=1; b=2")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .body(&b""[..])
            .unwrap();

        let event = event(request, "ANY /v1/tickets/{proxy+}", None);

        assert_eq!(event["queryStringParameters"], json!({"hub.mode": "subscribe", "x": "a/b,c d"}));
        assert_eq!(event["rawQueryString"], "hub.mode=subscribe&x=a%2Fb&x=c+d");
        assert_eq!(event["pathParameters"], json!({"proxy": "tkt_1/a b"}));
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["headers"], json!({"x-twice": "1,2"}));
        assert!(event.get("body").is_none());
    }

    #[test]
    fn claims_are_strings_below_the_authorizer() {
        let claims = json!({"sub": "usr_1", "exp": 17, "groups": ["a", "b"]}).as_object().unwrap().clone();
        let request = http::Request::get("/v1/tickets").header("host", "api.local").body(&b""[..]).unwrap();

        let event = event(request, "ANY /v1/tickets", Some(claims));

        let context = &event["requestContext"];
        assert_eq!(context["authorizer"]["jwt"]["claims"], json!({"sub": "usr_1", "exp": "17", "groups": "[a b]"}));
        assert_eq!(context["domainName"], "api.local");
        assert_eq!(context["time"], "23/Nov/2026:20:00:00 +0000");
        assert_eq!(context["timeEpoch"], 1_795_464_000_000_i64);
        assert_eq!(context["http"]["method"], "GET");
    }

    #[test]
    fn lambda_https_own_types_read_the_event() {
        let read =
            serde_json::from_value::<aws_lambda_events::apigw::ApiGatewayV2httpRequest>(post(None, b"x")).unwrap();
        assert_eq!(read.request_context.http.method, http::Method::POST);
    }
}
