//! The API without its storage: who is let in, what is refused before anything is read, the document.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use axum::BoxError;
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use http::{Request, StatusCode};
use jiff::Timestamp;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

const THREAD: &str = "/v1/threads/thr_00000000000000000000000000000007";

/// The API over AWS services that cannot be reached.
fn router() -> Router {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .endpoint_url("http://127.0.0.1:9")
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    api_helpdesk::router(api_helpdesk::Helpdesk::new(
        storage::Table::new(&config, "helpdesk".into()),
        storage::Objects::new(&config, "media".into()),
        queues::Queue::new(&config, "http://127.0.0.1:9/000000000000/outbound.fifo"),
        queues::Queue::new(&config, "http://127.0.0.1:9/000000000000/knocks"),
        runtime::Seal::new(&config, "ContentKey".into()),
        runtime::Clock::from_fn(|| Timestamp::UNIX_EPOCH),
        rest::ClaimNames { tenant: "tenant_id".into(), role: "role".into() },
    ))
}

/// A request as the gateway hands it over, with the claims of a token if there was one.
fn request(method: &str, path: &str, claims: Option<Value>, body: &str) -> Request<Body> {
    let mut context = json!({"requestId": "req-1", "http": {"method": method}});
    if let Some(claims) = claims {
        context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    }
    let context: RequestContext = serde_json::from_value(context).expect("a context");
    let request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned()));
    request.expect("a request").with_request_context(context)
}

fn token_of(role: &str) -> Option<Value> {
    Some(json!({"sub": "usr_ben", "tenant_id": "ten_00000000000000000000000000000001", "role": role}))
}

/// The answer's status and body. Every answer names the request, and every refusal is a problem that does so, too.
async fn answer_to(
    request: Request<impl HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static>,
) -> (StatusCode, Value) {
    let response = router().oneshot(request).await.expect("a router always answers");
    assert_eq!(response.headers()["request-id"], "req-1");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("the body is in memory");
    let problem: Value = serde_json::from_slice(&body).expect("the body is JSON");
    assert_eq!((&problem["status"], &problem["request_id"]), (&json!(status.as_u16()), &json!("req-1")));
    (status, problem)
}

async fn code_of(request: Request<Body>) -> (u16, String) {
    let (status, problem) = answer_to(request).await;
    (status.as_u16(), problem["code"].as_str().expect("a code").to_owned())
}

/// Method and path of everything that is in the document.
fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&api_helpdesk::openapi()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| -> Vec<(String, String)> {
        item.as_object().expect("operations").keys().map(|method| (method.to_uppercase(), path.clone())).collect()
    };
    paths.iter().flat_map(of_path).collect()
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn the_document_that_is_checked_in_is_the_apis() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.json");
    let checked_in = std::fs::read_to_string(file).unwrap_or_default();
    let again = "cargo run -p api-helpdesk --example openapi > infra/openapi.json";
    assert!(checked_in == api_helpdesk::openapi(), "infra/openapi.json is not what the code says: {again}");
}

#[test]
fn the_api_has_the_routes_it_promises() {
    let listed: Vec<_> = operations().iter().map(|(method, path)| format!("{method} {path}")).collect();
    insta::assert_snapshot!(listed.join("\n"), @r"
    GET /v1/audit
    GET /v1/contacts
    POST /v1/contacts
    GET /v1/contacts/{id}
    PATCH /v1/contacts/{id}
    DELETE /v1/contacts/{id}/block
    POST /v1/contacts/{id}/block
    GET /v1/contacts/{id}/merges
    DELETE /v1/contacts/{id}/merges/{merged_id}
    POST /v1/conversations
    GET /v1/gaps
    GET /v1/library
    POST /v1/library
    DELETE /v1/library/{id}
    GET /v1/library/{id}
    GET /v1/messages/{id}
    GET /v1/messages/{id}/attachments/{attachment_id}
    POST /v1/messages/{id}/attachments/{attachment_id}/reveal
    DELETE /v1/messages/{id}/deferred-reply
    GET /v1/messages/{id}/deferred-reply
    PATCH /v1/messages/{id}/deferred-reply
    POST /v1/messages/{id}/discard
    POST /v1/messages/{id}/resend
    POST /v1/messages/{id}/reveal
    GET /v1/notices
    GET /v1/settings
    PATCH /v1/settings
    POST /v1/template-sends
    GET /v1/template-sends/{id}
    POST /v1/template-sends/{id}/cancel
    GET /v1/template-sends/{id}/results
    GET /v1/threads/{id}
    GET /v1/threads/{id}/deferred-replies
    GET /v1/threads/{id}/messages
    POST /v1/threads/{id}/messages
    GET /v1/tickets
    GET /v1/tickets/{id}
    DELETE /v1/tickets/{id}/closure
    POST /v1/tickets/{id}/closure
    PUT /v1/tickets/{id}/owner
    POST /v1/uploads
    GET /v1/usage
    GET /v1/usage/ledger
    ");
}

#[tokio::test]
async fn nobody_is_let_in_without_a_token_that_names_tenant_user_and_role() {
    let partial = json!({"sub": "usr_ben", "role": "admin"});
    for (method, path) in operations() {
        let without_token = code_of(request(&method, &path, None, "not json")).await;
        assert_eq!(without_token, refused(401, "unauthenticated"), "{method} {path}");
        let without_tenant = code_of(request(&method, &path, Some(partial.clone()), "not json")).await;
        assert_eq!(without_tenant, refused(403, "claim_invalid"), "{method} {path}");
    }
}

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
async fn a_message_that_can_never_be_sent_is_refused_at_once() {
    let long = json!({"text": "ä".repeat(4097)}).to_string();
    for (body, status, code) in [
        ("", 400, "body_not_json"),
        ("{}", 422, "message_empty"),
        (r#"{"text": null}"#, 422, "message_empty"),
        (r#"{"text": 7}"#, 422, "body_invalid"),
        (r#"{"text": " \n"}"#, 422, "text_empty"),
        (r#"{"text": "hello", "format": "bbcode"}"#, 422, "body_invalid"),
        (r#"{"text": "<p></p><!-- hello -->", "format": "html"}"#, 422, "text_empty"),
        (r#"{"text": "hello", "reply_to": "wamid.1"}"#, 422, "no_such_quoted_message"),
        (long.as_str(), 422, "text_too_long"),
        (r#"{"attachments": [{}]}"#, 422, "attachment_invalid"),
        (r#"{"attachments": [{"upload_id": "upl_1", "library_id": "lib_1"}]}"#, 422, "attachment_invalid"),
        (r#"{"attachments": [{"upload_id": "upl_1"}]}"#, 422, "no_such_upload"),
        (r#"{"attachments": [{"library_id": "lib_1"}]}"#, 422, "no_such_library_item"),
        (r#"{"location": {"latitude": 91, "longitude": 0}}"#, 422, "location_invalid"),
        (r#"{"contacts": []}"#, 422, "contacts_invalid"),
        (r#"{"contacts": [{"company": "Acme"}]}"#, 422, "contacts_invalid"),
        (r#"{"template": {"name": "a", "language": "en"}, "text": "x"}"#, 422, "template_not_alone"),
        (
            r#"{"template": {"name": "a", "language": "en"}, "reply_to": "msg_00000000000000000000000000000001"}"#,
            422,
            "template_not_alone",
        ),
        (r#"{"text": "x", "then": {"text": "y"}}"#, 422, "then_without_template"),
        (r#"{"template": {"name": "a", "language": "en"}, "then": {}}"#, 422, "message_empty"),
        (r#"{"template": {"name": "a"}}"#, 422, "body_invalid"),
        (r#"{"template": {"name": "a", "language": "en", "variables": "Ada"}}"#, 422, "body_invalid"),
        (r#"{"template": {"name": "a", "language": "en", "header": {}}}"#, 422, "header_invalid"),
        (r#"{"template": {"name": "a", "language": "en", "header": {"upload_id": "u"}}}"#, 422, "no_such_upload"),
        (r#"{"reaction": {"message_id": "msg_1", "emoji": "👍"}, "text": "x"}"#, 422, "reaction_not_alone"),
        (r#"{"reaction": {"message_id": "msg_1", "emoji": "👍"}}"#, 422, "no_such_reaction_target"),
    ] {
        let request = request("POST", &format!("{THREAD}/messages"), token_of("agent"), body);
        assert_eq!(code_of(request).await, refused(status, code), "{body}");
    }
    let (_, problem) = answer_to(request("POST", &format!("{THREAD}/messages"), token_of("agent"), &long)).await;
    assert_eq!((&problem["characters"], &problem["limit"]), (&json!(4097), &json!(4096)));
}

#[tokio::test]
async fn a_conversation_with_nobody_is_refused_at_once() {
    let channel = r#""channel_id": "chn_00000000000000000000000000000007""#;
    for (whom, code) in [
        (r#""text": "hello""#, "recipient_invalid"),
        (r#""to": "+1 202 555 0142", "contact_id": "con_00000000000000000000000000000007""#, "recipient_invalid"),
        (r#""to": "202 555 0142""#, "phone_invalid"),
        (r#""to": "202 555 0142", "country": "ZZ""#, "country_invalid"),
        (r#""contact_id": "7""#, "body_invalid"),
        (r#""to": "+1 202 555 0142""#, "message_empty"),
    ] {
        let request = request("POST", "/v1/conversations", token_of("agent"), &format!("{{{channel}, {whom}}}"));
        assert_eq!(code_of(request).await, refused(422, code), "{whom}");
    }
}

#[tokio::test]
async fn a_file_that_whatsapp_does_not_take_is_refused_before_it_is_uploaded() {
    for (body, code, rule) in [
        (r#"{"filename": "a.gif", "mime_type": "image/gif", "size": 10}"#, "media_not_allowed", "type"),
        (r#"{"filename": "a.png", "mime_type": "image/png", "size": 5242881}"#, "media_not_allowed", "size"),
        (r#"{"filename": "a.pdf", "mime_type": "application/pdf", "size": 0}"#, "media_not_allowed", "empty"),
        (r#"{"filename": "a/b.pdf", "mime_type": "application/pdf", "size": 1}"#, "filename_invalid", ""),
        (r#"{"filename": "a.pdf", "mime_type": "application/pdf"}"#, "body_invalid", ""),
    ] {
        let (status, problem) = answer_to(request("POST", "/v1/uploads", token_of("agent"), body)).await;
        assert_eq!((status.as_u16(), &problem["code"]), (422, &json!(code)), "{body}");
        assert_eq!(problem["rule"].as_str().unwrap_or_default(), rule, "{problem}");
        assert!(rule.is_empty() || problem["advice"].is_string(), "{problem}");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_in_the_library_is_refused_at_once() {
    for (body, code) in [
        (r#"{"kind": "snippet", "title": "Hi", "text": " "}"#, "text_empty"),
        (r#"{"kind": "snippet", "title": " ", "text": "Hi"}"#, "library_item_invalid"),
        (r#"{"kind": "snippet", "title": "Hi"}"#, "library_item_invalid"),
        (r#"{"kind": "document", "title": "Hi", "upload_id": "upl_1"}"#, "no_such_upload"),
        (r#"{"kind": "poem", "title": "Hi", "text": "Hi"}"#, "body_invalid"),
    ] {
        let answer = code_of(request("POST", "/v1/library", token_of("agent"), body)).await;
        assert_eq!(answer, refused(422, code), "{body}");
    }
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
async fn a_ticket_is_not_taken_from_its_owner_by_leaving_the_owner_out() {
    let path = "/v1/tickets/tkt_00000000000000000000000000000007/owner";
    for body in ["{}", r#"{"owner_id": 7}"#, r#"{"owner_id": ""}"#] {
        let answer = code_of(request("PUT", path, token_of("agent"), body)).await;
        assert_eq!(answer, refused(422, "body_invalid"), "{body}");
    }
}

#[tokio::test]
async fn a_number_that_nobody_can_match_is_refused_and_its_member_named() {
    for (body, code, member) in [
        (r#"{"phone": "11 91234-5678"}"#, "phone_invalid", "phone"),
        (r#"{"mobile_phone": "+1 202 555 0142 ext. 7"}"#, "phone_invalid", "mobile_phone"),
        (r#"{"phone": "+999 1"}"#, "phone_invalid", "phone"),
        (r#"{"phone": "(11) 91234-5678", "country": "ZZ"}"#, "country_invalid", "country"),
    ] {
        for (method, path) in [("POST", "/v1/contacts"), ("PATCH", "/v1/contacts/con_00000000000000000000000000000007")]
        {
            let (status, problem) = answer_to(request(method, path, token_of("agent"), body)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{method} {body}");
            assert_eq!((&problem["code"], &problem["member"]), (&json!(code), &json!(member)), "{method} {body}");
        }
    }
    let national = code_of(request("GET", "/v1/contacts?phone=1191234", token_of("agent"), "")).await;
    assert_eq!(national, refused(422, "phone_invalid"));
}

#[tokio::test]
async fn a_contact_has_a_name_of_some_length_and_few_properties() {
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (n.to_string(), json!(""))).collect();
    for (body, code) in [
        (json!({"name": ""}), "body_invalid"),
        (json!({"name": "a".repeat(257)}), "body_invalid"),
        (json!({"name": "a\u{0}"}), "body_invalid"),
        (json!({"properties": {"tier": 1}}), "body_invalid"),
        (json!({"properties": null}), "body_invalid"),
        (json!({"properties": {"tier": "x".repeat(1_001)}}), "properties_invalid"),
        (json!({"properties": many}), "properties_invalid"),
    ] {
        let answer = code_of(request("POST", "/v1/contacts", token_of("agent"), &body.to_string())).await;
        assert_eq!(answer, refused(422, code), "{body}");
    }
}

#[tokio::test]
async fn settings_are_changed_by_admins_only_and_to_sensible_values() {
    let change = r#"{"reopen_within": "P2D"}"#;
    for role in ["supervisor", "agent", "operator"] {
        let answer = code_of(request("PATCH", "/v1/settings", token_of(role), change)).await;
        assert_eq!(answer, refused(403, "role_required"), "{role}");
    }
    for body in [
        r#"{"reopen_within": "soon"}"#,
        r#"{"reopen_within": 2}"#,
        r#"{"reopen_within": "-P1D"}"#,
        r#"{"moderation": {"detectors": ["payment_cards"]}}"#,
        r#"{"moderation": {"blocked_hosts": ["https://shop.example/"]}}"#,
        r#"{"moderation": {"blocked_words": ["!"]}}"#,
    ] {
        let answer = code_of(request("PATCH", "/v1/settings", token_of("admin"), body)).await;
        assert_eq!(answer, refused(422, "body_invalid"), "{body}");
    }
    let mut other_version = request("PATCH", "/v1/settings", token_of("admin"), change);
    other_version.headers_mut().insert("if-match", "\"7\"".parse().unwrap());
    assert_eq!(code_of(other_version).await, refused(412, "version_mismatch"));
}

#[tokio::test]
async fn what_admins_have_to_hear_is_for_admins() {
    for role in ["agent", "supervisor", "operator"] {
        assert_eq!(
            code_of(request("GET", "/v1/notices", token_of(role), "")).await,
            refused(403, "role_required"),
            "{role}"
        );
    }
    assert_eq!(code_of(request("GET", "/v1/notices", token_of("admin"), "")).await, refused(503, "busy"));
}

#[tokio::test]
async fn what_is_hidden_is_for_supervisors_and_admins() {
    let reveal = "/v1/messages/msg_00000000000000000000000000000007/reveal";
    let file =
        "/v1/messages/msg_00000000000000000000000000000007/attachments/att_00000000000000000000000000000007/reveal";
    for (method, path) in [("POST", reveal), ("POST", file), ("GET", "/v1/audit")] {
        for role in ["agent", "operator"] {
            let answer = code_of(request(method, path, token_of(role), "")).await;
            assert_eq!(answer, refused(403, "role_required"), "{method} {path} {role}");
        }
        for role in ["supervisor", "admin"] {
            assert_eq!(code_of(request(method, path, token_of(role), "")).await, refused(503, "busy"), "{path} {role}");
        }
    }
    for body in [r#"{"reason": " "}"#, r#"{"reason": 7}"#, &json!({"reason": "x".repeat(501)}).to_string()] {
        let answer = code_of(request("POST", reveal, token_of("supervisor"), body)).await;
        assert_eq!(answer, refused(422, "body_invalid"), "{body}");
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
    let (status, problem) = answer_to(request).await;
    assert_eq!((status.as_u16(), problem["code"].as_str()), (422, Some("text_empty")));
}

#[tokio::test]
async fn when_storage_is_down_the_answer_says_so_and_nothing_else() {
    let response = router().oneshot(request("GET", "/v1/settings", token_of("agent"), "")).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, problem) = answer_to(request("GET", "/v1/settings", token_of("agent"), "")).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("busy")));
    let text = problem.to_string();
    assert!(!text.contains("127.0.0.1") && !text.contains("GetItem") && !text.contains("helpdesk\""), "{text}");
}
