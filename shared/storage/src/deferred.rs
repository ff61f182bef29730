//! Replies that wait for a customer's answer, in their threads; and in a conversation, which of them may wait there.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ChannelId, ContactId, DeferredReply, MessageId, ThreadId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, number, text};
use crate::key::Keys;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// How long one is kept that waits no more.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many a list shows.
const LISTED: i32 = 100;

/// Where a deferred reply is. Those that were written earlier come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DeferredPlace {
    pub message_id: MessageId,
    pub thread_id: ThreadId,
}

/// Why a text is not a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the place of a deferred reply")]
pub struct InvalidPlace;

impl From<&DeferredReply> for DeferredPlace {
    fn from(reply: &DeferredReply) -> Self {
        Self { message_id: reply.message_id, thread_id: reply.thread_id }
    }
}

impl fmt::Display for DeferredPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.message_id, self.thread_id)
    }
}

impl FromStr for DeferredPlace {
    type Err = InvalidPlace;

    fn from_str(text: &str) -> Result<Self, InvalidPlace> {
        let (message, thread) = text.split_once('#').ok_or(InvalidPlace)?;
        let message_id = message.parse().map_err(|_| InvalidPlace)?;
        Ok(Self { message_id, thread_id: thread.parse().map_err(|_| InvalidPlace)? })
    }
}

impl From<DeferredPlace> for String {
    fn from(place: DeferredPlace) -> Self {
        place.to_string()
    }
}

impl TryFrom<String> for DeferredPlace {
    type Error = InvalidPlace;

    fn try_from(text: String) -> Result<Self, InvalidPlace> {
        text.parse()
    }
}

impl Tenancy {
    /// The deferred reply at a place, whether it waits still or not.
    pub async fn deferred_reply(&self, place: DeferredPlace) -> Result<Option<DeferredReply>, StorageError> {
        self.table.get("deferred reply", self.keys.deferred(place.thread_id, place.message_id)).await
    }

    /// The latest of a thread, the newest first.
    pub async fn deferred_replies(&self, thread: ThreadId) -> Result<Vec<DeferredReply>, StorageError> {
        let partition = self.keys.message(thread, domain::Position::default()).pk;
        let query = self.query(partition, Keys::DEFERRED).scan_index_forward(false).limit(LISTED);
        let answer = query.send().await.map_err(StorageError::unavailable("Query"))?;
        answer.items.unwrap_or_default().into_iter().map(|found| item::read("deferred reply", found)).collect()
    }

    /// Replaces the deferred reply that was read.
    pub async fn save_deferred_reply(&self, reply: &mut DeferredReply) -> Result<(), CommitError> {
        let read = reply.version;
        reply.version += 1;
        self.table.replace(write(self.keys, reply)?, read).await
    }

    /// There is none at this place, and the conversation need not look there any more.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when there is one: it came after its place, in a transaction that was being made.
    pub async fn forget_missing_deferred(
        &self,
        channel: ChannelId,
        contact: ContactId,
        place: DeferredPlace,
    ) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        transaction.check_absent(&self.keys.deferred(place.thread_id, place.message_id));
        let key = self.keys.conversation(channel, contact);
        transaction.update(&key, "DELETE waits_for_answer :place", None, [(":place", one(place))]);
        transaction.commit().await
    }

    /// It waits no more, and the conversation need not look at it. Doing it twice is as doing it once.
    pub async fn forget_deferred(
        &self,
        channel: ChannelId,
        contact: ContactId,
        place: DeferredPlace,
    ) -> Result<(), StorageError> {
        self.table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.conversation(channel, contact).attributes()))
            .update_expression("DELETE waits_for_answer :place")
            .expression_attribute_values(":place", one(place))
            .send()
            .await
            .map(|_| ())
            .map_err(StorageError::unavailable("UpdateItem"))
    }
}

impl Transaction {
    /// A new one; its conversation learns of it with the message that it belongs to.
    pub fn create_deferred_reply(&mut self, reply: &DeferredReply) {
        let item = write(self.tenancy.keys, reply);
        self.create(item);
    }

    /// One that must still be as it was read.
    pub fn save_deferred_reply(&mut self, reply: &mut DeferredReply) {
        let read = reply.version;
        reply.version += 1;
        let item = write(self.tenancy.keys, reply);
        self.replace(item, read);
    }

    /// The customer has written, and something may have waited for that: the sender is to look at the conversation, at
    /// `look_at` if nobody tells it earlier. Whoever is about to say that nothing is left there looks again.
    pub fn nudge_conversation(&mut self, channel: ChannelId, contact: ContactId, look_at: Timestamp) {
        let (change, values) = nudge(contact, look_at);
        let key = self.tenancy.keys.conversation(channel, contact);
        self.update(&key, &format!("SET {change} ADD accepted :nudge"), None, values);
    }
}

/// The marks of a nudge, after `SET`; `accepted` is counted up besides.
pub(crate) fn nudge(contact: ContactId, look_at: Timestamp) -> (&'static str, [(&'static str, AttributeValue); 3]) {
    let (shard, time) = directory::due(contact, look_at);
    ("due_pk = :shard, due_sk = :time", [(":shard", text(shard)), (":time", text(time)), (":nudge", number(1))])
}

pub(crate) fn one(place: DeferredPlace) -> AttributeValue {
    AttributeValue::Ss(vec![place.to_string()])
}

fn write(keys: Keys, reply: &DeferredReply) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.deferred(reply.thread_id, reply.message_id), "deferred reply", reply)?;
    item::expire(&mut item, reply.expires_at() + KEPT);
    Ok(item)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        let place = DeferredPlace { message_id: Uuid::from_u128(1).into(), thread_id: Uuid::from_u128(2).into() };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", "#", "msg_1#thr_2", "thr_00000000000000000000000000000002"] {
            assert_eq!(text.parse::<DeferredPlace>(), Err(InvalidPlace), "{text}");
        }
    }
}
