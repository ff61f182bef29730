//! A customer's message becomes work.

use acceptance::{payload, texts};
use jiff::SignedDuration;
use serde_json::json;

use crate::{fresh_world, shared_world};

#[tokio::test]
async fn a_message_becomes_a_ticket_with_a_thread_and_a_contact() {
    let world = shared_world().await;
    let ada = world.customer("Ada");

    let thread = ada.writes("hello").await;

    let ticket = &thread.ticket;
    assert_eq!((ticket["status"].as_str(), ticket["source"].as_str()), (Some("open"), Some("whatsapp")));
    assert_eq!((&ticket["owner_id"], &ticket["unread_count"]), (&json!(null), &json!(1)));
    assert_eq!(ticket["channel_id"], json!(ada.channel.id));
    assert_eq!(ticket["last_message"]["text"], "hello");
    assert!(ticket["last_message_at"].is_string());
    let [message] = &world.agent().messages(&thread).await[..] else { panic!("one message") };
    assert_eq!((message["direction"].as_str(), message["type"].as_str()), (Some("incoming"), Some("text")));
    assert_eq!(message["text"], "hello");
    assert!(message["from"].to_string().contains(&ada.number), "{message}");
    let contact = world.agent().get(&format!("/v1/contacts/{}", thread.contact_id())).await.expecting(200);
    assert!(contact.text.contains("Ada") && contact.text.contains(&ada.number), "{contact:?}");
}

#[tokio::test]
async fn the_thread_and_the_ticket_are_found_by_their_ids() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;

    let ticket = world.agent().get(&format!("/v1/tickets/{}", thread.ticket_id())).await.expecting(200);
    let found = world.agent().get(&format!("/v1/threads/{}", thread.id)).await.expecting(200);

    assert_eq!(ticket.body["thread_id"], json!(thread.id));
    assert_eq!(found.body["id"], json!(thread.id));
}

#[tokio::test]
async fn a_second_message_joins_the_open_ticket() {
    let world = shared_world().await;
    let ada = world.customer("Ada");

    let first = ada.writes("hello").await;
    let second = ada.writes("anybody there?").await;

    assert_eq!(first.id, second.id);
    assert_eq!(world.agent().reads(&second).await, ["hello", "anybody there?"]);
    assert_eq!(second.ticket["unread_count"], 2);
}

#[tokio::test]
async fn the_same_customer_on_another_number_has_another_ticket_and_is_the_same_contact() {
    let world = shared_world().await;
    let ada = world.customer("Ada");

    let here = ada.writes("hello").await;
    let there = ada.writing_to(0, 1).writes("hello").await;

    assert_ne!(here.id, there.id);
    assert_eq!(here.contact_id(), there.contact_id());
}

#[tokio::test]
async fn a_message_on_a_closed_ticket_makes_a_new_ticket_and_thread() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let first = ada.writes("hello").await;
    world.agent().closes(&first).await;

    let second = ada.writes("one more thing").await;

    assert_ne!((first.ticket_id(), &first.id), (second.ticket_id(), &second.id));
    assert_eq!(first.contact_id(), second.contact_id());
    assert_eq!(world.agent().reads(&second).await, ["one more thing"]);
    assert_eq!(world.agent().ticket(&first).await["status"], "closed");
}

#[tokio::test]
async fn a_closed_ticket_can_be_reopened_by_hand() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.agent().closes(&thread).await;

    let path = format!("/v1/tickets/{}/closure", thread.ticket_id());
    let reopened = world.agent().calls(reqwest::Method::DELETE, &path, None).await;

    assert!((200..300).contains(&reopened.status), "{reopened:?}");
    assert_eq!(world.agent().ticket(&thread).await["status"], "open");
}

#[tokio::test]
async fn a_ticket_is_handed_to_somebody_and_to_nobody() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let path = format!("/v1/tickets/{}/owner", thread.ticket_id());
    let agent = world.agent();
    let assign = async |owner| agent.calls(reqwest::Method::PUT, &path, Some(json!({ "owner_id": owner }))).await;

    assign(json!("usr_cleo")).await.expecting(200);
    let assigned = world.agent().ticket(&thread).await;
    assign(json!(null)).await.expecting(200);
    let unassigned = world.agent().ticket(&thread).await;

    assert_eq!((&assigned["owner_id"], &unassigned["owner_id"]), (&json!("usr_cleo"), &json!(null)));
}

#[tokio::test]
async fn a_tenant_that_reopens_gets_the_old_ticket_back_while_it_may() {
    let world = fresh_world().await;
    let ada = world.customer("Ada").writing_to(1, 0);
    let first = ada.writes("hello").await;
    world.agent_of(1).closes(&first).await;
    world.clock().advance("PT47H").await;

    let again = ada.writes("one more thing").await;

    assert_eq!((first.ticket_id(), &first.id), (again.ticket_id(), &again.id));
    assert_eq!(again.ticket["status"], "open");
    world.agent_of(1).closes(&again).await;
    world.clock().advance("PT49H").await;
    let late = ada.writes("and another").await;
    assert_ne!(late.id, first.id);
}

#[tokio::test]
async fn an_admin_chooses_that_closed_tickets_reopen() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let admin = world.caller(0, "admin");
    let path = "/v1/settings";
    admin.calls(reqwest::Method::PATCH, path, Some(json!({ "reopen_within": "PT1H" }))).await.expecting(200);
    let first = ada.writes("hello").await;
    world.agent().closes(&first).await;

    let again = ada.writes("one more thing").await;

    assert_eq!(first.id, again.id);
}

#[tokio::test]
async fn a_message_from_before_the_connection_never_enters_a_thread() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let long_ago = world.clock().now().await - SignedDuration::from_hours(24 * 365);
    let body = payload::messages(&ada, &[payload::text(&ada, long_ago, "from another time")]);

    let outcomes = world.outcomes_of(&body).await;

    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("dropped", "before_connection"));
    assert!(ada.threads().await.is_empty());
}

#[tokio::test]
async fn a_message_to_a_number_nobody_connected_is_parked_and_becomes_no_work() {
    let world = fresh_world().await;
    let mut ada = world.customer("Ada");
    ada.channel.phone_number_id = "999999999999999".into();
    ada.channel.waba_id = "888888888888888".into();
    let now = world.clock().now().await;
    let body = payload::messages(&ada, &[payload::text(&ada, now, "is this thing on?")]);

    let outcomes = world.outcomes_of(&body).await;

    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].outcome, "parked_unrouted");
    for tenant in [0, 1] {
        assert!(world.agent_of(tenant).tickets().await.is_empty());
    }
}

#[tokio::test]
async fn a_quoted_reply_names_the_message_it_quotes() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let reply = world.agent().replies_to(&thread, "red or blue?").await.expecting(202);
    world.settles().await;
    let question = ada.phone().messages().await.pop().unwrap();

    ada.writes_quoting("the second", question["id"].as_str().unwrap()).await;

    let answer = world.agent().messages(&thread).await.pop().unwrap();
    assert_eq!((&answer["text"], &answer["reply_to"]), (&json!("the second"), &json!(reply.id())));
}

#[tokio::test]
async fn a_customer_who_hides_their_number_can_write_and_be_answered() {
    let world = shared_world().await;
    let eve = world.customer_without_number("Eve");

    let thread = eve.writes("guess who").await;
    world.agent().replies_to(&thread, "hello, whoever you are").await.expecting(202);
    world.settles().await;

    assert_eq!(eve.phone().shows().await, ["guess who", "hello, whoever you are"]);
    let message = world.agent().messages(&thread).await.pop().unwrap();
    assert_eq!(message["status"], "read");
}

#[tokio::test]
async fn what_cannot_be_shown_yet_keeps_its_place_in_the_thread() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    ada.sends(json!({ "type": "hologram", "hologram": { "projector": 7 } })).await;
    ada.sends(json!({ "type": "unsupported", "errors": [{ "code": 131_051, "title": "Message type unknown" }] })).await;
    ada.sends(json!({ "type": "location", "location": { "latitude": 52.5, "longitude": 13.4 } })).await;

    let thread = ada.writes("did you get that?").await;

    let messages = world.agent().messages(&thread).await;
    let kinds: Vec<&str> = messages.iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(kinds, ["hologram", "unsupported", "location", "text"]);
    assert_eq!(thread.ticket["unread_count"], 4);
}

#[tokio::test]
async fn messages_that_come_in_the_wrong_order_stand_in_the_order_of_metas_time() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let at = |seconds| now - SignedDuration::from_secs(seconds);

    ada.wrote("third", at(10)).await;
    ada.wrote("first", at(30)).await;
    let thread = ada.wrote("second", at(20)).await;

    assert_eq!(world.agent().reads(&thread).await, ["first", "second", "third"]);
    assert_eq!(thread.ticket["last_message"]["text"], "third");
}

#[tokio::test]
async fn letters_of_every_script_and_emoji_arrive_as_they_were_written() {
    let world = shared_world().await;
    let text = "Grüße, こんにちは, مرحبا, 👩‍👩‍👧‍👦 \u{1F9D1}\u{1F3FD}\u{200D}\u{1F680} \"quoted\" \\ \n second line";

    let thread = world.customer("Ada").writes(text).await;

    assert_eq!(world.agent().reads(&thread).await, [text]);
}

#[tokio::test]
async fn a_long_thread_is_read_page_by_page() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let lines: Vec<String> = (0..150).map(|n| format!("line {n}")).collect();
    let messages: Vec<_> = lines.iter().map(|line| payload::text(&ada, now, line)).collect();
    assert_eq!(world.post_webhook(&payload::messages(&ada, &messages)).await, 200);
    world.settles().await;

    let thread = ada.thread().await;

    assert_eq!(world.agent().reads(&thread).await, lines);
    assert_eq!(texts(&ada.phone().messages().await), lines);
}

#[tokio::test]
async fn a_text_larger_than_any_item_is_kept_and_blocks_nobody() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let long = "long ".repeat(100_000);
    let body = payload::messages(&ada, &[payload::text(&ada, now, &long), payload::text(&ada, now, "short")]);

    let outcomes = world.outcomes_of(&body).await;

    assert!(outcomes.iter().all(|outcome| outcome.outcome == "message"), "{outcomes:#?}");
    let texts = world.agent().reads(&ada.thread().await).await;
    assert_eq!((texts.len(), texts.last().unwrap().as_str()), (2, "short"));
}
