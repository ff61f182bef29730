//! What is overtaken while it is stored neither takes anything back nor does it twice.

use acceptance::{Point, World, eventually, payload};
use futures::future::{join, join_all};
use serde_json::json;

use crate::counted_world;

/// The next write of a function that is about this takes a while.
async fn slows(world: &World, function: &str, operation: &str, about: &str) {
    let [function, operation] = [function, operation].map(str::to_owned);
    let point = Point { function, service: "dynamodb".into(), operation, about: Some(about.to_owned()), ordinal: 0 };
    world.arms(&point, 1, "slow").await;
}

#[tokio::test]
async fn a_status_that_a_later_one_overtakes_takes_nothing_back() {
    let world = counted_world().await;
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let wamid = world.phone_of("Ada").got().await[0]["id"].as_str().unwrap().to_owned();
    slows(&world, "status-updates", "PutItem", "THREAD MESSAGE if version = :read").await;

    join(world.meta_reports(&wamid, "delivered"), world.meta_reports(&wamid, "read")).await;

    assert_eq!(world.disarms().await, 0);
    let message = world.agent().message(&thread, reply.id()).await;
    let steps: Vec<&str> =
        message["statuses"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!((message["status"].as_str(), steps), (Some("read"), vec!["queued", "sent", "delivered", "read"]));
}

#[tokio::test]
async fn two_senders_at_one_message_send_it_once() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 4, json!({ "status": 400, "code": 131_056 })).await;
    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    world.passes_until_asked(4, "Ada").await;
    // The fourth time it waits for a minute.
    slows(&world, "outbound-sender", "PutItem", "THREAD MESSAGE if version = :read").await;

    // Both the delayed knock and due-work come to it.
    world.clock().advance("PT5M").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(world.phone_of("Ada").received().await, ["here we are"]);
}

#[tokio::test]
async fn a_reply_that_comes_while_a_sender_leaves_is_not_forgotten() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let leaving = "CONVERSATION REMOVE due_pk, due_sk if accepted = :read";
    slows(&world, "outbound-sender", "UpdateItem", leaving).await;
    let [function, service, operation] = ["api-helpdesk", "sqs", "SendMessageBatch"].map(str::to_owned);
    let job = Point { function, service, operation, about: None, ordinal: 1 };
    world.arms(&job, 4, "error").await;

    world.agent().replies_to(&thread, "one").await.expecting(202);
    eventually("the first on the phone", async || (world.phone_of("Ada").received().await.len() == 1).then_some(()))
        .await;
    world.agent().replies_to(&thread, "and another").await.expecting(202);
    world.settles().await;
    world.clock().advance("PT5M").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(world.phone_of("Ada").received().await, ["one", "and another"]);
}

#[tokio::test]
async fn what_is_sent_again_while_a_sender_leaves_it_behind_is_sent() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_before")).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(world.agent().message(&thread, reply.id()).await["status"], "unconfirmed");
    let [function, service, operation] = ["outbound-sender", "dynamodb", "TransactWriteItems"].map(str::to_owned);
    world.arms(&Point { function, service, operation, about: None, ordinal: 0 }, 1, "slow").await;

    let resent = async {
        eventually("a sender that leaves it behind", async || world.is_met().await.then_some(())).await;
        world.agent().post(&format!("/v1/messages/{}/resend", reply.id()), json!({})).await.expecting(200);
    };
    join(world.clock().advance("PT31S"), resent).await;
    world.settles().await;
    world.clock().advance("PT5M").await;

    assert_eq!(world.phone_of("Ada").received().await, ["here we are"]);
    assert_eq!(world.agent().message(&thread, reply.id()).await["status"], "read");
}

#[tokio::test]
async fn a_conversation_taken_up_while_the_customer_begins_another_goes_on_there() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    let first = ada.writes("hello").await;
    world.agent().closes(&first).await;
    let point = Point {
        function: "api-helpdesk".into(),
        service: "dynamodb".into(),
        operation: "TransactWriteItems".into(),
        about: None,
        ordinal: 0,
    };
    world.arms(&point, 1, "slow").await;

    let agent = world.agent();
    let begun = json!({ "channel_id": ada.channel.id, "to": format!("+{}", ada.number), "text": "one more thing" });
    let meanwhile = async {
        eventually("a conversation that is taken up", async || world.is_met().await.then_some(())).await;
        ada.sends(json!({ "type": "text", "text": { "body": "another matter" } })).await;
    };
    let (taken_up, ()) = join(agent.post("/v1/conversations", begun), meanwhile).await;
    taken_up.expecting(202);
    world.settles().await;

    let second = ada.thread().await;
    assert_ne!(second.id, first.id);
    assert_eq!(agent.reads(&second).await, ["another matter", "one more thing"]);
    assert_eq!(agent.ticket(&first).await["status"], "closed");
}

/// The customer writes in the latest thread while this call of a template on its way to an earlier one takes a while.
async fn opens_a_session_during(operation: &str, about: Option<&str>, ordinal: u64) {
    let world = counted_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let first = ada.writes("hello").await;
    agent.closes(&first).await;
    let second = ada.writes("another matter").await;
    assert_ne!(first.id, second.id);
    world.clock().advance("PT25H").await;
    let [function, service, operation] = ["api-helpdesk", "dynamodb", operation].map(str::to_owned);
    world.arms(&Point { function, service, operation, about: about.map(str::to_owned), ordinal }, 1, "slow").await;

    let offer = json!({ "template": { "name": "spring_offer", "language": "en_US", "variables": ["Ada"] } });
    let meanwhile = async {
        eventually("a template on its way", async || world.is_met().await.then_some(())).await;
        ada.sends(json!({ "type": "text", "text": { "body": "are you there?" } })).await;
    };
    let (sent, ()) = join(agent.sends(&first, offer), meanwhile).await;
    sent.expecting(202);
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    let shown = agent.get(&format!("/v1/threads/{}", first.id)).await.expecting(200).body;
    assert_eq!(shown["session"]["open"], true);
}

#[tokio::test]
async fn a_session_that_the_customer_opens_while_a_template_goes_to_an_earlier_thread_is_that_threads_too() {
    opens_a_session_during("TransactWriteItems", None, 0).await;
}

#[tokio::test]
async fn a_session_that_the_customer_opens_between_two_looks_at_their_tickets_is_seen() {
    // The earlier ticket, the latest for its session, and the latest once more, which is to be overtaken.
    opens_a_session_during("GetItem", Some("TICKET"), 2).await;
}

#[tokio::test]
async fn two_replies_at_once_each_have_a_place_of_their_own() {
    let world = counted_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let texts: Vec<String> = (0..6).map(|n| format!("reply {n}")).collect();
    let agent = world.agent();

    let replies = texts.iter().map(|text| agent.replies_to(&thread, text));
    for reply in join_all(replies).await {
        reply.expecting(202);
    }
    world.settles().await;

    let mut read = world.agent().reads(&thread).await.split_off(1);
    assert_eq!(world.phone_of("Ada").received().await, read);
    read.sort();
    assert_eq!(read, texts);
}

#[tokio::test]
async fn a_person_who_comes_by_two_writings_at_once_is_one() {
    let world = counted_world().await;
    let (agent, now) = (world.agent(), world.clock().now().await);
    let [function, service, operation] = ["ticket-creation", "dynamodb", "TransactWriteItems"].map(str::to_owned);
    world.arms(&Point { function, service, operation, about: None, ordinal: 0 }, 1, "slow").await;
    let webhooks = ["5531987004310", "553187004310"].map(|number| {
        let ada = world.customer_with_number("Ada", number);
        payload::messages(&ada, &[payload::text(&ada, now, number)])
    });

    join_all(webhooks.iter().map(|webhook| world.post_webhook(webhook))).await;
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    let [contact] = &agent.contacts_with_number("+5531987004310").await[..] else { panic!("one contact") };
    let [thread] = &agent.open_threads_of(contact["id"].as_str().unwrap()).await[..] else { panic!("one thread") };
    assert_eq!(agent.reads(thread).await.len(), 2);
}
