//! Our messages move forward only, whatever the order in which Meta tells.

use acceptance::{NO_RACE, Point, Thread, World, eventually, payload};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{counted_world, fresh_world};

/// A world where Meta reports nothing by itself, with a reply to Ada that is sent: its thread, our id and Meta's.
async fn sent() -> (World, Thread, String, String) {
    sent_in(fresh_world().await).await
}

async fn sent_in(world: World) -> (World, Thread, String, String) {
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "sent");
    let arrived = world.phone_of("Ada").messages().await.pop().unwrap();
    let wamid = arrived["id"].as_str().unwrap().to_owned();
    let id = reply.id().to_owned();
    (world, thread, id, wamid)
}

#[tokio::test]
async fn a_read_receipt_before_delivered_and_sent_stays_read() {
    let (world, thread, id, wamid) = sent().await;

    for word in ["read", "delivered", "sent"] {
        world.meta_reports(&wamid, word).await;
        assert_eq!(world.agent().status_of(&thread, &id).await, "read");
    }

    let message = world.agent().message(&thread, &id).await;
    let words: Vec<&str> =
        message["statuses"].as_array().unwrap().iter().filter_map(|step| step["status"].as_str()).collect();
    assert_eq!(words, ["queued", "sent", "delivered", "read"]);
}

#[tokio::test]
async fn read_delivered_and_sent_in_one_post_stay_read() {
    let (world, thread, id, wamid) = sent().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let status = |word| payload::status(&wamid, word, now, &ada, None);
    let body = payload::statuses(&ada, &[status("read"), status("delivered"), status("sent")]);

    let outcomes = world.outcomes_of(&body).await;

    assert!(outcomes.iter().all(|it| it.outcome == "status_applied" && it.became == id), "{outcomes:#?}");
    assert_eq!(world.agent().status_of(&thread, &id).await, "read");
}

#[tokio::test]
async fn two_steps_in_one_second_are_both_kept_with_their_time_and_the_first_time_counts() {
    let (world, thread, id, wamid) = sent().await;
    let ada = world.customer("Ada");
    let second = Timestamp::from_second(world.clock().now().await.as_second()).unwrap();
    let status = |word, at| payload::status(&wamid, word, at, &ada, None);

    let both = payload::statuses(&ada, &[status("read", second), status("delivered", second)]);
    assert!(world.outcomes_of(&both).await.iter().all(|it| it.outcome == "status_applied"));
    let later = second + SignedDuration::from_secs(30);
    let again = payload::statuses(&ada, &[status("delivered", later), status("read", later)]);
    world.outcomes_of(&again).await;

    let message = world.agent().message(&thread, &id).await;
    for word in ["delivered", "read"] {
        let steps: Vec<&Value> =
            message["statuses"].as_array().unwrap().iter().filter(|step| step["status"] == word).collect();
        let times: Vec<Timestamp> = steps.iter().map(|step| step["at"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(times, [second], "{word}: {message}");
    }
}

#[tokio::test]
async fn a_failure_after_sent_is_shown_with_what_to_do() {
    let (world, thread, id, wamid) = sent().await;

    world.meta_reports_failure(&wamid, 131_026).await;

    let message = world.agent().message(&thread, &id).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("131026")), "{message}");
}

#[tokio::test]
async fn a_failure_that_comes_after_delivered_changes_nothing() {
    let (world, thread, id, wamid) = sent().await;

    world.meta_reports(&wamid, "delivered").await;
    world.meta_reports_failure(&wamid, 131_026).await;

    let message = world.agent().message(&thread, &id).await;
    assert_eq!((&message["status"], &message["failure"]), (&json!("delivered"), &Value::Null), "{message}");
}

#[tokio::test]
async fn a_status_of_an_unknown_message_is_parked_and_costs_its_neighbours_nothing() {
    let (world, thread, id, wamid) = sent().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let status = |wamid: &str, word| payload::status(wamid, word, now, &ada, None);
    let strange = json!({ "id": payload::wamid(), "status": "levitated", "timestamp": "not a time" });
    let body = payload::statuses(
        &ada,
        &[status(&payload::wamid(), "read"), strange, status(&wamid, "delivered"), status(&payload::wamid(), "failed")],
    );

    let outcomes = world.outcomes_of(&body).await;

    let count = |word: &str| outcomes.iter().filter(|it| it.outcome == word).count();
    assert_eq!((outcomes.len(), count("status_applied"), count("status_parked")), (4, 1, 2), "{outcomes:#?}");
    assert_eq!(world.agent().status_of(&thread, &id).await, "delivered");
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn a_status_that_comes_before_the_send_is_recorded_is_not_lost() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.fault("Ada", 1, json!({ "delay_ms": 5_000 })).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    let wamid = eventually("the reply on the phone", async || {
        let last = ada.phone().messages().await.pop()?;
        (last["direction"] == "received").then(|| last["id"].as_str().unwrap().to_owned())
    })
    .await;
    let now = world.clock().now().await;
    let before = world.outcomes().await.len();

    let outcome =
        world.post_webhook(&payload::statuses(&ada, &[payload::status(&wamid, "read", now, &ada, None)])).await;
    let asked = world.graph_requests_to("Ada").await.pop().unwrap();
    world.settles().await;

    assert_eq!((outcome, asked.status), (200, None), "the send had returned before its status came");
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
    let outcomes = world.outcomes().await.split_off(before);
    assert!(outcomes.iter().all(|it| it.outcome == "status_parked"), "it came after the record: {outcomes:#?}");
}

#[tokio::test]
async fn a_status_that_is_put_aside_while_the_send_is_recorded_is_not_lost() {
    let world = counted_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    // The send is recorded after the status has looked for its message, and before it is put aside six seconds later.
    world.fault("Ada", 1, json!({ "delay_ms": 4_000 })).await;
    let [function, service, operation] = ["status-updates", "dynamodb", "PutItem"].map(str::to_owned);
    world
        .arms(&Point { function, service, operation, about: Some("PARKED STATUS".into()), ordinal: 0 }, 2, "hang")
        .await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    let wamid = eventually("the reply on the phone", async || {
        let last = ada.phone().messages().await.pop()?;
        (last["direction"] == "received").then(|| last["id"].as_str().unwrap().to_owned())
    })
    .await;

    let now = world.clock().now().await;
    let read = payload::statuses(&ada, &[payload::status(&wamid, "read", now, &ada, None)]);
    let outcomes = world.outcomes_of(&read).await;

    assert_eq!(world.disarms().await, 0, "{NO_RACE}: the send was recorded before the status looked for its message");
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
    assert_eq!(outcomes[0].outcome, "status_applied", "the send was recorded after the status was put aside");
}

#[tokio::test]
async fn a_status_that_names_our_message_of_another_number_touches_nothing() {
    let (world, thread, id, _) = sent().await;
    let now = world.clock().now().await - SignedDuration::from_secs(1);
    // Another one of ours, and another tenant's.
    for (tenant, channel) in [(0, 1), (1, 0)] {
        let elsewhere = world.customer("Ada").writing_to(tenant, channel);
        let forged = payload::status(&payload::wamid(), "read", now, &elsewhere, Some(&id));

        let outcomes = world.outcomes_of(&payload::statuses(&elsewhere, &[forged])).await;

        assert_eq!(outcomes[0].outcome, "status_parked");
        assert_eq!(world.agent().status_of(&thread, &id).await, "sent");
    }
}

#[tokio::test]
async fn a_status_that_cannot_be_stored_at_first_is_stored_later() {
    let (world, thread, id, wamid) = sent_in(counted_world().await).await;
    let [function, service, operation] = ["status-updates", "dynamodb", "GetItem"].map(str::to_owned);
    world.arms(&Point { function, service, operation, about: None, ordinal: 0 }, 4, "error").await;

    world.meta_reports(&wamid, "read").await;
    assert_eq!(world.agent().status_of(&thread, &id).await, "sent");
    assert_eq!(world.disarms().await, 0);
    world.clock().advance("PT4M").await;

    assert_eq!(world.agent().status_of(&thread, &id).await, "read");
}
