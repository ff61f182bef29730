//! Paths, questions, and what the gateway and storage make of a request.

use serde_json::json;
use tower::ServiceExt;

use crate::calls::{refused, request, token_of};
use crate::{THREAD, code_of, operations, problem_of, router};

#[tokio::test]
async fn what_is_no_id_is_not_found_everywhere() {
    for (method, path) in operations().into_iter().filter(|(_, path)| path.contains("{id}")) {
        let path = path.replace("{id}", "7");
        assert_eq!(
            code_of(request(&method, &path, token_of("agent"), "{}")).await,
            refused(404, "not_found"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_is_no_route_or_no_method_is_a_problem() {
    let there = code_of(request("GET", "/v1/nothing", token_of("agent"), "")).await;
    assert_eq!(there, refused(404, "no_such_route"));
    let method = code_of(request("DELETE", "/v1/tickets", token_of("agent"), "")).await;
    assert_eq!(method, refused(405, "method_not_allowed"));
}

#[tokio::test]
async fn a_question_that_is_not_understood_is_refused_before_anything_is_read() {
    let messages = format!("{THREAD}/messages");
    for (path, code) in [
        ("/v1/tickets?view=mine", "query_invalid"),
        ("/v1/tickets?limit=101", "query_invalid"),
        ("/v1/tickets?cursor=7", "cursor_invalid"),
        ("/v1/audit?month=november", "query_invalid"),
        ("/v1/audit?cursor=7", "cursor_invalid"),
        ("/v1/notices?month=november", "query_invalid"),
        ("/v1/notices?cursor=7", "cursor_invalid"),
        (&format!("{messages}?order=up"), "query_invalid"),
        (&format!("{messages}?cursor=7"), "cursor_invalid"),
    ] {
        assert_eq!(code_of(request("GET", path, token_of("agent"), "")).await, refused(400, code), "{path}");
    }
}

#[tokio::test]
async fn an_event_of_the_gateways_reaches_its_handler() {
    let event = json!({
        "version": "2.0",
        "routeKey": "ANY /v1/threads/{proxy+}",
        "rawPath": format!("{THREAD}/messages"),
        "rawQueryString": "",
        "headers": {"content-type": "text/plain; charset=utf-8", "host": "api.example"},
        "requestContext": {
            "http": {"method": "POST", "path": format!("{THREAD}/messages")},
            "requestId": "req-1",
            "stage": "$default",
            "authorizer": {"jwt": {"claims": token_of("agent"), "scopes": null}},
        },
        // {"text": " "}
        "body": "eyJ0ZXh0IjogIiAifQ==",
        "isBase64Encoded": true,
    });
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    let problem = problem_of(request).await;
    assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("text_empty")));
}

#[tokio::test]
async fn when_storage_is_down_the_answer_says_so_and_nothing_else() {
    let response = router().oneshot(request("GET", "/v1/settings", token_of("agent"), "")).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let problem = problem_of(request("GET", "/v1/settings", token_of("agent"), "")).await;
    assert_eq!((&problem["status"], &problem["code"]), (&json!(503), &json!("busy")));
    let text = problem.to_string();
    assert!(!text.contains("127.0.0.1") && !text.contains("GetItem") && !text.contains("helpdesk\""), "{text}");
}
