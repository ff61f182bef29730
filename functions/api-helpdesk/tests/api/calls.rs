//! Calls as the gateway hands them to an API, over AWS services that cannot be reached. The tests of `api-channels` make
//! them, too.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::RetryConfig;
use axum::body::{Body, Bytes, HttpBody};
use axum::{BoxError, Router};
use http::Request;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) fn nowhere() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .endpoint_url("http://127.0.0.1:9")
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// A request as the gateway hands it over, with the claims of a token if there was one.
pub(crate) fn request(method: &str, path: &str, claims: Option<Value>, body: &str) -> Request<Body> {
    let mut context = json!({"requestId": "req-1", "http": {"method": method}});
    if let Some(claims) = claims {
        context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    }
    let context: RequestContext = serde_json::from_value(context).expect("a context");
    let request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned()));
    request.expect("a request").with_request_context(context)
}

pub(crate) fn token_of(role: &str) -> Option<Value> {
    Some(json!({"sub": "usr_ben", "tenant_id": "ten_00000000000000000000000000000001", "role": role}))
}

/// The body of a refusal. Every answer names the request, and every refusal is a problem that does so, too.
pub(crate) async fn problem_of(
    api: Router,
    request: Request<impl HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static>,
) -> Value {
    let response = api.oneshot(request).await.expect("a router always answers");
    assert_eq!(response.headers()["request-id"], "req-1");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("the body is in memory");
    let problem: Value = serde_json::from_slice(&body).expect("the body is JSON");
    assert_eq!((&problem["status"], &problem["request_id"]), (&json!(status), &json!("req-1")));
    problem
}

/// Status and code of a refusal.
pub(crate) async fn code_of(api: Router, request: Request<Body>) -> (u64, String) {
    let problem = problem_of(api, request).await;
    refused(problem["status"].as_u64().expect("a status"), problem["code"].as_str().expect("a code"))
}

pub(crate) fn refused(status: u64, code: &str) -> (u64, String) {
    (status, code.to_owned())
}

/// Method and path of everything that is in a document.
pub(crate) fn operations(document: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(document).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| -> Vec<(String, String)> {
        item.as_object().expect("operations").keys().map(|method| (method.to_uppercase(), path.clone())).collect()
    };
    paths.iter().flat_map(of_path).collect()
}
