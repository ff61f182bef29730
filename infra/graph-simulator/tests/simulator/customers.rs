//! Who customers are, and their files.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{ADA, NUMBER, TOKEN, World, code, text_to, word};

#[tokio::test]
async fn a_customer_without_a_number_writes_and_is_answered_by_user_id() {
    let mut world = World::start().await;
    world.control("statuses", json!({"auto": "delivered"})).await;
    let user_id = "US.1349000000000000001";
    let profile = json!({"name": "Grace", "username": "grace"});
    let hello = json!({"from": user_id, "to": NUMBER, "profile": profile, "message": {"text": {"body": "hello"}}});
    world.control("messages", hello).await;
    let value = world.next_webhook().await.value();
    assert_eq!(value["messages"][0]["from_user_id"], user_id);
    assert_eq!(value["messages"][0].get("from"), None);
    assert_eq!(value["contacts"], json!([{"profile": profile, "user_id": user_id}]));

    let reply = json!({"messaging_product": "whatsapp", "recipient": user_id, "type": "text", "text": {"body": "hi"}});
    let (_, answer) = world.posts(reply).await.unwrap();

    assert_eq!(answer["contacts"], json!([{"input": user_id, "user_id": user_id}]));
    let sent = world.next_webhook().await;
    assert_eq!(sent.status()["recipient_user_id"], user_id);
    assert_eq!(sent.status().get("recipient_id"), None);
    assert_eq!(sent.value()["contacts"], json!([{"profile": {"name": "Grace"}, "user_id": user_id}]));
    let delivered = world.next_webhook().await;
    assert_eq!(delivered.value()["contacts"][0]["profile"]["username"], "grace");
}

#[tokio::test]
async fn a_customer_who_shows_number_and_user_id_is_one_person() {
    let world = World::start().await;
    let user_id = "US.1349000000000000002";
    let writes = |from: &str, both: Value| json!({"from": from, "to": NUMBER, "user_id": both, "message": {"text": {"body": "hello"}}});
    world.control("messages", writes(user_id, Value::Null)).await;
    world.control("messages", writes(ADA, Value::Null)).await;

    world.control("messages", writes(ADA, json!(user_id))).await;

    assert_eq!(world.adas_phone().await.len(), 3);
    assert_eq!(world.look(&format!("phones/{user_id}")).await, world.look(&format!("phones/+{ADA}")).await);
}

#[tokio::test]
async fn a_customer_who_changes_number_keeps_their_conversation_and_the_window() {
    let world = World::start().await;
    let new_number = "15550100199";
    let message = json!({"text": {"body": "hello"}});
    world.control("messages", json!({"from": ADA, "to": NUMBER, "message": message})).await;

    let system = json!({"type": "user_changed_number", "body": "Ada has another number", "wa_id": new_number});
    world.control("messages", json!({"from": ADA, "to": NUMBER, "message": {"system": system}})).await;

    let (status, _) = world.posts(text_to(&format!("+{new_number}"), "hi")).await.unwrap();
    assert_eq!(status, 200);
    let phone = world.look(&format!("phones/{new_number}")).await;
    let texts: Vec<&Value> = phone["shows"].as_array().unwrap().iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, ["hello", "Ada has another number", "hi"]);
}

#[tokio::test]
async fn a_reaction_an_edit_or_a_deletion_opens_no_window() {
    let world = World::start().await;
    for message in [
        json!({"reaction": {"message_id": "wamid.A", "emoji": "👍"}}),
        json!({"edit": {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "b"}}}}),
        json!({"revoke": {"original_message_id": "wamid.A"}}),
    ] {
        world.control("messages", json!({"from": ADA, "to": NUMBER, "message": message})).await;
    }

    assert_eq!(code(&world.replies("hi").await.unwrap()), 131_047);
}

#[tokio::test]
async fn a_customers_file_is_downloaded_with_the_token_for_five_minutes() {
    let mut world = World::start().await;
    let image = json!({"bytes_base64": "aW1hZ2U=", "mime_type": "image/png", "caption": "look"});
    world.control("messages", json!({"from": ADA, "to": NUMBER, "message": {"image": image}})).await;
    let image = world.next_webhook().await.value()["messages"][0]["image"].clone();
    assert_eq!((&image["caption"], image.get("bytes_base64")), (&json!("look"), None));
    let get = async |url: &str| world.client.get(url).bearer_auth(TOKEN).send().await.unwrap();

    assert_eq!(get(word(&image["url"])).await.bytes().await.unwrap(), "image");
    assert_eq!(world.client.get(word(&image["url"])).send().await.unwrap().status(), 401);
    world.passes(SignedDuration::from_mins(5));
    assert_eq!(get(word(&image["url"])).await.status(), 404);

    let looked_up: Value = get(&format!("{}/v24.0/{}", world.graph, word(&image["id"]))).await.json().await.unwrap();
    assert_eq!((&looked_up["sha256"], &looked_up["file_size"]), (&image["sha256"], &json!(5)));
    assert_eq!(get(word(&looked_up["url"])).await.bytes().await.unwrap(), "image");
}
