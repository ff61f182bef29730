//! Messages, in their threads and by their ids.

mod joined;

use std::fmt;
use std::str::FromStr;

use domain::{Attachment, Delivery, Message, MessageId, Position, ThreadId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Listed, Order, Page};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    pub message_id: MessageId,
    pub thread_id: ThreadId,
    pub position: Position,
}

impl From<&Message> for Whereabouts {
    fn from(message: &Message) -> Self {
        Self { message_id: message.id, thread_id: message.thread_id, position: message.position }
    }
}

/// The message after which a thread's list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageCursor {
    position: Position,
    /// The thread it is in, where the list goes on for others, too: two threads may use the same position.
    thread: Option<ThreadId>,
}

impl MessageCursor {
    const KIND: &str = "m1";
}

impl fmt::Display for MessageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thread = self.thread.map(|thread| format!("#{thread}")).unwrap_or_default();
        f.write_str(&page::encode(Self::KIND, &format!("{}{thread}", self.position)))
    }
}

impl FromStr for MessageCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let place = page::decode(Self::KIND, text)?;
        let (position, thread) = match place.split_once('#') {
            Some((position, thread)) => (position, Some(thread.parse().map_err(|_| InvalidCursor)?)),
            None => (place.as_str(), None),
        };
        Ok(Self { position: position.parse().map_err(|_| InvalidCursor)?, thread })
    }
}

/// What the sort keys of a thread's messages begin with.
const MESSAGE: &str = "MESSAGE#";

impl Tenancy {
    /// Where the message is that has this id, or that Meta's id leads to ([`MessageId::of_wamid`]).
    pub async fn whereabouts(&self, id: MessageId) -> Result<Option<Whereabouts>, StorageError> {
        self.table.get("whereabouts", self.keys.whereabouts(id)).await
    }

    /// The message with this id.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>, StorageError> {
        match self.whereabouts(id).await? {
            Some(place) => self.message_at(&place).await,
            None => Ok(None),
        }
    }

    /// The message at a known place.
    pub async fn message_at(&self, place: &Whereabouts) -> Result<Option<Message>, StorageError> {
        self.message_in(place.thread_id, place.position).await
    }

    /// The message at a place in a thread.
    pub async fn message_in(&self, thread: ThreadId, position: Position) -> Result<Option<Message>, StorageError> {
        self.table.get("message", self.keys.message(thread, position)).await
    }

    /// Replaces the message that was read.
    pub async fn save_message(&self, message: &mut Message) -> Result<(), CommitError> {
        let read = message.version;
        message.version += 1;
        self.table.replace(write(self.keys, message)?, read).await
    }

    /// `due-work` is to look at `at` at a message whose file is still with Meta. If it is no more, nothing changes, and the
    /// answer is `false`.
    pub async fn look_for_file(
        &self,
        thread: ThreadId,
        position: Position,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let answer = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.message(thread, position).attributes()))
            .update_expression("SET due_sk = :time")
            .condition_expression("attribute_exists(due_sk)")
            .expression_attribute_values(":time", text(directory::time_key(at)))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(StorageError::unavailable("UpdateItem")(error)),
        }
    }

    /// A thread's messages in their order.
    pub async fn messages(
        &self,
        thread: ThreadId,
        order: Order,
        limit: u16,
        after: Option<&MessageCursor>,
    ) -> Result<Page<Message, MessageCursor>, StorageError> {
        let start = after.map(|after| self.keys.message(thread, after.position).attributes());
        let query = self
            .query(self.keys.message(thread, Position::default()).pk, MESSAGE)
            .scan_index_forward(order == Order::OldestFirst);
        let read = |found| item::read("message", found);
        Page::of(query, limit, start, read, |last: &Message| MessageCursor { position: last.position, thread: None })
            .await
    }

    /// The latest messages of a thread, the last one first, those that cannot be read among them.
    pub async fn latest_messages(
        &self,
        thread: ThreadId,
        limit: u16,
    ) -> Result<Vec<Listed<Position, Message>>, StorageError> {
        let query = self.query(self.keys.message(thread, Position::default()).pk, MESSAGE).scan_index_forward(false);
        let answer = query.limit(limit.into()).send().await.map_err(StorageError::unavailable("Query"))?;
        answer.items.unwrap_or_default().into_iter().map(listed).collect()
    }
}

impl Transaction {
    /// A new message in its thread, to be found by its id. For an inbound message this is what makes it one: its id is
    /// made from Meta's.
    pub fn create_message(&mut self, message: &Message) {
        let keys = self.tenancy.keys;
        let place = Whereabouts::from(message);
        self.create(item::write(&keys.whereabouts(message.id), "whereabouts", &place));
        self.create(write(keys, message));
    }

    /// A message that must still be as it was read.
    pub fn save_message(&mut self, message: &mut Message) {
        let read = message.version;
        message.version += 1;
        let item = write(self.tenancy.keys, message);
        self.replace(item, read);
    }

    /// Our message is also found by Meta's id, for its statuses and for the customer's quotes.
    pub fn add_alias(&mut self, alias: MessageId, message: &Message) {
        let key = self.tenancy.keys.whereabouts(alias);
        self.put_always(item::write(&key, "whereabouts", &Whereabouts::from(message)));
    }
}

/// How long after it was sent `due-work` first looks for a message's file: longer than fetching one may take, so that
/// nobody looks for what is on its way.
pub const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(6);

fn listed(found: Attributes) -> Result<Listed<Position, Message>, StorageError> {
    let place = found.get("sk").and_then(|key| key.as_s().ok()?.strip_prefix(MESSAGE)?.parse().ok());
    let place = place.ok_or(InvalidCursor).map_err(StorageError::unreadable("message's place"))?;
    Ok(Listed { place, read: item::read("message", found) })
}

/// A message's item. While its file is with Meta, or it is to be sent again by itself, it has a place in the due index, by this
/// alone: it cannot be stored without its mark, nor keep the mark when it has no use.
fn write(keys: Keys, message: &Message) -> Result<Attributes, StorageError> {
    let key = keys.message(message.thread_id, message.position);
    let mut item = item::write(&key, "message", message)?;
    let first_look = message.sent_at.saturating_add(FIRST_LOOK).unwrap_or(Timestamp::MAX);
    let file = message.content.attachment().and_then(Attachment::pending).map(|_| first_look);
    if let Some(at) = message.delivery().and_then(Delivery::resends_at).or(file) {
        let (shard, time) = directory::due(message.id, at);
        item.insert("due_pk".to_owned(), text(shard));
        item.insert("due_sk".to_owned(), text(time));
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::TicketCursor;

    #[test]
    fn a_cursor_is_read_back_as_it_was_given_and_no_other_list_takes_it() {
        let position = "000001764000.0000000001".parse().expect("a position");
        for thread in [None, Some(ThreadId::from(uuid::Uuid::from_u128(7)))] {
            let text = MessageCursor { position, thread }.to_string();
            assert_eq!(text.parse(), Ok(MessageCursor { position, thread }));
            assert_eq!(text.parse::<TicketCursor>(), Err(InvalidCursor));
        }
        for text in ["", "m1.", "m2.abc", "m1.!!", "000001764000.0000000001"] {
            assert_eq!(text.parse::<MessageCursor>(), Err(InvalidCursor), "{text:?}");
        }
    }
}
