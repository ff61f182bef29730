//! What is too large for a queue or for the table goes through the bucket, and arrives like everything else.

use acceptance::{World, payload};
use serde_json::{Value, json};

use crate::fresh_world;

/// More than a message of SQS holds, and more than an item of DynamoDB.
const BYTES: usize = 1_200_000;

#[tokio::test]
async fn a_message_too_large_for_a_queue_takes_its_place_in_the_thread() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let large = payload::text(&ada, now, &"x".repeat(BYTES));
    let body = payload::messages(&ada, &[payload::text(&ada, now, "before"), large, payload::text(&ada, now, "after")]);

    let outcomes = outcomes(&world, &body).await;

    assert_eq!(outcomes, ["message", "message", "message"]);
    let read = world.agent().messages(&ada.thread().await).await;
    assert_eq!(read.iter().map(|it| it["text"].as_str()).collect::<Vec<_>>(), [Some("before"), None, Some("after")]);
}

#[tokio::test]
async fn a_large_message_for_a_number_nobody_connected_is_parked() {
    let world = fresh_world().await;
    let mut ada = world.customer("Ada");
    ada.channel.phone_number_id = "999999999999999".into();
    let now = world.clock().now().await;
    let body = payload::messages(&ada, &[payload::text(&ada, now, &"x".repeat(BYTES))]);

    assert_eq!(outcomes(&world, &body).await, ["parked_unrouted"]);
}

#[tokio::test]
async fn a_status_too_large_for_a_queue_is_applied() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let arrived = world.phone_of("Ada").messages().await.pop().unwrap();

    let read = large_status(&world, arrived["id"].as_str().unwrap(), "read").await;

    assert_eq!(outcomes(&world, &read).await, ["status_applied"]);
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
}

#[tokio::test]
async fn a_large_status_that_we_do_not_know_is_recorded() {
    let world = fresh_world().await;

    let body = large_status(&world, &payload::wamid(), "tomorrows_status").await;

    assert_eq!(outcomes(&world, &body).await, ["event_recorded"]);
}

async fn large_status(world: &World, wamid: &str, word: &str) -> Value {
    let ada = world.customer("Ada");
    let mut status = payload::status(wamid, word, world.clock().now().await, &ada, None);
    status["tomorrows_field"] = json!("x".repeat(BYTES));
    payload::statuses(&ada, &[status])
}

/// What became of each item, once nothing is left in a queue.
async fn outcomes(world: &World, body: &Value) -> Vec<String> {
    let outcomes = world.outcomes_of(body).await;
    assert!(world.dead_letters().await.is_empty());
    outcomes.into_iter().map(|it| it.outcome).collect()
}
