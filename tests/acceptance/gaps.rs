//! Once a day, what should have happened and has not is found and listed.

use std::fs;

use acceptance::World;
use acceptance::files;
use serde_json::{Value, json};

use crate::fresh_world;
use crate::media::file;

/// What an admin of the first tenant is shown.
async fn gaps(world: &World) -> Vec<Value> {
    world.caller(0, "admin").get("/v1/gaps").await.expecting(200).data().to_vec()
}

async fn a_day_passes(world: &World) {
    for _ in 0..2 {
        world.clock().advance("PT12H30M").await;
    }
}

/// The only gap, without its times.
async fn the_gap(world: &World) -> Value {
    let [mut gap] = <[Value; 1]>::try_from(gaps(world).await).unwrap_or_else(|all| panic!("{all:#?}"));
    for time in ["since", "found_at"] {
        assert!(gap[time].take().is_string());
    }
    gap
}

/// The kinds of gaps that due-work has counted.
fn counted(world: &World) -> Vec<&'static str> {
    let kinds = ["MessagesWithoutOutcome", "FilesNotFetched", "StatusesNotApplied", "ThreadsWithoutTicket"];
    kinds.into_iter().filter(|kind| sum(world, kind) > 0).collect()
}

/// How many of a kind due-work has counted, in all its runs.
fn sum(world: &World, kind: &str) -> u64 {
    let log = fs::read_to_string(world.data().join("logs/due-work.log")).unwrap();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line[kind].as_u64()).sum()
}

#[tokio::test]
async fn where_all_went_well_there_are_none() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    a_day_passes(&world).await;
    assert!(gaps(&world).await.is_empty() && counted(&world).is_empty());
    assert_eq!(world.agent().get("/v1/gaps").await.code(), "role_required");
}

#[tokio::test]
async fn a_message_without_outcome_is_found_and_goes_when_it_is_decided() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_before")).await;
    let reply = world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    a_day_passes(&world).await;

    let expected = json!({
        "kind": "message_without_outcome", "message_id": reply.id(), "thread_id": thread.id, "since": null, "found_at": null,
    });
    assert_eq!(the_gap(&world).await, expected);
    assert_eq!(counted(&world), ["MessagesWithoutOutcome"]);

    world.agent().post(&format!("/v1/messages/{}/discard", reply.id()), json!({})).await.expecting(200);
    for _ in 0..3 {
        a_day_passes(&world).await;
    }
    assert!(gaps(&world).await.is_empty());
}

#[tokio::test]
async fn a_message_without_outcome_is_found_in_a_thread_that_another_goes_on_for() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let agent = world.agent();
    let (ada, user_id) = (world.customer("Ada"), world.fresh_user_id());
    let by_id = ada.hiding_as(&user_id).writes("hidden").await;
    let by_phone = ada.writes("by phone").await;
    world.fault("Ada", 1, json!("drop_before")).await;
    let reply = agent.replies_to(&by_phone, "did you get this?").await.expecting(202);
    world.settles().await;
    assert_eq!(agent.status_of(&by_phone, reply.id()).await, "unconfirmed");
    ada.writes_showing(&user_id, "with both").await;
    assert_eq!(agent.ticket(&by_phone).await["merged_into"], by_id.ticket_id());
    a_day_passes(&world).await;

    let gap = the_gap(&world).await;
    assert_eq!((&gap["kind"], &gap["message_id"]), (&json!("message_without_outcome"), &json!(reply.id())));
    assert_eq!(counted(&world), ["MessagesWithoutOutcome"]);
}

/// A reply to Ada of which nobody knows whether she got it.
async fn unconfirmed_reply(world: &World) -> String {
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_before")).await;
    let reply = world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    world.settles().await;
    reply.id().to_owned()
}

/// The sort key of a thread's first message.
async fn key_of_a_message(world: &World, thread: &str) -> String {
    let table: Value = serde_json::from_str(&world.table().await).unwrap();
    let theirs = table["Items"].as_array().unwrap().iter().filter(|item| item["pk"]["S"] == thread);
    let key = theirs.filter_map(|item| item["sk"]["S"].as_str()).find(|key| key.starts_with("MESSAGE#"));
    key.unwrap_or_else(|| panic!("a message in {thread}")).to_owned()
}

#[tokio::test]
async fn a_ticket_or_a_message_that_cannot_be_read_hides_no_other() {
    let world = fresh_world().await;
    let tenant = world.tenant(0).id;
    let reply = unconfirmed_reply(&world).await;
    let [ben, eve] = [world.customer("Ben").writes("hello").await, world.customer("Eve").writes("hello").await];
    world.garbles_the_item(&format!("T#{tenant}#TICKET#{}", ben.ticket_id()), "TICKET", "status").await;
    let thread = format!("T#{tenant}#THREAD#{}", eve.id);
    world.garbles_the_item(&thread, &key_of_a_message(&world, &thread).await, "content").await;
    a_day_passes(&world).await;

    assert_eq!(the_gap(&world).await["message_id"], reply);
    assert_eq!(counted(&world), ["MessagesWithoutOutcome"]);
}

#[tokio::test]
async fn a_message_whose_mark_was_lost_is_found() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 4, json!({ "status": 400, "code": 131_056 })).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    world.passes_until_asked(4, "Ada").await;
    // The fourth time it waits for 64 seconds: time enough to lose what would wake it.
    world.loses_the_jobs_of("knocks").await;
    let channel = world.tenant(0).channel(0).id;
    let tenant = world.tenant(0).id;
    world
        .loses_the_mark_of(&format!("T#{tenant}#CONVERSATION#{channel}#{}", thread.contact_id()), "CONVERSATION")
        .await;
    a_day_passes(&world).await;

    assert_eq!(the_gap(&world).await["message_id"], reply.id());
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "queued");
}

#[tokio::test]
async fn a_file_that_is_not_fetched_is_found() {
    let world = fresh_world().await;
    world
        .meta_misbehaves(
            json!({ "match": { "path": "/attachments" }, "times": 9_999, "then": { "status": 500, "body": "" } }),
        )
        .await;
    let ada = world.customer("Ada");
    ada.sends(file("image", "image/jpeg", &files::jpeg(16, 16, "a picture"))).await;
    a_day_passes(&world).await;
    a_day_passes(&world).await;

    let gap = the_gap(&world).await;
    assert_eq!((&gap["kind"], &gap["thread_id"]), (&json!("file_not_fetched"), &json!(ada.thread().await.id)));
    assert_eq!(counted(&world), ["FilesNotFetched"]);
}

#[tokio::test]
async fn a_status_that_nobody_sent_a_message_for_is_found() {
    let world = fresh_world().await;
    let channel = world.tenant(0).channel(0);
    let [delivered, read] = ["delivered", "read"].map(|status| {
        json!({ "id": "wamid.of-another-application", "status": status, "timestamp": "1795000000", "recipient_id": "15550100001" })
    });
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": channel.waba_id, "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "15550100", "phone_number_id": channel.phone_number_id },
            "statuses": [delivered, read],
        } }] }],
    });
    assert_eq!(world.post_webhook(&body).await, 200);
    world.settles().await;
    assert!(gaps(&world).await.is_empty());
    a_day_passes(&world).await;

    let gap = the_gap(&world).await;
    assert_eq!((&gap["kind"], &gap["thread_id"]), (&json!("status_not_applied"), &Value::Null));
    assert_eq!(counted(&world), ["StatusesNotApplied"]);
    assert_eq!(sum(&world, "StatusesNotApplied"), 1);
}

#[tokio::test]
async fn a_thread_whose_ticket_is_gone_is_found() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let tenant = world.tenant(0).id;
    world.loses_the_item(&format!("T#{tenant}#TICKET#{}", thread.ticket_id()), "TICKET").await;
    a_day_passes(&world).await;

    let gap = the_gap(&world).await;
    assert_eq!((&gap["kind"], &gap["thread_id"]), (&json!("thread_without_ticket"), &json!(thread.id)));
    assert_eq!(counted(&world), ["ThreadsWithoutTicket"]);
}

#[tokio::test]
async fn a_contact_that_cannot_be_read_hides_no_other() {
    let world = fresh_world().await;
    let tenant = world.tenant(0).id;
    let (lost, eve) = (world.customer("Ada").writes("hello").await, world.customer("Eve").writes("hello").await);
    world.loses_the_item(&format!("T#{tenant}#TICKET#{}", lost.ticket_id()), "TICKET").await;
    world.garbles_the_item(&format!("T#{tenant}#CONTACT#{}", eve.contact_id()), "CONTACT", "identities").await;
    a_day_passes(&world).await;

    assert_eq!(the_gap(&world).await["thread_id"], json!(lost.id));
    assert_eq!(counted(&world), ["ThreadsWithoutTicket"]);
}

#[tokio::test]
async fn a_number_that_cannot_be_read_hides_no_message() {
    let world = fresh_world().await;
    let reply = unconfirmed_reply(&world).await;
    let channels = world.tenant(0).channels;
    let last = format!("CHANNEL#{}", channels.last().unwrap().id);
    world.garbles_the_item(&format!("T#{}", world.tenant(0).id), &last, "connected_at").await;
    a_day_passes(&world).await;

    assert_eq!(the_gap(&world).await["message_id"], reply);
    assert_eq!(counted(&world), ["MessagesWithoutOutcome"]);
}

#[tokio::test]
async fn a_tenant_whose_own_mark_is_lost_is_looked_through_again_when_its_month_ends() {
    let world = fresh_world().await;
    world.loses_the_item(&format!("T#{}", world.tenant(0).id), "GAPCHECK").await;
    world.clock().advance("P31D").await;
    a_day_passes(&world).await;

    world.customer("Ada").writes("hello").await;
    let thread = world.customer("Ada").thread().await;
    let tenant = world.tenant(0).id;
    world.loses_the_item(&format!("T#{tenant}#TICKET#{}", thread.ticket_id()), "TICKET").await;
    a_day_passes(&world).await;

    assert_eq!(the_gap(&world).await["thread_id"], json!(thread.id));
}
