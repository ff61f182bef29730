//! What the webhook's address takes, and what it refuses.

use acceptance::{Outcome, World, payload, signature};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

async fn question(world: &World, mode: &str, token: &str) -> (u16, String) {
    let query = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", "1158201444")];
    let answer = world.http().get(world.stack_file().webhook).query(&query).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn metas_question_is_answered_with_its_challenge() {
    let world = shared_world().await;
    let token = world.stack_file().verify_token;

    assert_eq!(question(&world, "subscribe", &token).await, (200, "1158201444".to_owned()));
}

#[tokio::test]
async fn a_question_with_a_wrong_token_is_refused() {
    let world = shared_world().await;
    let token = world.stack_file().verify_token;

    for (mode, token) in [("subscribe", "guess"), ("subscribe", ""), ("unsubscribe", token.as_str())] {
        let (status, body) = question(&world, mode, token).await;
        assert!((400..500).contains(&status), "{status}");
        assert!(!body.contains("1158201444"));
    }
}

#[tokio::test]
async fn a_wrong_signature_is_refused_and_leaves_nothing() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let body = payload::messages(&ada, &[payload::text(&ada, now, "forged")]).to_string().into_bytes();
    let secret = world.stack_file().app_secret;
    let other_body = signature(&secret, b"{}");
    let good = signature(&secret, &body);

    for wrong in
        ["", "sha256=", "sha1=abc", &signature("guess", &body), &other_body, &good[..good.len() - 2], &good[7..]]
    {
        let answer = world.post_with_signature(body.clone(), wrong, "application/json").await;
        assert_eq!(answer.status, 401, "{wrong}: {answer:?}");
    }
    let unsigned = world.http().post(world.stack_file().webhook).body(body).send().await.unwrap();

    assert_eq!(unsigned.status(), 401);
    world.settles().await;
    assert!(ada.threads().await.is_empty());
}

#[tokio::test]
async fn a_body_of_nearly_3_mb_is_taken_and_a_larger_one_is_not() {
    let world = fresh_world().await;
    let sized = |bytes: usize| {
        let body = payload::field("102290129340398", "tomorrows_field", &json!({ "padding": "" }));
        let padding = "x".repeat(bytes - body.to_string().len());
        payload::field("102290129340398", "tomorrows_field", &json!({ "padding": padding })).to_string().into_bytes()
    };

    let taken = world.post_signed(sized(3_000_000)).await;
    let refused = world.post_signed(sized(3 * 1024 * 1024 + 1)).await;
    world.settles().await;

    assert_eq!((taken.status, refused.status), (200, 413));
    let outcomes = world.outcomes().await;
    assert_eq!(outcomes.len(), 1, "{outcomes:#?}");
    assert_ne!(outcomes[0].outcome, "accepted");
}

#[tokio::test]
async fn what_is_genuine_and_no_json_is_taken_and_recorded() {
    let world = fresh_world().await;

    for bytes in [&b"{\"entry\": ["[..], b"hello", b"", &[0xff, 0xfe, 0x00, 0x80]] {
        assert_eq!(world.post_signed(bytes.to_vec()).await.status, 200, "{bytes:?}");
    }
    world.settles().await;

    let outcomes = world.outcomes().await;
    assert_eq!(outcomes.len(), 4, "{outcomes:#?}");
    assert!(outcomes.iter().all(is_kept), "{outcomes:#?}");
}

#[tokio::test]
async fn what_comes_in_base64_is_checked_and_read_as_the_bytes_it_is() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let body = payload::messages(&ada, &[payload::text(&ada, now, "Grüße 👋")]).to_string().into_bytes();
    let signature = signature(&world.stack_file().app_secret, &body);

    // API Gateway hands over in base64 what does not call itself text.
    let taken = world.post_with_signature(body.clone(), &signature, "application/octet-stream").await;
    let in_base64 = BASE64_STANDARD.encode(&body).into_bytes();
    let refused = world.post_with_signature(in_base64, &signature, "application/octet-stream").await;
    world.settles().await;

    assert_eq!((taken.status, refused.status), (200, 401));
    assert_eq!(world.agent().reads(&ada.thread().await).await, ["Grüße 👋"]);
}

#[tokio::test]
async fn a_thousand_updates_in_one_post_are_a_thousand_messages() {
    let world = fresh_world().await;
    let now = world.clock().now().await - SignedDuration::from_secs(60);
    let writers: Vec<_> = (0..50).map(|n| world.customer(&format!("Ada {n}"))).collect();
    let mut changes = Vec::new();
    for line in 0..20 {
        for writer in &writers {
            let text = payload::text(writer, now + SignedDuration::from_secs(line), &format!("line {line}"));
            changes.push(payload::change(&writer.channel, writer, &[text], &[]));
        }
    }
    let body = payload::webhook(&[payload::entry(&writers[0].channel.waba_id, &changes)]);

    let outcomes = world.outcomes_of(&body).await;

    assert_eq!(outcomes.iter().filter(|it| it.outcome == "message").count(), 1_000);
    let expected: Vec<String> = (0..20).map(|n| format!("line {n}")).collect();
    let tickets = world.agent().tickets().await;
    assert_eq!(tickets.len(), 50);
    for ticket in tickets.into_iter().step_by(7) {
        let id = ticket["thread_id"].as_str().unwrap().to_owned();
        let thread = acceptance::Thread { id, ticket };
        assert_eq!(world.agent().reads(&thread).await, expected);
    }
}

#[tokio::test]
async fn every_unknown_field_and_shape_is_recorded() {
    let world = fresh_world().await;
    let tenant = world.tenant(0);
    let (waba_id, channel) = (tenant.channel(0).waba_id, tenant.channel(0));
    let metadata = json!({ "phone_number_id": channel.phone_number_id });
    let change = |field: &str, value: Value| json!({ "field": field, "value": value });
    let changes = [
        change("tomorrow", json!({ "a": 1 })),
        change("tomorrow", json!("a word")),
        change("tomorrow", Value::Null),
        change("messages", json!({ "metadata": metadata, "messages": { "not": "a list" } })),
        change("messages", json!({ "metadata": metadata, "messages": [{ "no": "id" }, null, 7, "word", []] })),
        change("messages", json!({ "metadata": metadata, "statuses": [{ "status": "read" }, null] })),
        change("messages", json!({ "metadata": metadata, "errors": [{ "code": 130_429 }] })),
        change("messages", json!({ "metadata": metadata, "something": ["new"] })),
        change("messages", json!([])),
        json!({ "value": {} }),
        json!({ "field": 7, "value": {} }),
        json!("a change?"),
    ];
    let bodies = [
        payload::webhook(&[payload::entry(&waba_id, &changes)]),
        json!({ "object": "whatsapp_business_account", "entry": [{ "id": waba_id }, null, { "id": 7, "changes": {} }] }),
        json!({ "object": "page", "entry": [] }),
        json!({}),
        json!([1, 2, 3]),
        json!(null),
        json!("text"),
    ];

    for body in &bodies {
        let outcomes = world.outcomes_of(body).await;
        assert!(!outcomes.is_empty(), "nothing came of {body}");
        assert!(outcomes.iter().all(is_kept), "{body}: {outcomes:#?}");
    }

    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn one_bad_item_costs_its_neighbours_nothing() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let good = |text: &str| payload::text(&ada, now, text);
    let mut no_time = good("without a time");
    no_time.as_object_mut().unwrap().remove("timestamp");
    let odd = json!({ "from": ada.number, "id": payload::wamid(), "timestamp": "soon", "type": ["text"], "text": 7 });
    let body = payload::messages(&ada, &[good("before"), json!({ "id": 7 }), odd, json!(null), no_time, good("after")]);

    assert_eq!(world.post_webhook(&body).await, 200);
    world.settles().await;

    let read = world.agent().reads(&ada.thread().await).await;
    assert!(read.contains(&"before".to_owned()) && read.contains(&"after".to_owned()), "{read:?}");
}

fn is_kept(outcome: &Outcome) -> bool {
    matches!(outcome.outcome.as_str(), "event_recorded" | "parked_unrouted" | "status_parked" | "message")
}
