//! What Meta refuses is shown with what to do, or goes out later; never twice.

use acceptance::{Thread, World};
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

/// A reply to Ada whose first call to Graph meets `fault`, and what became of it at first.
async fn reply_that_meets(world: &World, fault: Value) -> (Thread, Value) {
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, fault).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let message = world.agent().message(&thread, reply.id()).await;
    (thread, message)
}

#[tokio::test]
async fn a_refusal_as_outside_the_window_closes_our_session_too() {
    let world = shared_world().await;

    let (thread, message) = reply_that_meets(&world, json!({ "status": 400, "code": 131_047 })).await;
    let next = world.agent().replies_to(&thread, "and now?").await;

    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("131047")), "{message}");
    assert_eq!((next.status, next.code()), (409, "session_closed"));
    assert_eq!(world.phone_of("Ada").received().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_customer_who_cannot_be_reached_is_a_failure_with_advice() {
    let world = shared_world().await;

    let (thread, message) = reply_that_meets(&world, json!({ "status": 400, "code": 131_026 })).await;

    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("131026")), "{message}");
    let texts = message["failure"].as_object().unwrap().values().filter_map(Value::as_str);
    assert!(texts.filter(|text| !text.is_empty()).count() >= 3, "{message}");
    world.agent().replies_to(&thread, "the next one is tried").await.expecting(202);
    world.settles().await;
    assert_eq!(world.phone_of("Ada").received().await, ["the next one is tried"]);
}

#[tokio::test]
async fn a_fault_of_metas_that_stays_is_a_failure_that_says_when_to_send_it_again() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 4, json!({ "status": 400, "code": 131_000 })).await;

    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    for _ in 0..5 {
        world.clock().advance("PT4M").await;
    }

    let message = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("131000")), "{message}");
    let advice = message["failure"]["advice"].as_str().unwrap();
    assert!(advice.starts_with("Wait some minutes, then send it again"), "{advice}");
    assert_eq!(world.graph_requests_to("Ada").await.len(), 4);
}

#[tokio::test]
async fn a_pair_that_writes_too_fast_waits_and_goes_out_in_order() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 2, json!({ "status": 400, "code": 131_056 })).await;

    for text in ["one", "two", "three"] {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;
    for _ in 0..3 {
        world.clock().advance("PT1M").await;
    }

    assert_eq!(world.phone_of("Ada").received().await, ["one", "two", "three"]);
    let texts: Vec<String> = world.graph_requests_to("Ada").await.iter().map(|sent| sent.text().to_owned()).collect();
    assert_eq!(texts, ["one", "one", "one", "two", "three"]);
}

#[tokio::test]
async fn a_burst_beyond_metas_pair_rate_arrives_whole_and_in_order() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let texts: Vec<String> = (0..50).map(|n| format!("reply {n}")).collect();

    for text in &texts {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;
    for _ in 0..10 {
        world.clock().advance("PT1M").await;
    }

    assert_eq!(world.phone_of("Ada").received().await, texts);
}

#[tokio::test]
async fn a_business_that_sends_too_much_waits_and_sends() {
    let world = fresh_world().await;

    let (thread, message) = reply_that_meets(&world, json!({ "status": 400, "code": 130_429 })).await;
    world.clock().advance("PT2M").await;

    assert!(message["failure"].is_null(), "{message}");
    assert_eq!(world.agent().status_of(&thread, message["id"].as_str().unwrap()).await, "read");
    assert_eq!(world.phone_of("Ada").received().await, ["here we are"]);
}

#[tokio::test]
async fn a_message_that_waits_beyond_its_session_fails_and_says_so() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.clock().advance("PT23H59M").await;
    world.fault("Ada", 20, json!({ "status": 400, "code": 131_056 })).await;
    let reply = world.agent().replies_to(&thread, "just in time?").await.expecting(202);
    world.settles().await;

    world.clock().advance("PT1H").await;
    world.clock().advance("PT1H").await;

    let message = world.agent().message(&thread, reply.id()).await;
    assert_eq!(message["status"], "failed", "{message}");
    assert_eq!(world.phone_of("Ada").received().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_error_without_a_body_never_makes_two_messages() {
    let world = fresh_world().await;

    let (thread, message) = reply_that_meets(&world, json!({ "status": 500, "body": "" })).await;
    for _ in 0..5 {
        world.clock().advance("PT2M").await;
    }

    let status = world.agent().status_of(&thread, message["id"].as_str().unwrap()).await;
    let received = world.phone_of("Ada").received().await;
    match received.len() {
        0 => assert_eq!(status, "unconfirmed"),
        times => assert_eq!((times, status.as_str()), (1, "read")),
    }
}
