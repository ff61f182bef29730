//! One tenant never sees another, and nobody acts without a token.

use acceptance::{Agent, Thread, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::shared_world;

/// Every route that names something, with a body that it would take.
fn routes_of(thread: &Thread, message_id: &str) -> Vec<(Method, String, Option<Value>)> {
    let channel = thread.ticket["channel_id"].as_str().unwrap();
    let (ticket, contact, thread) = (thread.ticket_id(), thread.contact_id(), &thread.id);
    let conversation = json!({ "channel_id": channel, "contact_id": contact, "text": "psst" });
    vec![
        (Method::POST, "/v1/conversations".into(), Some(conversation)),
        (Method::GET, format!("/v1/tickets/{ticket}"), None),
        (Method::POST, format!("/v1/tickets/{ticket}/closure"), None),
        (Method::DELETE, format!("/v1/tickets/{ticket}/closure"), None),
        (Method::PUT, format!("/v1/tickets/{ticket}/owner"), Some(json!({ "owner_id": "usr_mallory" }))),
        (Method::GET, format!("/v1/threads/{thread}"), None),
        (Method::GET, format!("/v1/threads/{thread}/messages"), None),
        (Method::POST, format!("/v1/threads/{thread}/messages"), Some(json!({ "text": "psst" }))),
        (Method::GET, format!("/v1/messages/{message_id}"), None),
        (Method::GET, format!("/v1/messages/{message_id}/attachments/{}", message_id.replace("msg_", "att_")), None),
        (Method::POST, format!("/v1/messages/{message_id}/resend"), Some(json!({}))),
        (Method::POST, format!("/v1/messages/{message_id}/discard"), Some(json!({}))),
        (
            Method::POST,
            format!("/v1/messages/{message_id}/attachments/{}/reveal", message_id.replace("msg_", "att_")),
            None,
        ),
        (Method::POST, format!("/v1/messages/{message_id}/reveal"), Some(json!({}))),
        (Method::GET, format!("/v1/threads/{thread}/deferred-replies"), None),
        (Method::GET, format!("/v1/messages/{message_id}/deferred-reply"), None),
        (Method::PATCH, format!("/v1/messages/{message_id}/deferred-reply"), Some(json!({ "text": "psst" }))),
        (Method::DELETE, format!("/v1/messages/{message_id}/deferred-reply"), None),
        (Method::GET, format!("/v1/contacts/{contact}"), None),
    ]
}

/// A conversation of the first tenant with a reply, and the reply's id.
async fn conversation(world: &World) -> (Thread, String) {
    let thread = world.customer("Ada").writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let id = reply.id().to_owned();
    (thread, id)
}

#[tokio::test]
async fn the_ids_of_another_tenant_are_unknown_everywhere() {
    let world = shared_world().await;
    let (thread, message_id) = conversation(&world).await;
    let before = world.agent().ticket(&thread).await;
    let mallory = world.caller(1, "admin");

    for (method, path, body) in routes_of(&thread, &message_id) {
        let answer = mallory.calls(method.clone(), &path, body).await;
        assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
        assert!(!answer.text.contains("Ada") && !answer.text.contains("hello"), "{answer:?}");
    }

    assert_eq!(world.agent().ticket(&thread).await, before);
    assert_eq!(world.phone_of("Ada").shows().await, ["hello", "here we are"]);
}

#[tokio::test]
async fn ids_that_nobody_has_are_answered_like_those_of_others() {
    let world = shared_world().await;
    let (thread, message_id) = conversation(&world).await;
    let mallory = world.caller(1, "admin");
    let nobodys = |text: &str| {
        let (prefix, id) = text.split_once('_').unwrap();
        let last = if id.ends_with('0') { '1' } else { '0' };
        format!("{prefix}_{}{last}", &id[..id.len() - 1])
    };
    let mut ticket = thread.ticket.clone();
    ticket["id"] = json!(nobodys(thread.ticket_id()));
    ticket["contact_id"] = json!(nobodys(thread.contact_id()));
    let unknown = Thread { id: nobodys(&thread.id), ticket };

    let theirs = routes_of(&thread, &message_id);
    let nobodys = routes_of(&unknown, &nobodys(&message_id));

    for ((method, there, body), (_, nowhere, _)) in theirs.into_iter().zip(nobodys) {
        let there = mallory.calls(method.clone(), &there, body.clone()).await;
        let nowhere = mallory.calls(method, &nowhere, body).await;
        assert_eq!((there.status, there.code()), (nowhere.status, nowhere.code()));
    }
}

#[tokio::test]
async fn a_list_holds_the_callers_own_tickets_only() {
    let world = shared_world().await;
    let ours = world.customer("Ada").writes("hello").await;
    let theirs = world.customer("Ben").writing_to(1, 0).writes("hello").await;

    let first: Vec<Value> = world.agent_of(0).tickets().await;
    let second: Vec<Value> = world.agent_of(1).tickets().await;

    let holds = |list: &[Value], thread: &Thread| list.iter().any(|ticket| ticket["id"] == thread.ticket["id"]);
    assert!(holds(&first, &ours) && !holds(&first, &theirs));
    assert!(holds(&second, &theirs) && !holds(&second, &ours));
}

#[tokio::test]
async fn a_cursor_of_another_tenant_leads_nowhere() {
    let world = shared_world().await;
    for name in ["Ada", "Ben", "Cleo"] {
        world.customer(name).writes("hello").await;
    }
    let page = world.agent().get("/v1/tickets?limit=1").await.expecting(200);
    let cursor = page.body["next_cursor"].as_str().expect("there is a second page");

    let answer = world.agent_of(1).get(&format!("/v1/tickets?limit=1&cursor={cursor}")).await;

    let ours = world.agent().tickets().await;
    let leaked = answer.body["data"].as_array().is_some_and(|data| data.iter().any(|ticket| ours.contains(ticket)));
    assert!(!leaked, "{answer:?}");
}

#[tokio::test]
async fn a_message_of_another_tenant_cannot_be_quoted() {
    let world = shared_world().await;
    let (_, message_id) = conversation(&world).await;
    let mallory = world.agent_of(1);
    let own = world.customer("Mallory's customer").writing_to(1, 0).writes("hello").await;

    let answer = mallory.replies_quoting(&own, "what did you tell her?", &message_id).await;

    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(mallory.reads(&own).await, ["hello"]);
}

#[tokio::test]
async fn the_tenant_cannot_be_chosen_by_a_header_a_query_or_a_body() {
    let world = shared_world().await;
    let (thread, _) = conversation(&world).await;
    let victim = world.tenant(0).id;
    let mallory = world.caller(1, "admin");
    let headers = [("x-tenant-id", victim.as_str()), ("tenant_id", victim.as_str()), ("x-role", "admin")];
    let path = format!("/v1/tickets/{}?tenant_id={victim}", thread.ticket_id());

    let answer = mallory.tries(Method::GET, &path, None, &headers).await.unwrap();
    let reply = json!({ "text": "psst", "tenant_id": victim });
    let path = format!("/v1/threads/{}/messages?tenant_id={victim}", thread.id);
    let posted = mallory.tries(Method::POST, &path, Some(reply), &headers).await.unwrap();

    assert_eq!(answer.status, 404);
    assert!(posted.status == 404 || posted.status == 400 || posted.status == 422, "{posted:?}");
    assert_eq!(world.agent().reads(&thread).await, ["hello", "here we are"]);
}

#[tokio::test]
async fn without_a_good_token_every_route_is_closed() {
    let world = shared_world().await;
    let (thread, message_id) = conversation(&world).await;
    let good = world.tenant(0).tokens["agent"].clone();
    let strangers: Vec<Agent> = [
        String::new(),
        "garbage".into(),
        "a.b.c".into(),
        tampered(&good),
        unsigned(&good),
        good[..good.len() - 4].into(),
    ]
    .iter()
    .map(|token| world.caller_with_token(token))
    .collect();

    let mut routes = routes_of(&thread, &message_id);
    routes.push((Method::GET, "/v1/tickets".into(), None));
    routes.push((Method::GET, "/v1/settings".into(), None));
    for (method, path, body) in routes {
        for stranger in &strangers {
            let answer = stranger.calls(method.clone(), &path, body.clone()).await;
            assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
        }
    }
    let bare = world.http().get(format!("{}/v1/tickets", world.stack_file().api)).send().await.unwrap();
    assert_eq!(bare.status(), 401);
}

#[tokio::test]
async fn an_agent_cannot_change_the_settings() {
    let world = shared_world().await;
    let before = world.agent().get("/v1/settings").await.expecting(200);

    let answer = world.agent().calls(Method::PATCH, "/v1/settings", Some(json!({ "reopen_within": "P1D" }))).await;

    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(world.agent().get("/v1/settings").await.expecting(200).body, before.body);
}

/// The same token with another tenant in its claims.
fn tampered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims = decoded(parts[1]);
    claims["tenant_id"] = json!("ten_00000000000000000000000000000000");
    format!("{}.{}.{}", parts[0], encoded(&claims), parts[2])
}

/// The same claims, signed by nobody.
fn unsigned(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    format!("{}.{claims}.", encoded(&json!({ "alg": "none", "typ": "JWT" })))
}

fn decoded(part: &str) -> Value {
    use base64::Engine as _;
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}
