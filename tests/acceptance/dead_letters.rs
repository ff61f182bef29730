//! Work that can never be done is put aside with its reason, and done when the reason is gone.

use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::{Point, World};
use serde_json::json;

use crate::{STACK, counted_world, fresh_world};

/// What the operator's tool prints.
fn tool(world: &World, verb: &str) -> String {
    let output = Command::new(STACK).args(["dead-letters", verb, "--data"]).arg(world.data()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Long enough for a job to be tried ten times.
async fn ten_tries_pass(world: &World) {
    for _ in 0..12 {
        world.clock().advance("PT3M10S").await;
    }
}

#[tokio::test]
async fn a_poisonous_job_is_put_aside_with_its_reason_while_the_other_nine_of_its_batch_are_done() {
    let world = fresh_world().await;
    let waba_id = world.tenant(0).channel(0).waba_id;
    let sound = |n: usize| {
        json!({
            "v": 1, "webhook_id": format!("whk_{n:032x}"), "received_at": "2026-11-23T20:00:00Z",
            "items": [{ "at": "entry/0/changes/0", "waba_id": waba_id, "field": "security", "value": { "event": "PIN_CHANGED" } }],
        })
    };
    let jobs: Vec<String> =
        (0..10).map(|n| if n == 4 { json!({ "v": 7, "new": true }) } else { sound(n) }.to_string()).collect();

    world.puts_jobs("account-events", &jobs).await;
    world.settles().await;

    let table = world.table().await;
    let done = (0..10).filter(|n| table.contains(&format!("whk_{n:032x}"))).count();
    assert_eq!((done, world.dead_letters().await.len()), (9, 0));
    ten_tries_pass(&world).await;
    let letters = world.dead_letters().await;
    assert_eq!(letters.len(), 1, "{letters:#?}");
    assert_eq!((&letters[0]["queue"], &letters[0]["receive_count"]), (&json!("AccountEventsDlq"), &json!(10)));
    assert_eq!(letters[0]["reason"], "version 7 of a job is not known here; version 1 is");
    let told = tool(&world, "list");
    assert!(told.contains("local-account-events-dlq: 1") && told.contains("version 7 of a job"), "{told}");
    assert!(told.contains(letters[0]["id"].as_str().unwrap()), "{told}");
}

#[tokio::test]
async fn a_job_about_a_conversation_that_never_was_is_over_at_once() {
    let world = fresh_world().await;
    let channel = &world.tenant(0).channel(0).id;
    let contact = format!("con_{:032x}", 7);
    let job = json!({ "v": 1, "tenant_id": world.tenant(0).id, "channel_id": channel, "contact_id": contact });
    let begun = Instant::now();

    world.puts_jobs("knocks", &[job.to_string()]).await;
    world.settles().await;

    let took = begun.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(!world.table().await.contains(&contact));
}

#[tokio::test]
async fn a_message_that_was_given_up_is_replayed_and_shown_once_however_often_that_is_done() {
    let world = counted_world().await;
    world.customer("Ben").writes("hello").await;
    world.arms_all("ticket-creation", "TransactWriteItems", 9_999, "error").await;
    // The first time, not even the reason can be kept.
    let [function, service, operation] = ["ticket-creation", "dynamodb", "PutItem"].map(str::to_owned);
    let reason = Point { function, service, operation, about: Some("FAILED".to_owned()), ordinal: 0 };
    world.arms(&reason, 4, "error").await;
    let ada = world.customer("Ada");
    ada.sends(json!({ "type": "text", "text": { "body": "is anybody there?" } })).await;
    ten_tries_pass(&world).await;
    let told = tool(&world, "list");
    assert!(told.contains("storage did not answer to TransactWriteItems"), "{told}");
    assert!(!told.contains("is anybody there"), "{told}");

    assert_eq!(world.disarms().await, 0);
    assert!(tool(&world, "replay").contains("local-inbound-dlq.fifo: 1"));
    world.settles().await;
    assert_eq!(tool(&world, "replay"), "no dead letters\n");
    world.settles().await;

    assert_eq!(world.agent().reads(&ada.thread().await).await, ["is anybody there?"]);
    assert_eq!(ada.threads().await.len(), 1);
    assert_eq!(tool(&world, "list"), "no dead letters\n");
}

#[tokio::test]
async fn what_was_done_and_given_up_all_the_same_is_replayed_and_changes_nothing() {
    let world = counted_world().await;
    world.customer("Ben").writes("hello").await;
    let ada = world.customer("Ada");
    // It is stored, and nobody hears of it; then nobody can look whether it is.
    world.arms_all("ticket-creation", "TransactWriteItems", 4, "lost").await;
    ada.sends(json!({ "type": "text", "text": { "body": "is anybody there?" } })).await;
    world.settles().await;
    world.arms_all("ticket-creation", "GetItem", 9_999, "error").await;
    ten_tries_pass(&world).await;
    assert_eq!(world.agent().reads(&ada.thread().await).await, ["is anybody there?"]);
    let before = world.agent().gets_in_the_end("/v1/tickets?limit=5").await.body;

    assert_eq!(world.disarms().await, 0);
    assert!(tool(&world, "replay").contains("local-inbound-dlq.fifo: 1"));
    world.settles().await;

    assert_eq!(world.agent().gets_in_the_end("/v1/tickets?limit=5").await.body, before);
    assert_eq!(world.agent().reads(&ada.thread().await).await, ["is anybody there?"]);
    assert_eq!(tool(&world, "list"), "no dead letters\n");
}
