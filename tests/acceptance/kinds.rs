//! Every kind of message that a customer can send has its place in the thread (F9, F12).

use acceptance::{Thread, World, files, payload};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::shared_world;

/// A file as the simulator takes it, with whatever else is said of it.
fn file(bytes: &[u8], mime_type: &str, mut said: Value) -> Value {
    said["bytes_base64"] = json!(STANDARD.encode(bytes));
    said["mime_type"] = json!(mime_type);
    said
}

/// Something that WhatsApp's interface for businesses does not pass on.
fn unsupported(kind: &str) -> Value {
    json!({ "type": "unsupported", "errors": [{ "code": 131_051 }], "unsupported": { "type": kind } })
}

/// The fields of every message of a thread, as an array for each message.
async fn seen(world: &World, thread: &Thread, fields: &[&str]) -> Vec<Value> {
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
async fn an_album_of_six_pictures_at_once_by_somebody_new_is_one_ticket_with_six_files() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let picture = |n: u16| {
        let picture = file(&files::jpeg(8, 8 * n, "album"), "image/jpeg", json!({ "caption": format!("picture {n}") }));
        json!({ "image": picture })
    };

    join_all((1..=6).map(|n| ada.sends(picture(n)))).await;
    world.settles().await;

    let threads = ada.threads().await;
    let [thread] = &threads[..] else { panic!("{} tickets", threads.len()) };
    let messages = world.agent().messages(thread).await;
    let mut captions: Vec<&str> = messages.iter().filter_map(|message| message["text"].as_str()).collect();
    captions.sort_unstable();
    assert_eq!(captions, ["picture 1", "picture 2", "picture 3", "picture 4", "picture 5", "picture 6"]);
    let mut attachments: Vec<&str> =
        messages.iter().filter_map(|message| message["attachments"][0]["id"].as_str()).collect();
    attachments.sort_unstable();
    attachments.dedup();
    assert_eq!(attachments.len(), 6);
    assert_eq!(thread.ticket["unread_count"], 6);
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

#[tokio::test]
async fn a_reaction_an_edit_and_a_deletion_name_the_message_they_are_about() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    let reply = world.agent().replies_to(&thread, "red or blue?").await.expecting(202);
    world.settles().await;
    let phone = ada.phone().messages().await;
    let (question, hello) = (phone[1]["id"].clone(), phone[0]["id"].clone());

    ada.sends(json!({ "reaction": { "message_id": question, "emoji": "👍" } })).await;
    ada.sends(json!({ "reaction": { "message_id": question } })).await;
    let edited = json!({ "type": "text", "text": { "body": "hello there" } });
    ada.sends(json!({ "edit": { "original_message_id": hello, "message": edited } })).await;
    ada.sends(json!({ "revoke": { "original_message_id": hello } })).await;
    ada.sends(json!({ "revoke": { "original_message_id": "wamid.NEVER-SEEN" } })).await;
    world.settles().await;

    let messages = seen(&world, &thread, &["type", "reason", "text", "emoji", "target"]).await;
    let first = world.agent().messages(&thread).await[0]["id"].clone();
    assert_eq!(
        messages[2..],
        [
            json!(["reaction", "reaction", "👍", "👍", reply.id()]),
            json!(["reaction", "reaction_removed", null, null, reply.id()]),
            json!(["edit", "edited", "hello there", null, first]),
            json!(["revoke", "deleted", null, null, first]),
            json!(["revoke", "deleted", null, null, null]),
        ]
    );
    let ticket = world.agent().ticket(&thread).await;
    assert_eq!(ticket["session_expires_at"], thread.ticket["session_expires_at"]);
}

#[tokio::test]
async fn whoever_only_reacts_edits_deletes_or_votes_has_a_ticket_and_opens_no_session() {
    let world = shared_world().await;
    for (name, message) in [
        ("Ada", json!({ "reaction": { "message_id": "wamid.A", "emoji": "👍" } })),
        ("Ben", json!({ "edit": { "original_message_id": "wamid.A" } })),
        ("Cleo", json!({ "revoke": { "original_message_id": "wamid.A" } })),
        ("Dora", unsupported("poll_update")),
    ] {
        let customer = world.customer(name);
        customer.sends(message).await;
        world.settles().await;

        let thread = customer.thread().await;
        let reply = world.agent().replies_to(&thread, "thanks").await;

        assert_eq!((&thread.ticket["status"], &thread.ticket["unread_count"]), (&json!("open"), &json!(1)), "{name}");
        assert_eq!(thread.ticket["session_expires_at"], json!(null), "{name}");
        assert_eq!((reply.status, reply.code()), (409, "session_closed"), "{name}");
    }
}

#[tokio::test]
async fn what_whatsapp_does_not_pass_on_says_why() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    for message in [
        unsupported("poll_creation"),
        unsupported("group_invite"),
        unsupported("view_once_message"),
        unsupported("hsm"),
        json!({ "type": "unsupported", "errors": [{ "code": 131_060 }], "unsupported": { "type": "media_placeholder" } }),
        json!({ "type": "unsupported", "errors": [{ "code": 131_052 }] }),
        json!({ "type": "image", "image": { "caption": "you should see this" } }),
        json!({ "type": "hologram", "hologram": { "projector": 7 } }),
    ] {
        ada.sends(message).await;
    }
    world.settles().await;

    let thread = ada.thread().await;

    assert_eq!(
        seen(&world, &thread, &["type", "reason", "text"]).await,
        [
            json!(["unsupported", "poll", null]),
            json!(["unsupported", "group_invite", null]),
            json!(["unsupported", "view_once", null]),
            json!(["unsupported", "unsupported_by_whatsapp", null]),
            json!(["unsupported", "unavailable", null]),
            json!(["unsupported", "media_too_large", null]),
            json!(["image", "media_without_id", "you should see this"]),
            json!(["hologram", "unknown_kind", null]),
        ]
    );
    assert_eq!(thread.ticket["last_message"]["type"], "hologram");
    assert!(thread.ticket["session_expires_at"].is_string());
}

#[tokio::test]
async fn a_changed_number_is_a_note_in_the_thread_of_the_same_person_who_is_answered_there() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let renamed = world.customer("Ada elsewhere");
    let before = ada.writes("hello").await;

    let system = json!({ "type": "user_changed_number", "body": "Ada has another number", "wa_id": renamed.number });
    ada.sends(json!({ "system": system })).await;
    world.settles().await;
    let reply = world.agent().replies_to(&before, "good luck in the new town").await.expecting(202);
    renamed.writes("thank you").await;

    let after = world.agent().ticket(&before).await;
    let messages = world.agent().messages(&before).await;
    let [_, notice, answer, thanks] = &messages[..] else { panic!("{messages:#?}") };
    let was = json!({ "about": "changed_number", "previous": [format!("+{}", ada.number)] });
    assert_eq!((&notice["type"], &notice["notice"]), (&json!("notice"), &was));
    assert_eq!(
        (&notice["text"], &notice["from"]),
        (&json!("Ada has another number"), &json!(format!("+{}", renamed.number)))
    );
    assert_eq!((&answer["id"], &answer["to"]), (&json!(reply.id()), &json!(format!("+{}", renamed.number))));
    assert_eq!((&thanks["text"], &after["contact_id"]), (&json!("thank you"), &before.ticket["contact_id"]));
}

#[tokio::test]
async fn a_notice_is_no_work_and_nobodys_last_word() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let before = ada.writes("hello").await;
    world.agent().closes(&before).await;

    ada.sends(json!({ "system": { "type": "customer_identity_changed", "body": "Ada has another phone" } })).await;
    ada.sends(json!({ "system": { "type": "user_moved_to_mars", "body": "Ada is far away" } })).await;
    world.settles().await;

    let after = ada.threads().await;
    let [after] = &after[..] else { panic!("{} tickets", after.len()) };
    assert_eq!((&after.ticket["status"], &after.ticket["unread_count"]), (&json!("closed"), &json!(1)));
    assert_eq!(after.ticket["last_message"]["text"], "hello");
    assert_eq!(after.ticket["session_expires_at"], before.ticket["session_expires_at"]);
    assert_eq!(
        seen(&world, after, &["type", "reason", "text"]).await[1..],
        [json!(["notice", null, "Ada has another phone"]), json!(["system", "unknown_notice", "Ada is far away"])]
    );
}

#[tokio::test]
async fn a_notice_about_somebody_we_never_met_is_recorded_and_makes_no_ticket() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let renamed = world.customer("Ada elsewhere");
    let now = world.clock().now().await;
    let wamid = payload::wamid();
    let notice = json!({
        "from": ada.number, "id": wamid, "timestamp": now.as_second().to_string(), "type": "system",
        "system": { "type": "user_changed_number", "body": "A notice", "wa_id": renamed.number },
    });

    assert_eq!(world.post_webhook(&payload::messages(&ada, &[notice])).await, 200);
    world.settles().await;

    assert!(ada.threads().await.is_empty() && renamed.threads().await.is_empty());
    assert!(world.outcomes().await.iter().any(|o| o.outcome == "event_recorded" && o.reason == "no_thread"));
}

#[tokio::test]
async fn what_is_too_large_for_an_item_is_kept_whatever_its_kind() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let message = |said: Value| {
        let mut message = payload::text(&ada, now, "short");
        message.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        message
    };
    let long = "long ".repeat(40_000);
    let new = json!({ "type": "text", "text": { "body": long } });
    let cards: Vec<Value> =
        (0..50).map(|_| json!({ "vcard": "v".repeat(20_000), "name": { "first_name": "Bo" } })).collect();
    let ad = json!({ "headline": long, "body": long, "source_url": long, "ctwa_clid": long });
    let messages = [
        message(json!({ "type": "edit", "edit": { "message": new } })),
        message(json!({ "type": "contacts", "contacts": cards })),
        message(
            json!({ "type": "image", "image": { "id": "1", "caption": long, "filename": long, "mime_type": long } }),
        ),
        message(json!({ "referral": ad })),
    ];

    assert_eq!(world.post_webhook(&payload::messages(&ada, &messages)).await, 200);
    world.settles().await;

    let thread = ada.thread().await;
    let shown = seen(&world, &thread, &["type", "reason"]).await;
    assert_eq!(shown[..2], [json!(["edit", "edited"]), json!(["contacts", "too_long"])]);
    assert_eq!((shown.len(), &shown[3]), (4, &json!(["text", null])));
    assert!(world.dead_letters().await.is_empty());
}
