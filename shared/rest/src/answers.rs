//! What every answer of an API has, whoever gives it.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use uuid::Uuid;

use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// Adds what is not the routes' own: answers for what is no route, the `Request-Id` of every answer, the log of what
/// went wrong. The routes must be there already.
pub fn complete(router: Router) -> Router {
    router
        .fallback(async || no_such_route())
        .method_not_allowed_fallback(async || method_not_allowed())
        .layer(middleware::from_fn(finish))
}

async fn finish(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.log(&id);
        *response.body_mut() = problem.body(Some(&id));
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The gateway's id of the request, which its own logs name, too.
fn request_id(request: &Request) -> String {
    let given = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    given.unwrap_or_else(|| Uuid::new_v4().to_string())
}

fn no_such_route() -> Problem {
    let detail = "There is nothing at this address. Check the path.";
    Problem::new(StatusCode::NOT_FOUND, "no_such_route", "No such route", detail)
}

fn method_not_allowed() -> Problem {
    let detail = "The address exists, but not with this method. The header Allow lists those it has.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", detail)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use serde_json::json;

    use super::*;
    use crate::testing::{ask, json_of, request};

    fn router() -> Router {
        complete(Router::new().route("/here", get(async || "hello")))
    }

    #[tokio::test]
    async fn every_answer_has_the_gateways_id_of_the_request() {
        let response = ask(router(), request("GET", "/here")).await;
        assert_eq!((response.status(), &response.headers()[REQUEST_ID]), (StatusCode::OK, &"req-1".parse().unwrap()));

        let response = ask(router(), Request::get("/here").body(axum::body::Body::empty()).unwrap()).await;
        assert!(!response.headers()[REQUEST_ID].is_empty());
    }

    #[tokio::test]
    async fn what_is_no_route_is_a_problem_that_names_the_request() {
        let response = ask(router(), request("GET", "/there")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let problem = json_of(response).await;
        assert_eq!((&problem["code"], &problem["request_id"]), (&json!("no_such_route"), &json!("req-1")));
    }

    #[tokio::test]
    async fn a_method_that_is_not_there_is_a_problem_that_lists_those_that_are() {
        let response = ask(router(), request("DELETE", "/here")).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "GET,HEAD");
        assert_eq!(json_of(response).await["code"], "method_not_allowed");
    }
}
