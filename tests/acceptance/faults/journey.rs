//! Conversations, told by people who repeat what was not taken, and by a clock that moves on.

use acceptance::{Agent, Answer, Customer, Thread, World, eventually, files};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::seen::Seen;
use super::{administration, campaign};
use crate::media::{file, follow, link_of};

/// Longer than the longest visibility timeout, and than any wait of `due-work`'s for a few minutes old work.
pub(super) const LATER: &str = "PT31M";
/// So often may time pass before something is given up.
pub(super) const ROUNDS: usize = 4;

/// What people do together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Journey {
    /// A conversation.
    Talk,
    /// Files in both directions.
    ShowFiles,
    /// What Meta puts off.
    HavePatience,
    /// A number with its templates, from its connection to its end.
    Administer,
    /// What Meta tells of numbers, templates and people.
    HearNews,
    /// A template to several, and the month after.
    SendToMany,
}

impl Journey {
    /// Everything that happens in it to somebody of that name, and what there is to see in the end.
    pub(super) async fn goes(self, world: &World, name: &str) -> Seen {
        match self {
            Self::Talk => talk(world, name).await,
            Self::ShowFiles => show_files(world, name).await,
            Self::HavePatience => have_patience(world, name).await,
            Self::Administer => administration::administer(world).await,
            Self::HearNews => administration::hear_news(world, name).await,
            Self::SendToMany => campaign::send_to_many(world, name).await,
        }
    }
}

/// A customer writes, an agent answers twice, the customer writes again; and time passes.
async fn talk(world: &World, name: &str) -> Seen {
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
async fn show_files(world: &World, name: &str) -> Seen {
    let customer = world.customer(name);
    let [photo, document, picture] =
        [files::jpeg(8, 8, &note(name)), files::pdf(&note(name)), files::png(8, 8, &note(name))];
    customer.tries_to_send(file("image", "image/jpeg", &photo)).await;
    let Some(thread) = thread_in_time(world, &customer).await else { return Seen::default() };
    let uploaded = [
        uploads(world, "a.pdf", "application/pdf", document.clone()).await,
        uploads(world, "a.png", "image/png", picture.clone()).await,
    ];
    let attachments = json!(uploaded.map(|id| json!({ "upload_id": id })));
    replies(world, &thread, 0, json!({ "text": "have a look", "attachments": attachments })).await;
    let seen = settled(world, &customer, 3).await;
    with_files(seen, world, &customer, &[photo, document, picture]).await
}

/// Meta wants everybody to wait: for the customer's file, for the replies; and loses an answer.
async fn have_patience(world: &World, name: &str) -> Seen {
    let customer = world.customer(name);
    let unavailable = json!({ "status": 500, "body": "" });
    world.meta_misbehaves(json!({ "match": { "path": "/attachments" }, "then": unavailable })).await;
    let photo = files::jpeg(8, 8, &note(name));
    customer.tries_to_send(file("image", "image/jpeg", &photo)).await;
    let Some(thread) = thread_in_time(world, &customer).await else { return Seen::default() };
    world.fault(name, 1, json!({ "status": 400, "code": 131_056 })).await;
    replies(world, &thread, 0, json!({ "text": "good morning" })).await;
    world.settles().await;
    world.fault(name, 1, json!("drop_after")).await;
    replies(world, &thread, 1, json!({ "text": "how can I help?" })).await;
    let seen = settled(world, &customer, 3).await;
    with_files(seen, world, &customer, &[photo]).await
}

/// Besides, whether every file that anybody got, agents by its link and the customer on the phone, is one of these.
async fn with_files(mut seen: Seen, world: &World, customer: &Customer, own: &[Vec<u8>]) -> Seen {
    let own: Vec<String> = own.iter().map(|bytes| hex::encode(Sha256::digest(bytes))).collect();
    let mut got = Vec::new();
    for thread in threads_in_the_end(world, customer).await {
        for message in world.agent().messages(&thread).await {
            if message["attachments"][0]["status"] == "stored" {
                let link = world.agent().gets_in_the_end(&link_of(&message)).await.body;
                let served = follow(world, link["url"].as_str().unwrap_or_default()).await;
                got.push(hex::encode(Sha256::digest(served.bytes)));
            }
        }
    }
    let linked = got.len();
    let shown = customer.phone().got().await;
    got.extend(shown.iter().filter_map(|message| message["file"]["sha256"].as_str()).map(str::to_owned));
    let strange = got.iter().filter(|digest| !own.contains(digest)).count();
    seen.besides.push(format!("{linked} files by their links, {strange} strange ones"));
    seen
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

/// The customer's threads when all is over. A list may lag behind, as any index may; whoever looks again sees them.
async fn threads_in_the_end(world: &World, customer: &Customer) -> Vec<Thread> {
    let mut threads = recent_threads(world, customer).await;
    if threads.is_empty() {
        threads = recent_threads(world, customer).await;
    }
    threads
}

/// The customer's open threads: those that were written in last are listed first.
pub(super) async fn recent_threads(world: &World, customer: &Customer) -> Vec<Thread> {
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

/// What is asked for, repeated under the same key until it is done.
pub(super) async fn asks(agent: &Agent, method: Method, path: &str, body: Option<Value>) -> Answer {
    let key = uuid::Uuid::new_v4().to_string();
    eventually(path, async || {
        let asked = agent.tries(method.clone(), path, body.clone(), &[("idempotency-key", &key)]).await;
        asked.ok().filter(|answer| (200..300).contains(&answer.status))
    })
    .await
}

/// Waits, in the stack's time, until something is so.
pub(super) async fn in_time(world: &World, is_so: impl AsyncFn() -> bool) {
    world.settles().await;
    for _ in 0..ROUNDS {
        if is_so().await {
            return;
        }
        world.clock().advance(LATER).await;
    }
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
    Seen::of(world, customer, &threads_in_the_end(world, customer).await).await
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
