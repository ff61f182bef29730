//! Who writes is one person, however WhatsApp names them, and nobody else.

use acceptance::{World, payload};
use futures::future::join_all;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

#[tokio::test]
async fn a_contact_that_has_the_number_only_as_mobile_phone_is_matched() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let written = format!("+{} {}", &ada.number[..1], &ada.number[1..]);
    let id = world.agent().adds_contact(json!({ "name": "Ada Byron", "mobile_phone": written })).await;

    let thread = ada.writes("hello").await;

    assert_eq!(thread.contact_id(), id);
    let contact = world.agent().contact(&id).await;
    assert_eq!((&contact["name"], &contact["phone"]), (&json!("Ada Byron"), &json!(format!("+{}", ada.number))));
    assert_eq!(contact["identities"], json!([{ "kind": "phone", "value": ada.number }]));
}

#[tokio::test]
async fn a_number_is_matched_in_either_writing_of_its_country_and_answered_as_whatsapp_gave_it() {
    let world = shared_world().await;
    for (name, written, wa_id) in [
        ("Bia", "+55 (31) 98700-4301", "553187004301"),
        ("Caio", "+55 11 8700-4302", "5511987004302"),
        ("Dulce", "+52 55 0100 4303", "5215501004303"),
        ("Emilio", "+52 1 55 0100 4304", "525501004304"),
        ("Facundo", "+54 11 5550 4305", "5491155504305"),
        ("Gala", "+54 9 11 5550 4306", "541155504306"),
    ] {
        let id = world.agent().adds_contact(json!({ "name": name, "phone": written })).await;
        let customer = world.customer_with_number(name, wa_id);

        let thread = customer.writes("hello").await;
        world.agent().replies_to(&thread, "here we are").await.expecting(202);
        world.settles().await;

        assert_eq!(thread.contact_id(), id, "{name}");
        assert_eq!(customer.phone().received().await, ["here we are"], "{name}");
        let answer = world.agent().messages(&thread).await.pop().unwrap();
        assert_eq!(answer["to"], format!("+{wa_id}"), "{name}");
    }
}

#[tokio::test]
async fn a_brazilian_landline_is_not_given_a_9() {
    let world = shared_world().await;
    let office = world.agent().adds_contact(json!({ "name": "Office", "phone": "+55 31 3200-4307" })).await;

    let mobile = world.customer_with_number("Somebody else", "5531932004307").writes("hello").await;
    let landline = world.customer_with_number("Office", "553132004307").writes("hello").await;

    assert_ne!(mobile.contact_id(), office);
    assert_eq!(landline.contact_id(), office);
}

#[tokio::test]
async fn an_argentine_landline_with_the_same_digits_comes_after_the_very_number() {
    let world = shared_world().await;
    let office = world.agent().adds_contact(json!({ "name": "Office", "phone": "+54 11 5550 4308" })).await;
    let gala = world.agent().adds_contact(json!({ "name": "Gala", "phone": "+54 9 11 5550 4308" })).await;

    let from_mobile = world.customer_with_number("Gala", "5491155504308").writes("hello").await;
    let from_office = world.customer_with_number("Office", "541155504308").writes("hello").await;

    assert_eq!((from_mobile.contact_id(), from_office.contact_id()), (gala.as_str(), office.as_str()));
}

#[tokio::test]
async fn the_oldest_of_two_with_the_same_number_wins_and_the_other_is_named() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let number = format!("+{}", ada.number);
    let oldest = world.agent().adds_contact(json!({ "name": "Ada", "phone": number })).await;
    let other = world.agent().adds_contact(json!({ "name": "Ada's mother", "mobile_phone": number })).await;

    let thread = ada.writes("hello").await;

    assert_eq!(thread.contact_id(), oldest);
    assert_eq!(world.agent().contact(&oldest).await["also_matches"], json!([other]));
    assert_eq!(world.agent().contact(&other).await["also_matches"], json!([oldest]));
    let found = world.agent().contacts_with_number(&number).await;
    assert_eq!(ids(&found), [oldest, other]);
}

#[tokio::test]
async fn a_number_that_was_taken_away_from_a_contact_does_not_lead_to_it() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let agent = world.agent();
    let id = agent.adds_contact(json!({ "name": "Ada", "phone": format!("+{}", ada.number) })).await;
    let path = format!("/v1/contacts/{id}");
    agent.calls(Method::PATCH, &path, Some(json!({ "phone": null }))).await.expecting(200);

    let thread = ada.writes("hello").await;

    assert_ne!(thread.contact_id(), id);
}

#[tokio::test]
async fn a_contact_is_made_once_changed_by_those_who_saw_it_and_listed() {
    let world = shared_world().await;
    let agent = world.agent();
    let (asked, key) = (json!({ "name": "Ada", "properties": { "tier": "gold" } }), [("idempotency-key", "ada-4309")]);
    let made = agent.tries(Method::POST, "/v1/contacts", Some(asked.clone()), &key).await.unwrap().expecting(201);
    let again = agent.tries(Method::POST, "/v1/contacts", Some(asked), &key).await.unwrap().expecting(201);
    let other = agent.tries(Method::POST, "/v1/contacts", Some(json!({ "name": "Eve" })), &key).await.unwrap();
    assert_eq!((made.id(), other.code()), (again.id(), "idempotency_key_reused"));

    let path = format!("/v1/contacts/{}", made.id());
    let change = json!({ "phone": "(11) 98700-4309", "country": "BR", "properties": { "tier": null, "city": "Ulm" } });
    let seen = [("if-match", "\"v0\"")];
    let changed = agent.tries(Method::PATCH, &path, Some(change.clone()), &seen).await.unwrap().expecting(200);
    let late = agent.tries(Method::PATCH, &path, Some(change), &seen).await.unwrap();
    assert_eq!(changed.body["phone"], "+5511987004309");
    assert_eq!(changed.body["properties"], json!({ "city": "Ulm" }));
    assert_eq!((late.status, late.code()), (412, "version_mismatch"));

    let page = agent.get("/v1/contacts?limit=1").await.expecting(200).body;
    let next = page["next_cursor"].as_str().unwrap();
    let rest = agent.get(&format!("/v1/contacts?limit=100&cursor={next}")).await.expecting(200).body;
    let listed = [ids(page["data"].as_array().unwrap()), ids(rest["data"].as_array().unwrap())].concat();
    assert!(listed.contains(&made.id().to_owned()), "{listed:?}");
    assert!(listed.is_sorted_by(|a, b| a > b), "{listed:?}");
}

#[tokio::test]
async fn two_tenants_with_the_same_number_stay_apart() {
    let world = shared_world().await;
    let ada = world.customer("Ada");
    let number = format!("+{}", ada.number);
    let here = world.agent().adds_contact(json!({ "name": "Ada here", "phone": number })).await;

    let there = ada.writing_to(1, 0).writes("hello").await;

    assert_ne!(there.contact_id(), here);
    assert_eq!(ids(&world.agent().contacts_with_number(&number).await), std::slice::from_ref(&here));
    let others = world.agent_of(1).contacts_with_number(&number).await;
    assert_eq!(ids(&others), [there.contact_id()]);
    let foreign = world.agent_of(1).get(&format!("/v1/contacts/{here}")).await;
    assert_eq!((foreign.status, foreign.code()), (404, "not_found"));
}

#[tokio::test]
async fn first_messages_by_two_writings_of_one_number_at_once_make_one_contact_and_one_ticket() {
    let world = fresh_world().await;
    let agent = world.agent();
    let now = world.clock().now().await;
    let (with_9, without) = ("5531987004310", "553187004310");
    let webhooks = (0..6).map(|n| {
        let ada = world.customer_with_number("Ada", if n % 2 == 0 { with_9 } else { without });
        payload::messages(&ada, &[payload::text(&ada, now, &format!("line {n}"))])
    });
    let webhooks: Vec<Value> = webhooks.collect();

    join_all(webhooks.iter().map(|webhook| world.post_webhook(webhook))).await;
    // Who met too many conflicts comes again after the queue's visibility timeout.
    world.clock().advance("PT7M").await;

    let [contact] = &agent.contacts_with_number("+5531987004310").await[..] else { panic!("one contact") };
    let [thread] = &agent.open_threads_of(contact["id"].as_str().unwrap()).await[..] else { panic!("one thread") };
    let mut lines = agent.reads(thread).await;
    lines.sort();
    assert_eq!(lines, (0..6).map(|n| format!("line {n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_hides_their_number_is_a_contact_of_their_own_and_answered_by_their_id() {
    let world = shared_world().await;
    let eve = world.customer_without_number("Eve");

    let thread = eve.writes("guess who").await;
    world.agent().replies_to(&thread, "hello, whoever you are").await.expecting(202);
    world.settles().await;

    let contact = world.agent().contact(thread.contact_id()).await;
    assert_eq!((&contact["phone"], &contact["name"]), (&json!(null), &json!("Eve")));
    let [sent] = &world.graph_requests_to("Eve").await[..] else { panic!("one request") };
    assert_eq!((&sent.body["recipient"], &sent.body["to"]), (&json!(eve.address()), &Value::Null));
}

#[tokio::test]
async fn a_changed_number_keeps_the_person_and_leaves_a_note_in_the_thread() {
    let world = shared_world().await;
    let agent = world.agent();
    let (ada, moved) = (world.customer("Ada"), world.customer("Ada with her new number"));
    let thread = ada.writes("hello").await;
    let [old, new] = [&ada.number, &moved.number];

    ada.is_told_of(
        json!({ "type": "user_changed_number", "body": format!("Ada changed from {old} to {new}"), "wa_id": new }),
    )
    .await;
    moved.sends(json!({ "type": "text", "text": { "body": "it is me" } })).await;
    world.settles().await;
    agent.replies_to(&thread, "we know").await.expecting(202);
    world.settles().await;

    let messages = agent.messages(&thread).await;
    assert_eq!(kinds(&messages), ["text", "notice", "text", "text"]);
    assert_eq!(moved.phone().received().await, ["we know"]);
    let contact = agent.contact(thread.contact_id()).await;
    assert_eq!(contact["phone"], format!("+{new}"));
    assert_eq!(contact["former_identities"][0]["value"], old.as_str());
    // The number is given away anew: whoever has it now is somebody else.
    let later = world.clock().now().await + jiff::SignedDuration::from_secs(60);
    let stranger = ada.wrote("who was this?", later).await;
    assert_ne!(stranger.contact_id(), thread.contact_id());
}

#[tokio::test]
async fn a_number_that_was_given_up_leads_to_nobody_in_whichever_writing_it_is_kept() {
    let world = shared_world().await;
    let id = world.agent().adds_contact(json!({ "name": "Bia", "phone": "+55 (31) 98700-4311" })).await;
    let (bia, moved) = (world.customer_with_number("Bia", "553187004311"), world.customer("Bia with her new number"));
    assert_eq!(bia.writes("hello").await.contact_id(), id);

    bia.is_told_of(json!({ "type": "user_changed_number", "body": "Bia changed her number", "wa_id": moved.number }))
        .await;

    assert_eq!(world.agent().contact(&id).await["phone"], format!("+{}", moved.number));
    let later = world.clock().now().await + jiff::SignedDuration::from_secs(60);
    assert_ne!(bia.wrote("who was this?", later).await.contact_id(), id);
}

#[tokio::test]
async fn a_number_that_came_by_a_merge_and_was_given_up_leads_to_nobody() {
    let world = shared_world().await;
    let (ada, moved) = (world.customer("Ada"), world.customer("Ada with her new number"));
    let user_id = world.fresh_user_id();
    // The hidden one is older: it takes the number over.
    let thread = ada.hiding_as(&user_id).writes("hidden").await;
    ada.writes("by phone").await;
    ada.writes_showing(&user_id, "with both").await;
    assert_eq!(world.agent().contact(thread.contact_id()).await["phone"], format!("+{}", ada.number));

    ada.is_told_of(json!({ "type": "user_changed_number", "body": "Ada changed her number", "wa_id": moved.number }))
        .await;

    let later = world.clock().now().await + jiff::SignedDuration::from_secs(60);
    let stranger = ada.wrote("who was this?", later).await;
    assert_ne!(stranger.contact_id(), thread.contact_id());
}

#[tokio::test]
async fn a_message_that_comes_again_when_its_number_is_somebody_elses_joins_nobody() {
    let world = fresh_world().await;
    let (ada, moved) = (world.customer("Ada"), world.customer("Ada with her new number"));
    let user_id = world.fresh_user_id();
    ada.writes_showing(&user_id, "with both").await;
    let webhook = world.last_webhook().await;
    let thread = ada.thread().await;
    ada.is_told_of(json!({ "type": "user_changed_number", "body": "Ada changed her number", "wa_id": moved.number }))
        .await;
    world.clock().advance("PT10M").await;
    let stranger = ada.writes("who was this?").await;
    assert_ne!(stranger.contact_id(), thread.contact_id());

    let outcomes = world.outcomes_of(&webhook).await;

    assert_eq!(outcomes[0].outcome, "duplicate");
    assert_not_merged(&world, [stranger.contact_id(), thread.contact_id()]).await;
}

#[tokio::test]
async fn a_status_that_comes_again_when_its_number_is_somebody_elses_joins_nobody() {
    let world = fresh_world().await;
    let (ada, moved) = (world.customer("Ada"), world.customer("Ada with her new number"));
    let thread = ada.writes("hello").await;
    world.no_automatic_statuses().await;
    let reply = world.agent().replies_to(&thread, "to the phone").await.expecting(202);
    // Her phone has another number by the time the reply reaches it, and WhatsApp tells of that last.
    let changed_at = world.clock().now().await;
    let delivered_at = world.clock().advance("PT1M").await;
    let mut status = payload::status(&payload::wamid(), "delivered", delivered_at, &ada, Some(reply.id()));
    status["recipient_user_id"] = json!(world.fresh_user_id());
    let delivered = payload::statuses(&ada, &[status]);
    world.outcomes_of(&delivered).await;
    let mut changed = notice(changed_at, &json!({ "type": "user_changed_number", "wa_id": moved.number }));
    changed["from"] = json!(ada.number);
    world.outcomes_of(&payload::messages(&ada, &[changed])).await;
    world.clock().advance("PT10M").await;
    let stranger = ada.writes("who was this?").await;
    assert_ne!(stranger.contact_id(), thread.contact_id());

    let outcomes = world.outcomes_of(&delivered).await;

    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].became.as_str()), ("status_applied", reply.id()));
    assert_not_merged(&world, [stranger.contact_id(), thread.contact_id()]).await;
}

#[tokio::test]
async fn what_comes_late_of_a_number_that_is_somebody_elses_by_now_joins_nobody() {
    let world = fresh_world().await;
    let (ada, moved) = (world.customer("Ada"), world.customer("Ada with her new number"));
    let user_id = world.fresh_user_id();
    ada.writes_showing(&user_id, "with both").await;
    let thread = ada.thread().await;
    world.no_automatic_statuses().await;
    let reply = world.agent().replies_to(&thread, "to the phone").await.expecting(202);
    world.settles().await;
    let then = world.clock().now().await;
    let mut message = payload::text(&ada, then, "the last from this number");
    message["from_user_id"] = json!(user_id);
    let mut status = payload::status(&payload::wamid(), "delivered", then, &ada, Some(reply.id()));
    status["recipient_user_id"] = json!(user_id);
    world.clock().advance("PT1M").await;
    ada.is_told_of(json!({ "type": "user_changed_number", "body": "Ada changed her number", "wa_id": moved.number }))
        .await;
    world.clock().advance("PT10M").await;
    let stranger = ada.writes("who was this?").await;
    assert_ne!(stranger.contact_id(), thread.contact_id());

    let late = world.outcomes_of(&payload::messages(&ada, &[message])).await.remove(0);
    world.outcomes_of(&payload::statuses(&ada, &[status])).await;

    assert_eq!(late.outcome, "message");
    assert_eq!(world.agent().message(&thread, &late.became).await["text"], "the last from this number");
    assert_eq!(world.agent().reads(&stranger).await, ["who was this?"]);
    assert_not_merged(&world, [stranger.contact_id(), thread.contact_id()]).await;
}

#[tokio::test]
async fn a_changed_id_joins_what_was_written_under_both() {
    let world = shared_world().await;
    let agent = world.agent();
    let (old, new) = (world.fresh_user_id(), world.fresh_user_id());
    let (before, after) = (world.customer("Eve").hiding_as(&old), world.customer("Eve").hiding_as(&new));
    let first = before.writes("under the old id").await;
    let second = after.writes("under the new id").await;
    assert_ne!(first.contact_id(), second.contact_id());

    after.is_told_of(json!({ "type": "user_changed_user_id", "user_id": new, "previous_user_id": old })).await;

    let [thread] = &agent.open_threads_of(first.contact_id()).await[..] else { panic!("one open thread") };
    assert_eq!(kinds(&agent.messages(thread).await), ["text", "text", "notice"]);
    let merges = agent.get(&format!("/v1/contacts/{}/merges", first.contact_id())).await.body;
    assert_eq!(merges["data"][0]["reason"], "changed_identity");
}

#[tokio::test]
async fn a_changed_id_is_known_from_a_notice_that_is_from_nobody() {
    let world = shared_world().await;
    let agent = world.agent();
    let (old, new) = (world.fresh_user_id(), world.fresh_user_id());
    let eve = world.customer("Eve");
    let first = eve.hiding_as(&old).writes("under the old id").await;
    let second = eve.hiding_as(&new).writes("under the new id").await;
    assert_ne!(first.contact_id(), second.contact_id());
    let now = world.clock().now().await;
    let system = json!({ "type": "user_changed_user_id", "user_id": new, "previous_user_id": old });
    let mut webhook = payload::messages(&eve, &[notice(now, &system)]);
    webhook["entry"][0]["changes"][0]["value"].as_object_mut().unwrap().remove("contacts");

    assert_eq!(world.post_webhook(&webhook).await, 200);
    world.settles().await;

    let [thread] = &agent.open_threads_of(first.contact_id()).await[..] else { panic!("one open thread") };
    assert_eq!(kinds(&agent.messages(thread).await), ["text", "text", "notice"]);
    let merges = agent.get(&format!("/v1/contacts/{}/merges", first.contact_id())).await.expecting(200);
    assert_eq!(merges.data()[0]["reason"], "changed_identity");
}

#[tokio::test]
async fn a_number_that_a_notice_names_as_the_previous_and_the_present_one_is_learned_once() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let [old, new] = [world.fresh_user_id(), world.fresh_user_id()];
    let id = agent.adds_contact(json!({ "name": "Ada", "phone": format!("+{}", ada.number) })).await;
    let now = world.clock().now().await;
    let system = json!({ "type": "user_changed_user_id", "user_id": new, "previous_user_id": old });
    let mut changed = notice(now, &system);
    changed["from"] = json!(ada.number);
    // The contact stands there for another message of the webhook.
    let mut webhook = payload::messages(&ada, &[changed]);
    webhook["entry"][0]["changes"][0]["value"]["contacts"][0]["user_id"] = json!(new);

    let outcomes = world.outcomes_of(&webhook).await;

    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("event_recorded", "no_thread"));
    let contact = agent.contact(&id).await;
    let names: Vec<_> = contact["identities"].as_array().unwrap().iter().map(|identity| &identity["value"]).collect();
    assert_eq!(names, [&json!(ada.number), &json!(new)]);
}

#[tokio::test]
async fn a_notice_about_somebody_we_never_met_is_recorded_and_becomes_no_work() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let now = world.clock().now().await;
    let notice = json!({
        "from": ada.number, "id": payload::wamid(), "timestamp": now.as_second().to_string(), "type": "system",
        "system": { "type": "user_changed_number", "wa_id": "15550109999", "body": "changed" },
    });

    let outcomes = world.outcomes_of(&payload::messages(&ada, &[notice])).await;

    assert_eq!((outcomes[0].outcome.as_str(), outcomes[0].reason.as_str()), ("event_recorded", "no_thread"));
    assert!(world.agent().tickets().await.is_empty());
}

/// What WhatsApp tells of a customer, from nobody.
fn notice(at: Timestamp, system: &Value) -> Value {
    json!({ "id": payload::wamid(), "timestamp": at.as_second().to_string(), "type": "system", "system": system })
}

async fn assert_not_merged(world: &World, contacts: [&str; 2]) {
    for contact in contacts {
        let merges = world.agent().get(&format!("/v1/contacts/{contact}/merges")).await.expecting(200);
        assert!(merges.data().is_empty(), "{merges:?}");
    }
}

fn ids(contacts: &[Value]) -> Vec<String> {
    contacts.iter().filter_map(|contact| contact["id"].as_str()).map(str::to_owned).collect()
}

fn kinds(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["type"].as_str()).collect()
}
