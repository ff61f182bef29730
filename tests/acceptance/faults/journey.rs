//! A conversation, and what everybody sees of it.

use acceptance::{Customer, Thread, World, eventually};
use serde_json::Value;

/// What the people of a journey see in the end, without ids and times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Each of the customer's threads: direction, words and status of its messages.
    threads: Vec<Vec<(String, String, String)>>,
    /// On the customer's phone, each in its order. A reply that comes late stands below what was written meanwhile.
    wrote: Vec<String>,
    received: Vec<String>,
    unread: Vec<i64>,
}

impl Seen {
    /// How many messages of ours nobody knows the fate of.
    pub(super) fn unconfirmed(&self) -> usize {
        self.threads.iter().flatten().filter(|(.., status)| status == "unconfirmed").count()
    }

    /// The same, but for what is unconfirmed and may have arrived or not.
    pub(super) fn is_as(&self, expected: &Self) -> bool {
        if self.unconfirmed() == 0 {
            return self == expected;
        }
        let unsure: Vec<&String> = self
            .threads
            .iter()
            .flatten()
            .filter(|(.., status)| status == "unconfirmed")
            .map(|(_, text, _)| text)
            .collect();
        let known = |received: &[String]| -> Vec<String> {
            received.iter().filter(|text| !unsure.contains(text)).cloned().collect()
        };
        let texts = |seen: &Self| -> Vec<Vec<String>> {
            seen.threads.iter().map(|thread| thread.iter().map(|(_, text, _)| text.clone()).collect()).collect()
        };
        let once = unsure.iter().all(|text| self.received.iter().filter(|shown| shown == text).count() <= 1);
        let same = texts(self) == texts(expected) && self.wrote == expected.wrote;
        once && same && known(&self.received) == known(&expected.received)
    }
}

/// A customer writes, an agent answers twice, the customer writes again; and time passes.
pub(super) async fn converse(world: &World, name: &str) -> Seen {
    let customer = world.customer(name);
    customer.tries_to_write("hello", world.clock().now().await).await;
    let thread = thread_in_time(world, &customer).await;
    for (number, text) in ["good morning", "how can I help?"].into_iter().enumerate() {
        replies_until_accepted(world, &thread, number, text).await;
    }
    world.settles().await;
    customer.tries_to_write("thank you", world.clock().now().await).await;
    let seen = settled(world, &customer, 4).await;
    seen_by(world, &customer, seen).await
}

/// What failed comes again in its own time: SQS's visibility, Meta's redelivery, due-work.
async fn thread_in_time(world: &World, customer: &Customer) -> Thread {
    for _ in 0..12 {
        world.settles().await;
        if let Some(thread) = customer.threads().await.into_iter().next() {
            return thread;
        }
        world.clock().advance("PT7M").await;
    }
    panic!("{} has no thread after more than an hour", customer.name)
}

async fn replies_until_accepted(world: &World, thread: &Thread, number: usize, text: &str) {
    let (agent, key) = (world.agent(), format!("{}-{number}", thread.id));
    eventually("an accepted reply", async || {
        let answer = agent.replies_with_key(thread, text, &key).await.ok()?;
        (answer.status == 202).then_some(())
    })
    .await;
}

/// Waits, in the stack's time, until the thread holds so many messages and each has come to its end.
async fn settled(world: &World, customer: &Customer, count: usize) -> Vec<Thread> {
    for _ in 0..12 {
        world.settles().await;
        let threads = customer.threads().await;
        let mut messages = Vec::new();
        for thread in &threads {
            messages.extend(world.agent().messages(thread).await);
        }
        let over = |message: &Value| ["received", "read"].contains(&message["status"].as_str().unwrap_or_default());
        if messages.len() == count && messages.iter().all(over) {
            return threads;
        }
        world.clock().advance("PT7M").await;
    }
    customer.threads().await
}

async fn seen_by(world: &World, customer: &Customer, threads: Vec<Thread>) -> Seen {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let (wrote, received) = (customer.phone().wrote().await, customer.phone().received().await);
    let mut seen = Seen { threads: Vec::new(), wrote, received, unread: Vec::new() };
    for thread in threads {
        let messages = world.agent().messages(&thread).await;
        let row = |message: &Value| (text(message, "direction"), text(message, "text"), text(message, "status"));
        seen.threads.push(messages.iter().map(row).collect());
        seen.unread.push(thread.ticket["unread_count"].as_i64().unwrap_or(-1));
    }
    seen
}
