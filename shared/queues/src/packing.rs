//! Items into jobs: as few as fit, nothing lost, the order within a conversation kept.

mod weigh;

use std::collections::HashMap;

use domain::WebhookId;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::jobs::{self, EventItem, EventsJob, InboundItem, InboundJob, StatusItem, StatusesJob};
use crate::queue::{Entry, Fifo};
use weigh::{Caps, pack};

/// The largest body that goes into a queue. SQS takes 1 MiB (1,048,576 bytes) in all; the rest is margin for what SQS counts besides.
pub const BODY_CAP: usize = 1_000_000;

/// A conversation's job: at most so many messages as a function stores well within its time.
const INBOUND: Caps = Caps { items: 100, bytes: BODY_CAP };

/// Statuses and events are small, and a job of many is cheap; but one that fails comes again whole.
const PACKED: Caps = Caps { items: 200, bytes: 200_000 };

/// The POST that items came in.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
}

/// A message with the conversation it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Addressed {
    pub waba_id: String,
    pub phone_number_id: String,
    /// Meta's first name for the sender.
    pub customer: String,
    pub item: InboundItem,
}

/// A job ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packed {
    Fits(Entry),
    /// Larger than SQS takes: put the body into the bucket, then send [`Spill::entry`].
    Oversized(Spill),
}

/// A job that goes by way of the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spill {
    /// Where the body belongs. Made from the body, so that storing it twice is storing it once.
    pub key: String,
    pub body: Vec<u8>,
    /// The job that names the key.
    pub entry: Entry,
}

/// Jobs for the inbound queue: one group per conversation, and within it the order of `messages`.
pub fn inbound(origin: Origin, messages: Vec<Addressed>) -> Vec<Packed> {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut conversations: Vec<Conversation> = Vec::new();
    for Addressed { waba_id, phone_number_id, customer, item } in messages {
        let next = conversations.len();
        let place = *places.entry((phone_number_id.clone(), customer.clone())).or_insert(next);
        if place == next {
            let group = conversation_group(&phone_number_id, &customer);
            conversations.push(Conversation { waba_id, phone_number_id, group, items: Vec::new() });
        }
        conversations[place].items.push(item);
    }
    conversations.into_iter().flat_map(|conversation| conversation.jobs(origin)).collect()
}

/// Jobs for the statuses queue.
pub fn statuses(origin: Origin, items: Vec<StatusItem>) -> Vec<Packed> {
    let Origin { webhook_id, received_at } = origin;
    let jobs = pack(items, PACKED).into_iter().map(|items| StatusesJob { webhook_id, received_at, items });
    jobs.map(|job| packed(&job, None)).collect()
}

/// Jobs for the account-events queue.
pub fn events(origin: Origin, items: Vec<EventItem>) -> Vec<Packed> {
    let Origin { webhook_id, received_at } = origin;
    let jobs = pack(items, PACKED).into_iter().map(|items| EventsJob { webhook_id, received_at, items });
    jobs.map(|job| packed(&job, None)).collect()
}

/// The FIFO group of a conversation: a hash, as a group's name shows in consoles and logs and a number must not.
pub fn conversation_group(phone_number_id: &str, customer: &str) -> String {
    digest([phone_number_id.as_bytes(), customer.as_bytes()])
}

struct Conversation {
    waba_id: String,
    phone_number_id: String,
    group: String,
    items: Vec<InboundItem>,
}

impl Conversation {
    fn jobs(self, origin: Origin) -> Vec<Packed> {
        let Self { waba_id, phone_number_id, group, items } = self;
        let job = |items: Vec<InboundItem>| {
            let dedup_id = dedup_id(origin.webhook_id, &group, &items);
            let job = InboundJob {
                webhook_id: origin.webhook_id,
                received_at: origin.received_at,
                waba_id: waba_id.clone(),
                phone_number_id: phone_number_id.clone(),
                items,
            };
            packed(&job, Some(Fifo { group: group.clone(), dedup_id }))
        };
        pack(items, INBOUND).into_iter().map(job).collect()
    }
}

/// Only a repeated call for the same POST has the same id. That Meta sends a message again is for the table to notice:
/// it does so for ever and not for five minutes, and every item of every POST gets its outcome.
fn dedup_id(webhook_id: WebhookId, group: &str, items: &[InboundItem]) -> String {
    let webhook_id = webhook_id.to_string();
    let addresses = items.iter().map(|item| item.at.as_bytes());
    digest([webhook_id.as_bytes(), group.as_bytes()].into_iter().chain(addresses))
}

fn packed<J: Serialize>(job: &J, fifo: Option<Fifo>) -> Packed {
    let body = jobs::encode(job);
    if body.len() <= BODY_CAP {
        return Packed::Fits(Entry { fifo, ..Entry::standard(body) });
    }
    let key = format!("spill/{}", digest([body.as_bytes()]));
    let entry = Entry { fifo, ..Entry::standard(jobs::encode_spilled(&key)) };
    Packed::Oversized(Spill { key, body: body.into_bytes(), entry })
}

/// SHA-256 in hexadecimal over parts that cannot be mistaken for others of the same concatenation.
fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests;
