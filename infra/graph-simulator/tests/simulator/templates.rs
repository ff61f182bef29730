//! Templates: made, listed, reviewed, sent.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{ADA, TOKEN, World, code};

const ACCOUNT: &str = "2000000001";

fn body(text: &str) -> Value {
    json!([{ "type": "BODY", "text": text, "example": { "body_text": [["Ada"]] } }])
}

fn template(name: &str, components: &Value) -> Value {
    json!({ "name": name, "language": "en", "category": "UTILITY", "components": components })
}

async fn made(world: &World, name: &str) -> String {
    let given = json!({ "waba_id": ACCOUNT, "name": name, "components": body("Hello {{1}}, it is here now.") });
    world.control("templates", given).await["id"].as_str().unwrap().to_owned()
}

/// Any call to Graph below the version.
async fn graph(world: &World, method: reqwest::Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
    let mut request = world.client.request(method, format!("{}/v24.0/{path}", world.graph)).bearer_auth(TOKEN);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn submit(world: &World, template: &Value) -> (StatusCode, Value) {
    graph(world, reqwest::Method::POST, &format!("{ACCOUNT}/message_templates"), Some(template)).await
}

async fn list(world: &World, query: &str) -> Value {
    graph(world, reqwest::Method::GET, &format!("{ACCOUNT}/message_templates?{query}"), None).await.1
}

fn to_ada(name: &str) -> Value {
    with_components(name, &json!([{ "type": "body", "parameters": [{ "type": "text", "text": "Ada" }] }]))
}

fn with_components(name: &str, components: &Value) -> Value {
    json!({ "messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "template",
        "template": { "name": name, "language": { "code": "en" }, "components": components } })
}

#[tokio::test]
async fn a_submitted_template_is_pending_until_it_is_reviewed_and_a_webhook_tells() {
    let mut world = World::start().await;
    let (status, answer) = submit(&world, &template("parcel", &body("Hello {{1}}, it is here now."))).await;
    assert_eq!(
        (status, &answer["status"], &answer["category"]),
        (StatusCode::OK, &json!("PENDING"), &json!("UTILITY"))
    );
    let id = answer["id"].as_str().unwrap();

    world.control(&format!("templates/{id}"), json!({ "event": "APPROVED" })).await;

    let webhook: Value = serde_json::from_slice(&world.next_webhook().await.bytes).unwrap();
    assert_eq!(
        (&webhook["entry"][0]["id"], &webhook["entry"][0]["time"]),
        (&json!(ACCOUNT), &json!(world.now().as_second()))
    );
    let change = &webhook["entry"][0]["changes"][0];
    assert_eq!(
        (&change["field"], &change["value"]["event"]),
        (&json!("message_template_status_update"), &json!("APPROVED"))
    );
    assert_eq!(change["value"]["message_template_id"], json!(id.parse::<u64>().unwrap()));
    let shown = graph(&world, reqwest::Method::GET, &format!("{id}?fields=status"), None).await.1;
    assert_eq!(shown, json!({ "id": id, "status": "APPROVED" }));
}

#[tokio::test]
async fn a_list_has_pages_and_survives_a_restart() {
    let mut world = World::start().await;
    for name in ["one", "two", "three"] {
        made(&world, name).await;
    }
    world.restarts().await;
    let first = list(&world, "limit=2&fields=name").await;
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    assert!(first["paging"]["next"].is_string());
    let after = first["paging"]["cursors"]["after"].as_str().unwrap();
    let rest = list(&world, &format!("limit=2&after={after}")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), rest["paging"].get("next")), (1, None));
    assert_eq!(list(&world, "name=thr").await["data"][0]["name"], "three");
}

#[tokio::test]
async fn what_meta_documents_to_refuse_is_refused_with_words_for_people() {
    let world = World::start().await;
    made(&world, "taken").await;
    let sound = "Hello {{1}}, it is here now.";
    for (template, subcode) in [
        (template("taken", &body(sound)), 2_388_024),
        (template("n", &body("{{1}} is here now for you")), 2_388_299),
        (template("n", &body("Hello {{1}} there")), 2_388_293),
        (template("n", &body(&"b".repeat(1_025))), 2_388_040),
        (template("n", &json!([{ "type": "FOOTER", "text": "f" }])), 2_388_072),
        (template("n", &json!([{ "type": "BODY", "text": "b" }, { "type": "FOOTER", "text": "{{1}}" }])), 2_388_073),
        (template("n", &json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "b" }])), 2_388_047),
    ] {
        let answer = submit(&world, &template).await;
        assert_eq!((code(&answer), &answer.1["error"]["error_subcode"]), (100, &json!(subcode)), "{answer:?}");
        assert!(answer.1["error"]["error_user_msg"].is_string(), "{answer:?}");
    }
    assert_eq!(code(&submit(&world, &template("Not A Name", &body(sound))).await), 100);
    assert_eq!(list(&world, "").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_with_templates_sends_only_those_that_are_approved() {
    let world = World::start().await;
    assert_eq!(world.posts(to_ada("anything")).await.unwrap().0, StatusCode::OK);
    let id = made(&world, "parcel").await;

    assert_eq!(code(&world.posts(to_ada("anything")).await.unwrap()), 132_001);
    assert_eq!(world.posts(to_ada("parcel")).await.unwrap().0, StatusCode::OK);
    for (event, refusal) in [("PAUSED", 132_015), ("DISABLED", 132_016), ("REJECTED", 132_001)] {
        world.control(&format!("templates/{id}"), json!({ "event": event, "silently": true })).await;
        assert_eq!(code(&world.posts(to_ada("parcel")).await.unwrap()), refusal, "{event}");
    }
}

#[tokio::test]
async fn a_template_goes_with_what_its_variables_need_and_the_phone_shows_its_words() {
    let world = World::start().await;
    let button = json!({ "type": "URL", "text": "Track it", "url": "https://example.com/{{1}}" });
    let parts = json!([
        { "type": "BODY", "text": "Hello {{name}}, it is here." }, { "type": "FOOTER", "text": "Books" },
        { "type": "BUTTONS", "buttons": [button] },
    ]);
    let given = json!({ "waba_id": ACCOUNT, "name": "parcel", "parameter_format": "NAMED", "components": parts });
    world.control("templates", given).await;
    let named = |name: &str, value: &str| {
        let given = json!({ "type": "text", "parameter_name": name, "text": value });
        json!({ "type": "body", "parameters": [given] })
    };
    let url = json!({ "type": "button", "sub_type": "url", "index": "0",
        "parameters": [{ "type": "text", "text": "A-17" }] });

    for (components, refusal) in [
        (json!([url]), 132_000),
        (json!([named("nobody", "Ada"), url]), 132_012),
        (json!([named("name", "Ada\nL."), url]), 132_018),
        (json!([named("name", "Ada")]), 131_008),
    ] {
        let answer = world.posts(with_components("parcel", &components)).await.unwrap();
        assert_eq!(code(&answer), refusal, "{components}");
    }
    let sent = with_components("parcel", &json!([named("name", "Ada"), url]));
    assert_eq!(world.posts(sent).await.unwrap().0, StatusCode::OK);
    let shows = world.look(&format!("phones/{ADA}")).await;
    assert_eq!(shows["shows"][0]["text"], "Hello Ada, it is here.\n\nBooks");
}

#[tokio::test]
async fn a_deleted_template_is_gone_and_a_disabled_one_stays() {
    let world = World::start().await;
    let id = made(&world, "parcel").await;
    let delete = async |query: &str| {
        graph(&world, reqwest::Method::DELETE, &format!("{ACCOUNT}/message_templates?{query}"), None).await
    };
    world.control(&format!("templates/{id}"), json!({ "event": "DISABLED", "silently": true })).await;
    assert_eq!(code(&delete(&format!("name=parcel&hsm_id={id}")).await), 100);
    world.control(&format!("templates/{id}"), json!({ "event": "APPROVED", "silently": true })).await;
    assert_eq!(delete("name=parcel").await.1, json!({ "success": true }));
    assert_eq!(code(&delete("name=parcel").await), 100);
}
