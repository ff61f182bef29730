//! Conversations, told by people who repeat what was not taken, and by a clock that moves on.

use acceptance::{Customer, Thread, World, eventually, files};
use serde_json::{Value, json};

use super::seen::Seen;
use crate::media::file;

/// Longer than the longest visibility timeout, and than any wait of `due-work`'s for a few minutes old work.
const LATER: &str = "PT31M";
/// So often may time pass before something is given up.
const ROUNDS: usize = 4;

/// A customer writes, an agent answers twice, the customer writes again; and time passes.
pub(super) async fn talk(world: &World, name: &str) -> Seen {
    let customer = world.customer(name);
    customer.tries_to_write("hello", world.clock().now().await).await;
    let Some(thread) = thread_in_time(world, &customer).await else { return Seen::default() };
    for (number, text) in ["good morning", "how can I help?"].into_iter().enumerate() {
        replies(world, &thread, number, json!({ "text": text })).await;
    }
    world.settles().await;
    customer.tries_to_write("thank you", world.clock().now().await).await;
    settled(world, &customer, 4).await
}

/// A customer sends a picture, an agent answers with a document and a picture.
pub(super) async fn show_files(world: &World, name: &str) -> Seen {
    let customer = world.customer(name);
    customer.tries_to_send(file("image", "image/jpeg", &files::jpeg(8, 8, &note(name)))).await;
    let Some(thread) = thread_in_time(world, &customer).await else { return Seen::default() };
    let document = uploads(world, "a.pdf", "application/pdf", files::pdf(&note(name))).await;
    let picture = uploads(world, "a.png", "image/png", files::png(8, 8, &note(name))).await;
    let attachments = json!([{ "upload_id": document }, { "upload_id": picture }]);
    replies(world, &thread, 0, json!({ "text": "have a look", "attachments": attachments })).await;
    settled(world, &customer, 3).await
}

/// Meta wants everybody to wait: for the customer's file, for the replies; and loses an answer.
pub(super) async fn have_patience(world: &World, name: &str) -> Seen {
    let customer = world.customer(name);
    let unavailable = json!({ "status": 500, "body": "" });
    world.meta_misbehaves(json!({ "match": { "path": "/attachments" }, "then": unavailable })).await;
    customer.tries_to_send(file("image", "image/jpeg", &files::jpeg(8, 8, &note(name)))).await;
    let Some(thread) = thread_in_time(world, &customer).await else { return Seen::default() };
    world.fault(name, 1, json!({ "status": 400, "code": 131_056 })).await;
    replies(world, &thread, 0, json!({ "text": "good morning" })).await;
    world.settles().await;
    world.fault(name, 1, json!("drop_after")).await;
    replies(world, &thread, 1, json!({ "text": "how can I help?" })).await;
    settled(world, &customer, 3).await
}

/// Files differ in their bytes and not in their size.
fn note(name: &str) -> String {
    format!("{name:_<40}")
}

/// What failed comes again in its own time: SQS's visibility, Meta's redelivery, due-work.
async fn thread_in_time(world: &World, customer: &Customer) -> Option<Thread> {
    for _ in 0..ROUNDS {
        world.settles().await;
        if let Some(thread) = recent_threads(world, customer).await.into_iter().next() {
            return Some(thread);
        }
        world.clock().advance(LATER).await;
    }
    None
}

/// The customer's open threads: those that were written in last are listed first.
async fn recent_threads(world: &World, customer: &Customer) -> Vec<Thread> {
    let agent = world.agent();
    let tickets = agent.gets_in_the_end("/v1/tickets?limit=5").await.body;
    let mut threads = Vec::new();
    for ticket in tickets["data"].as_array().into_iter().flatten() {
        let contact = ticket["contact_id"].as_str().unwrap_or_default();
        let contact = agent.gets_in_the_end(&format!("/v1/contacts/{contact}")).await.text;
        if contact.contains(customer.address()) {
            let id = ticket["thread_id"].as_str().unwrap_or_default().to_owned();
            threads.push(Thread { id, ticket: ticket.clone() });
        }
    }
    threads
}

async fn replies(world: &World, thread: &Thread, number: usize, message: Value) {
    let (agent, key) = (world.agent(), format!("{}-{number}", thread.id));
    eventually("an accepted reply", async || {
        let answer = agent.sends_with_key(thread, message.clone(), &key).await.ok()?;
        (answer.status == 202).then_some(())
    })
    .await;
}

/// An upload's id, however often it has to be announced.
async fn uploads(world: &World, filename: &str, mime_type: &str, bytes: Vec<u8>) -> String {
    let agent = world.agent();
    let invitation = eventually("an announced file", async || {
        Some(agent.announces(filename, mime_type, bytes.len()).await).filter(|answer| answer.status == 201)
    })
    .await;
    assert_eq!(agent.puts(&invitation.body, bytes).await, 200);
    invitation.id().to_owned()
}

/// Waits, in the stack's time, until the customer's threads hold so many messages and each has come to its end; and what
/// there is to see then.
async fn settled(world: &World, customer: &Customer, count: usize) -> Seen {
    world.settles().await;
    for round in 0..ROUNDS {
        let threads = recent_threads(world, customer).await;
        let mut messages = Vec::new();
        for thread in &threads {
            messages.extend(world.agent().messages(thread).await);
        }
        if messages.len() == count && messages.iter().all(|message| is_over(message, round)) {
            break;
        }
        world.clock().advance(LATER).await;
    }
    Seen::of(world, customer, &recent_threads(world, customer).await).await
}

/// What nobody knows the fate of by now, nobody will.
fn is_over(message: &Value, round: usize) -> bool {
    let pending = message["attachments"].as_array().into_iter().flatten().any(|file| file["status"] == "pending");
    match message["status"].as_str().unwrap_or_default() {
        "received" | "read" => !pending,
        "unconfirmed" => round > 0,
        _ => false,
    }
}
