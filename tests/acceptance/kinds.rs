//! Every kind of message that a customer can send has its place in the thread (F9).

use acceptance::{Thread, World, files, payload};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::shared_world;

/// A file as the simulator takes it, with whatever else is said of it.
fn file(bytes: &[u8], mime_type: &str, mut said: Value) -> Value {
    said["bytes_base64"] = json!(STANDARD.encode(bytes));
    said["mime_type"] = json!(mime_type);
    said
}

/// The fields of every message of a thread, as an array for each message.
pub(crate) async fn seen(world: &World, thread: &Thread, fields: &[&str]) -> Vec<Value> {
    let messages = world.agent().messages(thread).await;
    messages.iter().map(|message| fields.iter().map(|field| message[*field].clone()).collect()).collect()
}

#[tokio::test]
async fn a_file_of_every_kind_is_shown_as_what_it_is() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let ogg = files::opus(1, "hello");
    for message in [
        json!({ "image": file(&files::jpeg(8, 8, "cat"), "image/jpeg", json!({ "caption": "a cat" })) }),
        json!({ "video": file(&files::mp4("cat"), "video/mp4", json!({})) }),
        json!({ "video": file(&files::three_gp("cat"), "video/3gpp", json!({})) }),
        json!({ "audio": file(&ogg, "audio/ogg; codecs=opus", json!({ "voice": true })) }),
        json!({ "audio": file(&files::mp3(), "audio/mpeg", json!({ "voice": false })) }),
        json!({ "document": file(&files::pdf("R"), "application/pdf", json!({ "filename": "Rechnung März/請求書.pdf" })) }),
        json!({ "sticker": file(&files::animated_webp(512, 512), "image/webp", json!({ "animated": true })) }),
        json!({ "sticker": file(&files::webp(512, 512), "image/webp", json!({ "animated": false })) }),
    ] {
        ada.sends(message).await;
    }

    let thread = ada.writes("did you get those?").await;

    let shown = seen(&world, &thread, &["type", "text", "reason", "animated"]).await;
    assert_eq!(
        shown,
        [
            json!(["image", "a cat", null, null]),
            json!(["video", null, null, null]),
            json!(["video", null, null, null]),
            json!(["voice", null, null, null]),
            json!(["audio", null, null, null]),
            json!(["document", "Rechnung März_請求書.pdf", null, null]),
            json!(["sticker", null, null, true]),
            json!(["sticker", null, null, false]),
            json!(["text", "did you get those?", null, null]),
        ]
    );
    let messages = world.agent().messages(&thread).await;
    let document = &messages[5]["attachments"];
    assert_eq!(document.as_array().map(Vec::len), Some(1));
    let expected = ("Rechnung März_請求書.pdf", "application/pdf");
    assert_eq!(
        (document[0]["filename"].as_str(), document[0]["mime_type"].as_str()),
        (Some(expected.0), Some(expected.1))
    );
    assert!(document[0]["id"].as_str().is_some_and(|id| id.starts_with("att_")), "{document}");
    assert_eq!(messages[8]["attachments"], json!([]));
}

#[tokio::test]
async fn a_place_and_a_card_are_shown_with_all_that_is_in_them() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let place = json!({ "latitude": 48.2, "longitude": 16.37, "name": "The workshop", "address": "1 Example Street" });
    ada.sends(json!({ "location": place })).await;
    ada.sends(json!({ "location": { "latitude": 400, "longitude": 0, "name": "The moon" } })).await;
    let card = json!({
        "name": { "formatted_name": "Bo Example" }, "org": { "company": "Example" }, "vcard": "BEGIN:VCARD",
        "phones": [{ "phone": "+1 555 010 0002", "wa_id": "15550100002", "type": "CELL" }], "origin": "other",
    });
    ada.sends(json!({ "contacts": [card] })).await;
    ada.sends(json!({ "contacts": [{ "origin": "contact_request", "phones": [{ "phone": "+15550100002" }] }] })).await;
    world.settles().await;

    let messages = world.agent().messages(&ada.thread().await).await;
    let [here, moon, other, own] = &messages[..] else { panic!("four messages") };

    let place = json!({
        "latitude": 48.2, "longitude": 16.37, "name": "The workshop", "address": "1 Example Street", "url": null,
    });
    assert_eq!((&here["type"], &here["text"], &here["location"]), (&json!("location"), &json!("The workshop"), &place));
    assert_eq!(
        (&moon["reason"], &moon["text"], &moon["location"]),
        (&json!("unreadable"), &json!("The moon"), &json!(null))
    );
    let card = &other["contacts"][0];
    assert_eq!((&other["text"], &card["organization"]["company"]), (&json!("Bo Example"), &json!("Example")));
    assert_eq!(card["phones"], json!([{ "number": "+1 555 010 0002", "label": "CELL", "wa_id": "15550100002" }]));
    assert_eq!((&card["vcard"], &card["is_own"]), (&json!("BEGIN:VCARD"), &json!(false)));
    assert_eq!((&own["text"], &own["contacts"][0]["is_own"]), (&json!("+15550100002"), &json!(true)));
}

#[tokio::test]
async fn a_place_that_is_all_but_on_the_equator_arrives_with_what_came_beside_it() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let mut place = payload::text(&ada, now, "");
    place["type"] = json!("location");
    place["location"] = json!({ "latitude": 1e-300, "longitude": -1e-131, "name": "The buoy" });

    let body = payload::messages(&ada, &[place, payload::text(&ada, now, "here I am")]);
    assert_eq!(world.post_webhook(&body).await, 200);
    world.settles().await;

    let messages = world.agent().messages(&ada.thread().await).await;
    let [place, text] = &messages[..] else { panic!("two messages") };
    assert_eq!((&place["text"], &text["text"]), (&json!("The buoy"), &json!("here I am")));
    assert_eq!((&place["location"]["latitude"], &place["location"]["longitude"]), (&json!(0.0), &json!(0.0)));
}

#[tokio::test]
async fn what_a_customer_picks_fills_in_or_orders_is_told_apart() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let row = json!({ "id": "2", "title": "Tomorrow", "description": "9 to 12" });
    let form = json!({ "name": "flow", "body": "Sent", "response_json": "{\"size\":\"M\"}" });
    let item = json!({ "product_retailer_id": "SKU-7", "quantity": 2, "item_price": 9.5, "currency": "EUR" });
    for message in [
        json!({ "button": { "text": "Confirm", "payload": "CONFIRM" } }),
        json!({ "interactive": { "type": "button_reply", "button_reply": { "id": "yes", "title": "Yes, please" } } }),
        json!({ "interactive": { "type": "list_reply", "list_reply": row } }),
        json!({ "interactive": { "type": "call_permission_reply", "call_permission_reply": { "response": "reject" } } }),
        json!({ "interactive": { "type": "nfm_reply", "nfm_reply": form } }),
        json!({ "interactive": { "type": "payment_method", "payment_method": { "reference_id": "R1" } } }),
        json!({ "order": { "catalog_id": "5", "text": "As usual", "product_items": [item] } }),
    ] {
        ada.sends(message).await;
    }
    world.settles().await;

    let messages = world.agent().messages(&ada.thread().await).await;
    let shown: Vec<Value> = messages.iter().map(|message| json!([message["type"], message["text"]])).collect();

    assert_eq!(
        shown,
        [
            json!(["choice", "Confirm"]),
            json!(["choice", "Yes, please"]),
            json!(["choice", "Tomorrow"]),
            json!(["choice", "reject"]),
            json!(["form", "Sent"]),
            json!(["interactive", null]),
            json!(["order", "As usual"]),
        ]
    );
    let choice = |n: usize| messages[n]["choice"].clone();
    let kinds: Vec<Value> = (0..4).map(|n| choice(n)["kind"].clone()).collect();
    assert_eq!(kinds, ["quick_reply", "button", "list_row", "call_permission"]);
    assert_eq!((&choice(0)["payload"], &choice(2)["description"]), (&json!("CONFIRM"), &json!("9 to 12")));
    assert_eq!(messages[4]["form"], json!({ "name": "flow", "body": "Sent", "response": { "size": "M" } }));
    assert_eq!(messages[5]["reason"], "kind_not_shown");
    let line = json!({ "product": "SKU-7", "quantity": 2, "price": "9.5", "currency": "EUR" });
    assert_eq!(messages[6]["order"], json!({ "catalog_id": "5", "items": [line] }));
}

#[tokio::test]
async fn where_a_message_comes_from_is_told() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let text = |extra: Value| {
        let mut message = json!({ "type": "text", "text": { "body": "look" } });
        message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        message
    };
    let product = json!({ "catalog_id": "5", "product_retailer_id": "SKU-7" });
    ada.sends(text(json!({ "context": { "forwarded": true } }))).await;
    ada.sends(text(json!({ "context": { "frequently_forwarded": true } }))).await;
    ada.sends(text(json!({ "context": { "id": "wamid.OF-THE-CATALOGUE", "referred_product": product } }))).await;
    let ad = json!({ "source_type": "ad", "source_url": "https://ad.invalid/1", "headline": "Spring", "ctwa_clid": "CLICK1" });
    ada.sends(json!({ "type": "image", "image": file(&files::png(4, 4, ""), "image/png", json!({})), "referral": ad }))
        .await;
    world.settles().await;

    let messages = world.agent().messages(&ada.thread().await).await;

    let forwarded: Vec<&Value> = messages.iter().map(|message| &message["forwarded"]).collect();
    assert_eq!(forwarded, [&json!("forwarded"), &json!("frequently_forwarded"), &json!(null), &json!(null)]);
    assert_eq!(messages[2]["product"], json!({ "catalog_id": "5", "product": "SKU-7" }));
    assert_eq!(messages[2]["reply_to"], json!(null));
    let referral = &messages[3]["referral"];
    assert_eq!((&referral["headline"], &referral["click_id"]), (&json!("Spring"), &json!("CLICK1")));
    assert_eq!((&messages[3]["type"], &messages[0]["referral"]), (&json!("image"), &json!(null)));
}
