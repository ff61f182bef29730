//! The API without its storage: who is let in, what is refused before anything is read, the document.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use calls::{refused, request, token_of};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

#[path = "../../api-helpdesk/tests/api/calls.rs"]
mod calls;

const TENANT: &str = "/v1/tenants/ten_00000000000000000000000000000007";

/// The API over services that cannot be reached.
fn router() -> Router {
    let config = calls::nowhere();
    api_channels::router(api_channels::Desk::new(
        storage::Table::new(&config, "helpdesk".into()),
        whatsapp::graph::Graph::new("http://127.0.0.1:9", "v24.0", Duration::from_secs(1)).expect("a client"),
        runtime::Seal::new(&config, "key".into()),
        runtime::Clock::from_fn(|| Timestamp::UNIX_EPOCH),
        rest::ClaimNames { tenant: "tenant_id".into(), role: "role".into() },
    ))
}

fn operator() -> Option<Value> {
    Some(json!({"sub": "usr_olga", "role": "operator"}))
}

async fn problem_of(request: Request<Body>) -> Value {
    calls::problem_of(router(), request).await
}

async fn code_of(request: Request<Body>) -> (u64, String) {
    calls::code_of(router(), request).await
}

fn operations() -> Vec<(String, String)> {
    calls::operations(&api_channels::openapi())
}

#[test]
fn the_document_that_is_checked_in_is_the_apis() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi-channels.json");
    let checked_in = std::fs::read_to_string(file).unwrap_or_default();
    let again = "cargo run -p api-channels --example openapi-channels > infra/openapi-channels.json";
    assert!(checked_in == api_channels::openapi(), "infra/openapi-channels.json is not what the code says: {again}");
}

#[test]
fn the_api_has_the_routes_it_promises() {
    let listed: Vec<_> = operations().iter().map(|(method, path)| format!("{method} {path}")).collect();
    insta::assert_snapshot!(listed.join("\n"), @r"
    GET /v1/channels
    POST /v1/channels
    DELETE /v1/channels/{id}
    GET /v1/channels/{id}
    POST /v1/channels/{id}/template-sync
    GET /v1/templates
    POST /v1/templates
    DELETE /v1/templates/{id}
    GET /v1/templates/{id}
    PATCH /v1/templates/{id}
    POST /v1/templates/{id}/preview
    GET /v1/tenants/{id}
    PUT /v1/tenants/{id}
    ");
}

#[tokio::test]
async fn nobody_is_let_in_without_a_token() {
    for (method, path) in operations() {
        let without_token = code_of(request(&method, &path, None, "not json")).await;
        assert_eq!(without_token, refused(401, "unauthenticated"), "{method} {path}");
    }
}

#[tokio::test]
async fn tenants_and_connections_are_made_by_operators_seen_and_ended_by_admins_and_templates_are_seen_by_all() {
    let of_operators =
        |method: &str, path: &str| path.starts_with("/v1/tenants") || (method == "POST" && path == "/v1/channels");
    let of_everybody =
        |method: &str, path: &str| path.starts_with("/v1/templates") && (method == "GET" || path.ends_with("/preview"));
    for (method, path) in operations() {
        if of_everybody(&method, &path) {
            continue;
        }
        let kind = match path.split('/').nth(2).unwrap() {
            "tenants" => "ten",
            "templates" => "tpl",
            _ => "chn",
        };
        let path = path.replace("{id}", &format!("{kind}_00000000000000000000000000000007"));
        let others = if of_operators(&method, &path) {
            vec![token_of("admin"), token_of("supervisor"), token_of("agent")]
        } else {
            vec![token_of("supervisor"), token_of("agent"), token_of("operator")]
        };
        for claims in others {
            // The body of a template is read before the role is asked for, as it is nobody's secret.
            let body = json!({"channel_id": "chn_00000000000000000000000000000007", "name": "n", "language": "en",
                "category": "utility", "components": {"body": {"text": "hello"}}});
            let body = if path.starts_with("/v1/templates") { body.to_string() } else { "not json".to_owned() };
            let answer = code_of(request(&method, &path, claims.clone(), &body)).await;
            assert_eq!(answer, refused(403, "role_required"), "{method} {path} {claims:?}");
        }
    }
}

#[tokio::test]
async fn an_operator_without_a_tenant_has_no_channels() {
    let answer = code_of(request("GET", "/v1/channels", operator(), "")).await;
    assert_eq!(answer, refused(403, "claim_invalid"));
}

#[tokio::test]
async fn a_tenant_that_makes_no_sense_is_refused_before_anything_is_read() {
    let sound = json!({"name": "Acme", "time_zone": "Europe/Berlin", "subscription_started_on": "2026-01-31"});
    for (member, value) in [
        ("name", json!(" ")),
        ("name", json!("a".repeat(201))),
        ("time_zone", json!("Berlin")),
        ("subscription_started_on", json!("2026-02-31")),
        ("allowance", json!(-1)),
        ("allowance", json!("many")),
        ("reopen_within", json!("soon")),
    ] {
        let mut tenant = sound.clone();
        tenant[member] = value.clone();
        let problem = problem_of(request("PUT", TENANT, operator(), &tenant.to_string())).await;
        assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("body_invalid")), "{member} {value}");
        assert!(problem["detail"].as_str().unwrap().starts_with(member), "{problem}");
    }
    let read = code_of(request("PUT", TENANT, operator(), &sound.to_string())).await;
    assert_eq!(read, refused(503, "busy"));
}

#[tokio::test]
async fn a_connection_that_makes_no_sense_is_refused_and_its_token_is_not_repeated() {
    let sound = json!({
        "tenant_id": "ten_00000000000000000000000000000007",
        "waba_id": "1",
        "phone_number_id": "2",
        "access_token": "EAAG-a-secret-token",
    });
    for (member, value) in [
        ("tenant_id", json!("7")),
        ("waba_id", json!("1/messages")),
        ("phone_number_id", json!("+1 555 010 0101")),
        ("access_token", json!("")),
        ("access_token", json!("EAAG a secret token")),
    ] {
        let mut connection = sound.clone();
        connection[member] = value.clone();
        let problem = problem_of(request("POST", "/v1/channels", operator(), &connection.to_string())).await;
        assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("body_invalid")), "{member} {value}");
        assert!(problem["detail"].as_str().unwrap().starts_with(member), "{problem}");
        assert!(!problem.to_string().contains("EAAG"), "{problem}");
    }
}

#[tokio::test]
async fn when_storage_is_down_the_answer_says_so_and_nothing_else() {
    let problem = problem_of(request("GET", TENANT, operator(), "")).await;
    assert_eq!((&problem["status"], &problem["code"]), (&json!(503), &json!("busy")));
    let text = problem.to_string();
    assert!(!text.contains("127.0.0.1") && !text.contains("GetItem"), "{text}");
}
