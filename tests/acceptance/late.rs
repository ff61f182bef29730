//! What was said while a number was connected counts, however late it comes (F5, F6, F14).

use acceptance::{Customer, Point, World, files, payload};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::channels::connected;
use crate::media::{file, newest, state};
use crate::wishes::preference;
use crate::{counted_world, fresh_world};

/// A message that is accepted, and cannot be stored at first.
async fn is_held_up(customer: &Customer, message: Value) {
    let world = customer.world();
    let [function, service, operation] = ["ticket-creation", "dynamodb", "GetItem"].map(str::to_owned);
    world.arms(&Point { function, service, operation, about: None, ordinal: 0 }, 4, "error").await;
    customer.sends(message).await;
    world.settles().await;
    assert_eq!(world.disarms().await, 0);
}

/// An admin of the first tenant lets the number go; when that was.
async fn disconnects(world: &World, channel: &str) -> Timestamp {
    let path = format!("/v1/channels/{channel}");
    let gone = world.caller(0, "admin").calls(Method::DELETE, &path, None).await.expecting(200);
    gone.body["disconnected_at"].as_str().unwrap().parse().unwrap()
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": { "body": words } })
}

#[tokio::test]
async fn what_was_written_before_a_number_was_disconnected_is_received_after_it() {
    let world = counted_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    is_held_up(&ada, text("is my parcel there?")).await;
    assert!(ada.threads().await.is_empty());

    disconnects(&world, &channel).await;
    world.clock().advance("PT4M").await;

    let thread = ada.thread().await;
    assert_eq!(world.agent().reads(&thread).await, ["is my parcel there?"]);
    let reply = world.agent().replies_to(&thread, "it is").await.expecting(202);
    world.settles().await;
    let reply = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&reply["status"], &reply["failure"]["code"]), (&json!("failed"), &json!("channel_disconnected")));
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn what_was_held_up_is_received_after_reconnecting_and_what_was_written_in_between_is_not() {
    let world = counted_world().await;
    let (number, channel) = connected(&world).await;
    let [ada, ben] = ["Ada", "Ben"].map(|name| world.customer(name).writing_to_number(&number, &channel));
    is_held_up(&ada, text("is my parcel there?")).await;

    // Before the job comes again.
    disconnects(&world, &channel).await;
    world.clock().advance("PT30S").await;
    let in_between = payload::text(&ben, world.clock().now().await, "is anybody there?");
    world.clock().advance("PT30S").await;
    world.connects(&number, &world.tenant(0).id).await.expecting(201);
    let outcomes = world.outcomes_of(&payload::messages(&ben, &[in_between])).await;
    assert!(ada.threads().await.is_empty());
    world.clock().advance("PT4M").await;

    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("dropped", "before_connection"));
    assert!(ben.threads().await.is_empty());
    let thread = ada.writes("thank you").await;
    assert_eq!(world.agent().reads(&thread).await, ["is my parcel there?", "thank you"]);
}

#[tokio::test]
async fn of_what_meta_brings_to_a_disconnected_number_that_is_received_which_was_written_before() {
    let world = fresh_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let thread = ada.writes("hello").await;
    let before = payload::text(&ada, world.clock().now().await, "is my parcel there?");
    disconnects(&world, &channel).await;
    world.clock().advance("PT1H").await;
    let after = payload::text(&ada, world.clock().now().await, "is anybody there?");
    let webhook = payload::messages(&ada, &[before, after]);

    for first in ["message", "duplicate"] {
        let outcomes = world.outcomes_of(&webhook).await;
        let mut words: Vec<&str> = outcomes.iter().map(|outcome| outcome.outcome.as_str()).collect();
        words.sort_unstable();
        assert_eq!(words, [first, "parked_unrouted"], "{outcomes:#?}");
    }

    assert_eq!(world.agent().reads(&thread).await, ["hello", "is my parcel there?"]);
}

#[tokio::test]
async fn a_file_that_comes_after_its_number_was_disconnected_waits_until_it_is_connected_again() {
    let world = counted_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    is_held_up(&ada, file("image", "image/jpeg", &files::jpeg(32, 24, "a picture"))).await;

    disconnects(&world, &channel).await;
    world.clock().advance("PT4M").await;
    assert_eq!(state(&newest(&ada).await), ("pending".to_owned(), None));
    world.connects(&number, &world.tenant(0).id).await.expecting(201);
    for _ in 0..2 {
        world.clock().advance("PT1M").await;
    }

    assert_eq!(state(&newest(&ada).await), ("stored".to_owned(), None));
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn what_meta_reports_of_a_number_that_was_disconnected_meanwhile_is_shown() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let (agent, thread) = (world.agent(), ada.writes("hello").await);
    let sent = agent.replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    world.fault("Ada", 1, json!("drop_after")).await;
    let unconfirmed = agent.replies_to(&thread, "did you get this?").await.expecting(202);
    world.settles().await;
    assert_eq!(agent.status_of(&thread, sent.id()).await, "sent");
    assert_eq!(agent.status_of(&thread, unconfirmed.id()).await, "unconfirmed");

    disconnects(&world, &channel).await;
    world.clock().advance("PT1M").await;
    for message in ada.phone().got().await {
        world.meta_reports(message["id"].as_str().unwrap(), "read").await;
    }

    for reply in [&sent, &unconfirmed] {
        assert_eq!(agent.status_of(&thread, reply.id()).await, "read");
    }
}

#[tokio::test]
async fn what_was_written_to_one_tenant_never_reaches_the_next_one_with_the_number() {
    let world = fresh_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let other = world.new_tenant().await;
    let before = world.clock().now().await;
    // The number goes from one to the other within a second, if the machine is fast enough.
    world.clock().set(Timestamp::from_second(before.as_second() + 1).unwrap()).await;

    let gone_at = disconnects(&world, &channel).await;
    let taken = world.connects(&number, &other).await.expecting(201);
    world.clock().advance("PT1M").await;

    for written_at in [before, gone_at] {
        let late = payload::text(&ada, written_at, "is my parcel there?");
        let outcomes = world.outcomes_of(&payload::messages(&ada, &[late])).await;
        assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("dropped", "before_connection"));
    }
    let next = world.caller_of(&other, "agent");
    assert!(next.tickets().await.is_empty() && ada.threads().await.is_empty());
    let ada = ada.writing_to_number(&number, taken.id());
    let hello = payload::text(&ada, world.clock().now().await, "hello");
    assert_eq!(world.outcomes_of(&payload::messages(&ada, &[hello])).await[0].outcome, "message");
    assert_eq!(next.reads(&next.threads_of(&ada).await.remove(0)).await, ["hello"]);
}

#[tokio::test]
async fn what_somebody_tells_whatsapp_counts_though_the_number_was_disconnected_meanwhile() {
    let world = fresh_world().await;
    let (number, channel) = connected(&world).await;
    let ada = world.customer("Ada").writing_to_number(&number, &channel);
    let thread = ada.writes("hello").await;
    disconnects(&world, &channel).await;

    world.outcomes_of(&preference(&ada, "stop", world.clock().now().await)).await;

    let contact = world.agent().contact(thread.contact_id()).await;
    assert_eq!(contact["marketing"]["status"], "opted_out", "{contact}");
}
