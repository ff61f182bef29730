//! What a business may send, and what comes back.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{ADA, DAY, NUMBER, TOKEN, World, code, text_to};

#[tokio::test]
async fn a_reply_goes_out_within_the_window_and_a_grace_of_five_seconds() {
    let world = World::start().await;
    world.ada_writes("hello").await;

    world.passes(DAY + SignedDuration::from_secs(4));
    assert_eq!(world.replies("just in time").await.unwrap().0, 200);

    world.passes(SignedDuration::from_secs(1));
    let late = world.replies("too late").await.unwrap();
    assert_eq!((late.0.as_u16(), code(&late)), (400, 131_047));
    assert!(late.1["error"]["fbtrace_id"].is_string());
    assert_eq!(world.adas_phone().await, ["hello: delivered", "just in time: read"]);
}

#[tokio::test]
async fn a_message_sent_long_ago_opens_what_is_left_of_its_window() {
    let world = World::start().await;
    let sent_at = (world.now() - DAY).to_string();

    let hello =
        json!({"from": format!("+{ADA}"), "to": NUMBER, "timestamp": sent_at, "message": {"text": {"body": "hello"}}});
    world.control("messages", hello).await;

    assert_eq!(world.replies("in the grace").await.unwrap().0, 200);
    world.passes(SignedDuration::from_secs(5));
    assert_eq!(code(&world.replies("after it").await.unwrap()), 131_047);
}

#[tokio::test]
async fn a_template_needs_no_window() {
    let world = World::start().await;
    let template = json!({"name": "order_sent", "language": {"code": "en"}});
    let body =
        json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "template", "template": template});

    let (status, answer) = world.posts(body).await.unwrap();

    assert_eq!((status.as_u16(), &answer["messages"][0]["message_status"]), (200, &json!("accepted")));
}

#[tokio::test]
async fn the_46th_message_at_once_to_one_customer_is_refused() {
    let world = World::start().await;
    world.no_automatic_statuses().await;
    world.ada_writes("hello").await;
    for turn in 0..45 {
        assert_eq!(world.replies("again").await.unwrap().0, 200, "message {turn}");
    }

    assert_eq!(code(&world.replies("again").await.unwrap()), 131_056);

    world.passes(SignedDuration::from_secs(6));
    assert_eq!(world.replies("again").await.unwrap().0, 200);
}

#[tokio::test]
async fn statuses_follow_a_send_in_order_and_bring_the_opaque_data_back() {
    let mut world = World::start().await;
    world.ada_writes("hello").await;
    world.next_webhook().await;
    let mut body = text_to(&format!("+{ADA}"), "here we are");
    body["biz_opaque_callback_data"] = json!("msg_1");

    let (_, answer) = world.posts(body).await.unwrap();

    let id = &answer["messages"][0]["id"];
    assert_eq!(answer["contacts"], json!([{"input": format!("+{ADA}"), "wa_id": ADA}]));
    for expected in ["sent", "delivered", "read"] {
        let webhook = world.next_webhook().await;
        let status = webhook.status();
        assert_eq!((&status["id"], &status["status"]), (id, &json!(expected)));
        assert_eq!((&status["biz_opaque_callback_data"], &status["recipient_id"]), (&json!("msg_1"), &json!(ADA)));
        assert_eq!(status["pricing"].is_object(), expected != "read");
        assert_eq!(webhook.value()["contacts"][0]["profile"]["name"], "Ada");
    }
}

#[tokio::test]
async fn a_failure_told_by_hand_carries_its_code_and_no_contacts() {
    let mut world = World::start().await;
    world.no_automatic_statuses().await;
    world.ada_writes("hello").await;
    world.next_webhook().await;
    let (_, answer) = world.replies("here we are").await.unwrap();

    let failure = json!({"message_id": answer["messages"][0]["id"], "status": "failed", "code": 131_049});
    assert_eq!(world.control("statuses", failure).await, json!({"delivered": true}));

    let webhook = world.next_webhook().await;
    assert_eq!(webhook.status()["errors"][0]["code"], 131_049);
    assert_eq!(webhook.value().get("contacts"), None);
    assert_eq!(world.adas_phone().await, ["hello: delivered", "here we are: failed"]);
}

#[tokio::test]
async fn a_wrong_token_and_a_strange_number_are_told_apart() {
    let world = World::start().await;
    let get = async |id: &str, token: &str| -> Value {
        let url = format!("{}/v24.0/{id}?fields=display_phone_number", world.graph);
        world.client.get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap()
    };

    assert_eq!(get(NUMBER, "wrong").await["error"]["code"], 190);
    assert_eq!(get("1000000009", TOKEN).await["error"]["error_subcode"], 33);
    assert_eq!(get(NUMBER, TOKEN).await, json!({"id": NUMBER, "display_phone_number": "+1 555-010-0100"}));
    assert_eq!(get("2000000001/phone_numbers", TOKEN).await["data"][0]["id"], NUMBER);
}

#[tokio::test]
async fn a_malformed_envelope_gets_metas_error() {
    let world = World::start().await;
    world.ada_writes("hello").await;
    let to = format!("+{ADA}");
    let cases = [
        (json!({"to": to, "type": "text", "text": {"body": "hi"}}), 100),
        (json!({"messaging_product": "whatsapp", "type": "text", "text": {"body": "hi"}}), 100),
        (json!({"messaging_product": "whatsapp", "to": to, "type": "text"}), 131_008),
        (json!({"messaging_product": "whatsapp", "to": "Ada", "type": "text", "text": {"body": "hi"}}), 131_009),
        (text_to(&to, &"x".repeat(4097)), 100),
        (text_to(ADA, "without a plus it is +1 1555…"), 131_047),
    ];
    for (body, expected) in cases {
        assert_eq!(code(&world.posts(body.clone()).await.unwrap()), expected, "{body}");
    }
    assert_eq!(world.adas_phone().await, ["hello: delivered"]);
}

#[tokio::test]
async fn a_message_is_marked_as_read_with_all_before_it() {
    let world = World::start().await;
    world.ada_writes("one").await;
    let two = world.ada_writes("two").await;

    let typing = json!({"messaging_product": "whatsapp", "status": "read", "message_id": two, "typing_indicator": {"type": "text"}});
    let (_, answer) = world.posts(typing).await.unwrap();

    assert_eq!(answer, json!({"success": true}));
    assert_eq!(world.adas_phone().await, ["one: read", "two: read"]);
}
