//! However Meta packs, repeats and parallelises its webhooks, each message is there once and in order.

use acceptance::{World, payload};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::kinds::seen;
use crate::{fresh_world, shared_world};

#[tokio::test]
async fn a_post_with_two_entries_of_two_changes_gives_all_12_messages_and_8_statuses() {
    let world = fresh_world().await;
    let now = world.clock().now().await;
    let change = |tenant: usize, channel: usize| {
        let writer = world.customer(&format!("Ada {tenant} {channel}")).writing_to(tenant, channel);
        let messages: Vec<Value> = (0..3).map(|n| payload::text(&writer, now, &format!("line {n}"))).collect();
        let statuses: Vec<Value> =
            ["sent", "delivered"].map(|word| payload::status(&payload::wamid(), word, now, &writer, None)).into();
        payload::change(&writer.channel, &writer, &messages, &statuses)
    };
    let entry = |tenant: usize| {
        let waba_id = world.tenant(tenant).channel(0).waba_id;
        payload::entry(&waba_id, &[change(tenant, 0), change(tenant, 1)])
    };
    let body = payload::webhook(&[entry(0), entry(1)]);

    let outcomes = world.outcomes_of(&body).await;

    let count = |outcome: &str| outcomes.iter().filter(|other| other.outcome == outcome).count();
    assert_eq!((count("message"), count("status_parked"), outcomes.len()), (12, 8, 20), "{outcomes:#?}");
    for (tenant, channel) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let writer = world.customer(&format!("Ada {tenant} {channel}")).writing_to(tenant, channel);
        let thread = writer.thread().await;
        assert_eq!(world.agent_of(tenant).reads(&thread).await, ["line 0", "line 1", "line 2"]);
    }
}

#[tokio::test]
async fn forty_posts_at_once_of_the_same_five_messages_make_one_ticket_with_five_messages() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let messages: Vec<Value> = (0..5).map(|n| payload::text(&ada, now, &format!("line {n}"))).collect();
    let body = payload::messages(&ada, &messages);

    let answers = join_all((0..40).map(|_| world.post_webhook(&body))).await;
    world.settles().await;

    assert_eq!(answers, [200; 40]);
    assert_one_ticket_with(&world, &["line 0", "line 1", "line 2", "line 3", "line 4"]).await;
}

#[tokio::test]
async fn forty_posts_at_once_of_one_message_each_make_one_ticket_with_five_messages() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let bodies: Vec<Value> =
        (0..5).map(|n| payload::messages(&ada, &[payload::text(&ada, second(now, n), &format!("line {n}"))])).collect();

    let answers = join_all((0..40).map(|n| world.post_webhook(&bodies[n % 5]))).await;
    world.settles().await;

    assert_eq!(answers, [200; 40]);
    assert_one_ticket_with(&world, &["line 0", "line 1", "line 2", "line 3", "line 4"]).await;
}

#[tokio::test]
async fn the_same_five_messages_split_and_packed_in_every_way_are_five() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let messages: Vec<Value> = (0..5).map(|n| payload::text(&ada, second(now, n), &format!("line {n}"))).collect();
    let mut bodies = Vec::new();
    for from in 0..5 {
        for to in from + 1..=5 {
            bodies.push(payload::messages(&ada, &messages[from..to]));
        }
    }

    let answers = join_all(bodies.iter().map(|body| world.post_webhook(body))).await;
    world.settles().await;

    assert_eq!(answers, [200; 15]);
    assert_one_ticket_with(&world, &["line 0", "line 1", "line 2", "line 3", "line 4"]).await;
}

#[tokio::test]
async fn a_message_that_stands_in_a_webhook_twice_is_one() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let [first, second] = ["line 0", "line 1"].map(|line| payload::text(&ada, now, line));
    let body = payload::messages(&ada, &[first.clone(), first.clone(), second, first]);

    let outcomes = world.outcomes_of(&body).await;

    let words: Vec<&str> = outcomes.iter().map(|it| it.outcome.as_str()).collect();
    assert_eq!(words, ["message", "duplicate", "message", "duplicate"], "{outcomes:#?}");
    assert_one_ticket_with(&world, &["line 0", "line 1"]).await;
}

#[tokio::test]
async fn a_quote_a_reaction_and_a_deletion_name_the_message_that_came_in_the_same_webhook() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let hello = payload::text(&ada, second(now, 1), "hello");
    let about = hello["id"].clone();
    let message = |n: i64, said: Value| {
        let mut message = payload::text(&ada, second(now, n), "and another thing");
        message.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        message
    };
    let answer = message(2, json!({ "context": { "from": ada.number, "id": about } }));
    let reaction = message(3, json!({ "type": "reaction", "reaction": { "message_id": about, "emoji": "👍" } }));
    let deletion = message(4, json!({ "type": "revoke", "revoke": { "original_message_id": about } }));

    // The order within a webhook is not promised.
    assert_eq!(world.post_webhook(&payload::messages(&ada, &[reaction, hello, answer, deletion])).await, 200);
    world.settles().await;

    let thread = ada.thread().await;
    let first = world.agent().messages(&thread).await[0]["id"].clone();
    assert_eq!(
        seen(&world, &thread, &["type", "reply_to", "target"]).await,
        [
            json!(["text", null, null]),
            json!(["text", first, null]),
            json!(["reaction", null, first]),
            json!(["revoke", null, first]),
        ]
    );
}

#[tokio::test]
async fn a_message_that_comes_five_times_at_once_and_again_days_later_is_one() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let body = payload::messages(&ada, &[payload::text(&ada, now, "hello")]);

    join_all((0..5).map(|_| world.post_webhook(&body))).await;
    world.settles().await;
    world.clock().advance("P3D").await;
    let again = world.outcomes_of(&body).await;
    world.clock().advance("P5D").await;
    let at_last = world.outcomes_of(&body).await;

    assert_eq!((again[0].outcome.as_str(), at_last[0].outcome.as_str()), ("duplicate", "duplicate"));
    assert_one_ticket_with(&world, &["hello"]).await;
}

#[tokio::test]
async fn a_new_sender_who_comes_by_number_and_by_user_id_at_once_is_one_contact() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let user_id = format!("US.{}", uuid::Uuid::new_v4().simple());
    let now = world.clock().now().await;
    let bodies: Vec<Value> = (0..10)
        .map(|n| {
            let mut message = payload::text(&ada, second(now, n), &format!("line {n}"));
            message["from_user_id"] = user_id.clone().into();
            if n % 2 == 1 {
                message.as_object_mut().unwrap().remove("from");
            }
            let mut body = payload::messages(&ada, &[message]);
            body["entry"][0]["changes"][0]["value"]["contacts"][0]["user_id"] = user_id.clone().into();
            body
        })
        .collect();

    join_all(bodies.iter().map(|body| world.post_webhook(body))).await;
    world.settles().await;

    let expected: Vec<String> = (0..10).map(|n| format!("line {n}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    assert_one_ticket_with(&world, &expected).await;
}

async fn assert_one_ticket_with(world: &World, texts: &[&str]) {
    let threads = world.customer("Ada").threads().await;
    assert_eq!(threads.len(), 1, "{threads:#?}");
    assert_eq!(world.agent().reads(&threads[0]).await, texts);
    assert_eq!(threads[0].ticket["unread_count"], texts.len());
}

fn second(from: Timestamp, n: i64) -> Timestamp {
    from - SignedDuration::from_secs(60 - n)
}
