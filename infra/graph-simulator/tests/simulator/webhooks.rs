//! How webhooks are signed, sent and sent again.

use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use serde_json::json;
use sha2::Sha256;

use crate::world::{ADA, DAY, NUMBER, SECRET, World, word};

#[tokio::test]
async fn a_customers_message_comes_as_a_webhook_signed_over_its_escaped_bytes() {
    let mut world = World::start().await;

    let id = world.ada_writes("Schön! 😀").await;

    let webhook = world.next_webhook().await;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&webhook.bytes);
    assert_eq!(webhook.signature, format!("sha256={}", hex::encode(mac.finalize().into_bytes())));
    assert!(webhook.bytes.is_ascii());
    let value = webhook.value();
    assert_eq!(value["metadata"], json!({"display_phone_number": "15550100100", "phone_number_id": NUMBER}));
    assert_eq!(value["contacts"], json!([{"profile": {"name": "Ada"}, "wa_id": ADA}]));
    let timestamp = world.now().as_second().to_string();
    let message = json!({"from": ADA, "id": id, "timestamp": timestamp, "type": "text", "text": {"body": "Schön! 😀"}});
    assert_eq!(value["messages"], json!([message]));
}

#[tokio::test]
async fn a_refused_webhook_comes_again_until_it_is_answered_200() {
    let mut world = World::start().await;
    world.webhooks_are_answered([500, 201]);

    world.ada_writes("hello").await;
    let first = world.next_webhook().await;
    assert_eq!(world.simulator.idle_state().later.len(), 1);
    world.passes(SignedDuration::from_secs(1));
    let second = world.next_webhook().await;
    world.is_idle().await;
    world.passes(SignedDuration::from_secs(1));
    world.is_idle().await;
    assert!(world.no_webhook_came(), "the pause grows");
    world.passes(SignedDuration::from_secs(1));
    let third = world.next_webhook().await;
    world.is_idle().await;

    assert_eq!((&first.bytes, &first.bytes), (&second.bytes, &third.bytes));
    assert_eq!(world.simulator.pending(), []);
    let log = world.look("webhooks").await;
    let statuses: Vec<_> = log["webhooks"][0]["attempts"].as_array().unwrap().iter().map(|a| &a["status"]).collect();
    assert_eq!(statuses, [500, 201, 200]);
}

#[tokio::test]
async fn undelivered_webhooks_are_sent_after_a_restart_in_their_order() {
    let mut world = World::start().await;
    world.webhooks_are_answered([503, 503]);
    world.ada_writes("one").await;
    world.ada_writes("two").await;
    let sent = [world.next_webhook().await.bytes, world.next_webhook().await.bytes];

    world.restarts().await;

    assert_eq!([world.next_webhook().await.bytes, world.next_webhook().await.bytes], sent);
    world.is_idle().await;
    assert_eq!(world.simulator.pending(), []);
}

#[tokio::test]
async fn a_webhook_that_nobody_wants_is_given_up_after_seven_days() {
    let mut world = World::start().await;
    world.webhooks_are_answered([500, 500, 500]);
    world.ada_writes("hello").await;
    world.passes(DAY * 6);
    world.next_webhook().await;
    world.next_webhook().await;
    world.is_idle().await;
    assert_eq!(world.simulator.pending().len(), 1);

    world.passes(DAY);
    world.next_webhook().await;
    world.is_idle().await;

    assert_eq!(world.simulator.pending(), []);
    assert_eq!(world.look("webhooks").await["webhooks"][0]["state"], "given_up");
}

#[tokio::test]
async fn one_customers_messages_arrive_in_the_order_they_were_written() {
    let mut world = World::start().await;
    for text in ["one", "two", "three"] {
        let message = json!({"from": ADA, "to": NUMBER, "message": {"text": {"body": text}}, "wait": false});
        world.control("messages", message).await;
    }

    let mut arrived = Vec::new();
    for _ in 0..3 {
        arrived.push(word(&world.next_webhook().await.value()["messages"][0]["text"]["body"]).to_owned());
    }

    assert_eq!(arrived, ["one", "two", "three"]);
}

#[tokio::test]
async fn what_a_dead_receiver_missed_comes_in_order_once_it_is_back() {
    let mut world = World::start().await;
    world.simulator.set_webhook_url("http://127.0.0.1:1/");
    for text in ["one", "two"] {
        let message = json!({"from": ADA, "to": NUMBER, "message": {"text": {"body": text}}});
        assert_eq!(world.control("messages", message).await["delivered"], false);
    }
    assert_eq!(world.simulator.idle_state().later.len(), 2);

    world.receiver_is_back();

    assert_eq!(world.next_webhook().await.value()["messages"][0]["text"]["body"], "one");
    assert_eq!(world.next_webhook().await.value()["messages"][0]["text"]["body"], "two");
}

#[tokio::test]
async fn a_webhook_given_by_hand_is_sent_as_often_as_asked() {
    let mut world = World::start().await;

    let sent = world.control("webhooks", json!({"body": {"object": "whatsapp_business_account"}, "times": 3})).await;

    assert!(sent["webhooks"].as_array().unwrap().iter().all(|webhook| webhook["status"] == 200));
    for _ in 0..3 {
        assert_eq!(world.next_webhook().await.bytes, r#"{"object":"whatsapp_business_account"}"#);
    }
}

#[tokio::test]
async fn a_webhook_that_somebody_else_sent_opens_the_window_it_tells_of() {
    let world = World::start().await;
    let message = json!({"from": ADA, "id": "wamid.theirs", "timestamp": world.now().as_second().to_string(), "type": "text", "text": {"body": "hello"}});
    let value = json!({"metadata": {"phone_number_id": NUMBER}, "messages": [message, "not a message"]});
    let webhook = json!({"entry": [{"changes": [{"field": "messages", "value": value}, 7]}, null]});

    world.simulator.learn(&webhook).unwrap();
    world.simulator.learn(&webhook).unwrap();

    assert_eq!(world.replies("hi").await.unwrap().0, 200);
    assert_eq!(world.adas_phone().await, ["hello: delivered", "hi: read"]);
}
