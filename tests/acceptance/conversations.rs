//! A conversation is begun, or taken up where it was (F28).

use acceptance::{Agent, Answer, Customer, Point};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world};

const OFFER: &str = "Spring is here\n\nHello Ada, until the end of the month everything green costs half.";

fn offer() -> Value {
    json!({ "name": "spring_offer", "language": "en_US", "variables": ["Ada"] })
}

/// A conversation with the customer's number, from the number that they write to.
fn with(customer: &Customer, message: Value) -> Value {
    let mut body = message;
    body["channel_id"] = json!(customer.channel.id);
    body["to"] = json!(format!("+{}", customer.number));
    body
}

async fn starts(agent: &Agent, body: Value) -> Answer {
    agent.post("/v1/conversations", body).await
}

async fn with_key(agent: &Agent, body: Value, key: &str) -> Answer {
    let headers = [("idempotency-key", key)];
    agent.tries(Method::POST, "/v1/conversations", Some(body), &headers).await.unwrap()
}

#[tokio::test]
async fn a_new_number_becomes_a_contact_with_a_ticket_and_its_answer_lands_there() {
    let world = shared_world().await;
    let ada = world.customer("Ada");

    let started = starts(&world.agent(), with(&ada, json!({ "template": offer() }))).await.expecting(202);
    world.settles().await;
    let answered = ada.writes("tell me more").await;

    assert_eq!(started.body["existing_thread"], false);
    assert_eq!((&started.body["thread_id"], &started.body["ticket_id"]), (&json!(answered.id), &answered.ticket["id"]));
    assert_eq!(started.body["contact_id"], answered.ticket["contact_id"]);
    assert_eq!(ada.phone().shows().await, [OFFER, "tell me more"]);
    assert_eq!(world.agent().reads(&answered).await, [OFFER, "tell me more"]);
    assert_eq!(ada.threads().await.len(), 1);
    world.agent().replies_to(&answered, "gladly").await.expecting(202);
}

#[tokio::test]
async fn a_thread_that_is_there_goes_on_and_its_ticket_is_open_again() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.agent().closes(&thread).await;
    world.clock().advance("PT25H").await;

    let refused = starts(&world.agent(), with(&ada, json!({ "text": "are you there?" }))).await;
    let closed = world.agent().ticket(&thread).await;
    let started = starts(&world.agent(), with(&ada, json!({ "template": offer() }))).await.expecting(202);
    world.settles().await;

    assert_eq!((refused.status, refused.code()), (409, "session_closed"));
    assert_eq!(closed["status"], "closed");
    assert_eq!((&started.body["existing_thread"], &started.body["thread_id"]), (&json!(true), &json!(thread.id)));
    assert_eq!(world.agent().ticket(&thread).await["status"], "open");
    assert_eq!(world.agent().reads(&thread).await, ["hello", OFFER]);
}

#[tokio::test]
async fn while_a_session_is_open_anything_may_begin_it() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.agent().closes(&thread).await;

    let by_contact =
        json!({ "channel_id": ada.channel.id, "contact_id": thread.contact_id(), "text": "one more thing" });
    let started = starts(&world.agent(), by_contact).await.expecting(202);
    world.settles().await;

    assert_eq!(started.body["existing_thread"], true);
    assert_eq!(world.agent().ticket(&thread).await["status"], "open");
    assert_eq!(ada.phone().shows().await, ["hello", "one more thing"]);
}

#[tokio::test]
async fn each_number_of_ours_has_a_thread_of_its_own_with_the_same_contact() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let elsewhere = ada.writing_to(0, 1);

    let started = starts(&world.agent(), with(&elsewhere, json!({ "template": offer() }))).await.expecting(202);
    world.settles().await;

    assert_eq!(started.body["existing_thread"], false);
    assert_eq!(started.body["contact_id"], json!(thread.contact_id()));
    assert_ne!(started.body["thread_id"], json!(thread.id));
}

#[tokio::test]
async fn many_at_once_for_one_new_number_make_one_contact_and_one_ticket() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let body = with(&ada, json!({ "template": offer() }));

    let agent = world.agent();
    let starts = join_all((0..6).map(|_| starts(&agent, body.clone())));
    let writes = ada.sends(json!({ "type": "text", "text": { "body": "hello" } }));
    let (started, _) = tokio::join!(starts, writes);
    world.settles().await;

    let mut threads: Vec<&Value> = started.iter().map(|answer| &answer.body["thread_id"]).collect();
    assert!(started.iter().all(|answer| answer.status == 202), "{started:?}");
    threads.dedup();
    assert_eq!(threads.len(), 1, "{threads:?}");
    let made = started.iter().filter(|answer| answer.body["existing_thread"] == false).count();
    assert!(made <= 1, "{made}");
    let found = ada.threads().await;
    assert_eq!(found.len(), 1);
    let contacts = world.agent().get(&format!("/v1/contacts?phone=%2B{}", ada.number)).await.expecting(200);
    assert_eq!(contacts.data().len(), 1);
    assert_eq!(world.agent().reads(&found[0]).await.len(), 7);
}

#[tokio::test]
async fn a_contact_is_written_to_as_whatsapp_knows_them_or_by_the_number_that_is_written_down() {
    let world = shared_world().await;
    let agent = world.agent();
    let channel_id = world.tenant(0).channel(0).id;
    let ada = world.customer("Ada");
    let contact = agent.adds_contact(json!({ "name": "Ada", "mobile_phone": format!("+{}", ada.number) })).await;
    let nobody = agent.adds_contact(json!({ "name": "Nobody" })).await;
    let hidden = world.customer_without_number("Somebody who hides");
    let hiding = hidden.writes("hello").await;
    let to = |contact: &str| json!({ "channel_id": channel_id, "contact_id": contact, "template": offer() });

    let written = starts(&agent, to(&contact)).await.expecting(202);
    let unreachable = starts(&agent, to(&nobody)).await;
    let by_id = starts(&agent, to(hiding.contact_id())).await.expecting(202);
    world.settles().await;

    assert_eq!(written.data()[0]["to"], format!("+{}", ada.number));
    assert_eq!((unreachable.status, unreachable.code()), (409, "contact_without_number"));
    assert_eq!(by_id.body["existing_thread"], true);
    assert_eq!(hidden.phone().received().await, [OFFER]);
}

#[tokio::test]
async fn nothing_is_begun_from_a_number_that_is_not_connected_or_with_nobody() {
    let world = shared_world().await;
    let number = world.number_at_meta().await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201).id().to_owned();
    world.caller(0, "admin").calls(Method::DELETE, &format!("/v1/channels/{channel}"), None).await;
    let ada = world.customer("Ada");
    let from = |channel: &str| json!({ "channel_id": channel, "to": format!("+{}", ada.number), "template": offer() });

    let gone = starts(&world.agent(), from(&channel)).await;
    let never = starts(&world.agent(), from("chn_00000000000000000000000000000000")).await;

    assert_eq!((gone.status, gone.code()), (409, "channel_disconnected"));
    assert_eq!((never.status, never.code()), (404, "not_found"));
    let contacts = world.agent().get(&format!("/v1/contacts?phone=%2B{}", ada.number)).await.expecting(200);
    assert_eq!(contacts.data(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_repetition_is_answered_alike_whatever_was_lost() {
    let world = counted_world().await;
    let agent = world.agent();
    world.counts_calls_anew().await;
    let body = with(&world.customer("Ada"), json!({ "template": offer() }));
    with_key(&agent, body, "undisturbed").await.expecting(202);
    let is_write = |point: &Point| point.function == "api-helpdesk" && point.operation == "TransactWriteItems";
    let points: Vec<Point> = world.points().await.into_iter().filter(is_write).collect();
    let [point] = &points[..] else { panic!("one write: {points:?}") };
    for (then, times) in [("kill_before", 1), ("kill_after", 1), ("lost", 4), ("error", 4), ("conflict", 2)] {
        let ada = world.customer(&format!("Ada {then}"));
        let body = with(&ada, json!({ "template": offer() }));
        world.arms(point, times, then).await;

        let first = with_key(&agent, body.clone(), then).await;
        assert_eq!(world.disarms().await, 0, "{then} was not met");
        let again = with_key(&agent, body, then).await.expecting(202);
        // Whoever died has told nobody of the work.
        world.clock().advance("PT2M").await;

        assert!([202, 502, 503, 504].contains(&first.status), "{then}: {first:?}");
        assert_eq!(again.body["existing_thread"], false, "{then}");
        assert_eq!(ada.phone().received().await, [OFFER], "{then}");
        assert_eq!(ada.threads().await.len(), 1, "{then}");
    }
}
