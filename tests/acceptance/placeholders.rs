//! What cannot be shown keeps its place in the thread and says why (F12).

use acceptance::payload;
use serde_json::{Value, json};

use crate::kinds::seen;
use crate::shared_world;

/// Something that WhatsApp's interface for businesses does not pass on.
fn unsupported(kind: &str) -> Value {
    json!({ "type": "unsupported", "errors": [{ "code": 131_051 }], "unsupported": { "type": kind } })
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
