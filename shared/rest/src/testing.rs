//! Requests as Lambda hands them over, and their answers, for this crate's tests.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A request through the gateway, without a token.
pub(crate) fn request(method: &str, path: &str) -> Request {
    with_context(method, path, json!({"requestId": "req-1", "http": {"method": method}}))
}

/// A request through the gateway, whose authorizer read these claims.
pub(crate) fn request_with_claims(method: &str, path: &str, claims: &Value) -> Request {
    let authorizer = json!({"jwt": {"claims": claims, "scopes": null}});
    with_context(method, path, json!({"requestId": "req-1", "http": {"method": method}, "authorizer": authorizer}))
}

pub(crate) async fn ask(router: Router, request: Request) -> Response {
    router.oneshot(request).await.expect("a router always answers")
}

pub(crate) async fn json_of(response: Response) -> Value {
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("the body is in memory");
    serde_json::from_slice(&body).expect("the body is JSON")
}

fn with_context(method: &str, path: &str, context: Value) -> Request {
    let context: RequestContext = serde_json::from_value(context).expect("a request context");
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    request.with_request_context(context)
}
