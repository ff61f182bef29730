//! Files that the business uploads and sends.

use axum::http::StatusCode;
use jiff::SignedDuration;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::world::{ADA, DAY, NUMBER, TOKEN, World, code};

async fn uploads(world: &World, mime_type: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
    let part = Part::bytes(bytes).file_name("a file").mime_str(mime_type).unwrap();
    let form = Form::new().text("messaging_product", "whatsapp").text("type", mime_type.to_owned()).part("file", part);
    let url = format!("{}/v24.0/{NUMBER}/media", world.graph);
    let answer = world.client.post(url).bearer_auth(TOKEN).multipart(form).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn sends(world: &World, kind: &str, id: &str) -> (StatusCode, Value) {
    let body = json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": kind, kind: {"id": id}});
    world.posts(body).await.unwrap()
}

#[tokio::test]
async fn an_uploaded_file_is_sent_by_its_id_and_shown_on_the_phone() {
    let world = World::start().await;
    world.ada_writes("hello").await;

    let (status, uploaded) = uploads(&world, "image/png", vec![1, 2, 3]).await;
    let id = uploaded["id"].as_str().unwrap();

    assert_eq!((status.as_u16(), sends(&world, "image", id).await.0.as_u16()), (200, 200));
    let phone = world.look(&format!("phones/{ADA}")).await;
    let file = &phone["shows"][1]["file"];
    assert_eq!(
        (&file["mime_type"], &file["size"], &file["filename"]),
        (&json!("image/png"), &json!(3), &json!("a file"))
    );
    assert_eq!(file["sha256"], "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
}

#[tokio::test]
async fn what_whatsapp_does_not_take_is_refused() {
    let world = World::start().await;
    assert_eq!(code(&uploads(&world, "image/gif", vec![1]).await), 100);
    assert_eq!(code(&uploads(&world, "image/png", vec![0; (5 << 20) + 1]).await), 131_053);
    assert_eq!(code(&uploads(&world, "image/png", Vec::new()).await), 131_053);
    assert_eq!(uploads(&world, "application/pdf", vec![0; 20 << 20]).await.0.as_u16(), 200);
}

#[tokio::test]
async fn an_id_is_good_for_30_days_and_what_fits_until_it_is_deleted() {
    let world = World::start().await;
    let id = uploads(&world, "image/png", vec![1]).await.1["id"].as_str().unwrap().to_owned();
    let gone = uploads(&world, "image/png", vec![2]).await.1["id"].as_str().unwrap().to_owned();
    let url = format!("{}/v24.0/{gone}", world.graph);
    let deleted = world.client.delete(url).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::OK);
    world.passes(DAY * 29);
    world.ada_writes("hello").await;

    assert_eq!(sends(&world, "image", &id).await.0.as_u16(), 200);
    assert_eq!(code(&sends(&world, "audio", &id).await), 131_053);
    assert_eq!(code(&sends(&world, "image", &gone).await), 100);
    world.passes(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    world.ada_writes("still there?").await;
    world.passes(SignedDuration::from_secs(1));
    assert_eq!(code(&sends(&world, "image", &id).await), 100);
}

#[tokio::test]
async fn a_reaction_stands_at_its_message_until_it_is_taken_back() {
    let world = World::start().await;
    let hello = world.ada_writes("hello").await;
    let reacts = async |emoji: &str| {
        let reaction = json!({"message_id": hello, "emoji": emoji});
        let body =
            json!({"messaging_product": "whatsapp", "to": format!("+{ADA}"), "type": "reaction", "reaction": reaction});
        assert_eq!(world.posts(body).await.unwrap().0.as_u16(), 200);
        world.look(&format!("phones/{ADA}")).await["shows"][0]["reactions"].clone()
    };

    assert_eq!(reacts("👍").await, json!(["👍"]));
    assert_eq!(reacts("").await, json!([]));
}
