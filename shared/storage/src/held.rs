//! What waits for a number that cannot ask Meta for anything: no due mark tempts it to try, and one new token wakes it all.

use domain::{Channel, ChannelId, ContactId, Position, ThreadId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::conversations::Conversation;
use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, number, text};
use crate::key::Key;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Who waits for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Held {
    /// A conversation with messages to send.
    Conversation { contact_id: ContactId },
    /// A message whose file is still with Meta.
    File { thread_id: ThreadId, position: Position },
}

/// What the keys of each begin with.
const CONVERSATIONS: &str = "HELD#CONVERSATION#";
const FILES: &str = "HELD#FILE#";

impl Tenancy {
    /// A conversation, in which nothing was accepted since it was `read`, waits for the channel as it was read; at `look_at`
    /// `due-work` looks at it all the same.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the channel is not as it was read, since it may be able to send now, or a message was
    /// accepted that may have to be looked at sooner.
    pub async fn hold_conversation(
        &self,
        channel: &Channel,
        contact: ContactId,
        read: &Conversation,
        look_at: Timestamp,
    ) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        transaction.hold(channel, Held::Conversation { contact_id: contact });
        let key = self.keys.conversation(channel.id, contact);
        let (shard, time) = directory::due(contact, look_at);
        let values = [(":shard", text(shard)), (":time", text(time)), (":read", number(read.accepted))];
        let condition = Some("(attribute_not_exists(accepted) OR accepted = :read)");
        transaction.update(&key, "SET due_pk = :shard, due_sk = :time", condition, values);
        transaction.commit().await
    }

    /// A message's file waits for the channel as it was read, until `until` at the latest.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the channel is not as it was read, or the file is not waited for any more.
    pub async fn hold_file(
        &self,
        channel: &Channel,
        thread_id: ThreadId,
        position: Position,
        until: Timestamp,
    ) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        transaction.hold(channel, Held::File { thread_id, position });
        let (key, until) = (self.keys.message(thread_id, position), directory::time_key(until));
        let condition = Some("attribute_exists(due_sk)");
        transaction.update(&key, "SET due_sk = :until", condition, [(":until", text(until))]);
        transaction.commit().await
    }

    /// Some of those who wait for a channel, at most `limit`.
    pub async fn held(&self, channel: ChannelId, limit: i32) -> Result<Vec<Held>, StorageError> {
        self.held_of(channel, "HELD#", limit).await
    }

    /// Some of the files that wait for a channel, at most `limit`.
    pub async fn held_files(&self, channel: ChannelId, limit: i32) -> Result<Vec<Held>, StorageError> {
        self.held_of(channel, FILES, limit).await
    }

    async fn held_of(&self, channel: ChannelId, which: &str, limit: i32) -> Result<Vec<Held>, StorageError> {
        let answer = self
            .query(self.keys.held(channel), which)
            .limit(limit)
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        answer.items.unwrap_or_default().into_iter().map(|found| item::read("held", found)).collect()
    }

    /// The conversation that waits for a channel behind that with `last`, and if none does, the first.
    pub async fn next_held(&self, channel: ChannelId, last: Option<ContactId>) -> Result<Option<Held>, StorageError> {
        if let Some(contact_id) = last {
            let start = self.held_key(channel, &Held::Conversation { contact_id }).attributes();
            let query = self.query(self.keys.held(channel), CONVERSATIONS).set_exclusive_start_key(Some(start));
            let answer = query.limit(1).send().await.map_err(StorageError::unavailable("Query"))?;
            if let Some(found) = answer.items.unwrap_or_default().into_iter().next() {
                return item::read("held", found).map(Some);
            }
        }
        Ok(self.held_of(channel, CONVERSATIONS, 1).await?.into_iter().next())
    }

    /// Somebody waits no longer: `due-work` looks at it from `now` on. Doing it twice is as doing it once.
    ///
    /// One write: a hold that was made anew meanwhile would go without its mark.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when somebody writes the same at this moment; it waits still.
    pub async fn release(&self, channel: ChannelId, held: &Held, now: Timestamp) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        transaction.delete(&self.held_key(channel, held));
        match *held {
            Held::Conversation { contact_id } => {
                let (shard, time) = directory::due(contact_id, now);
                let values = [(":shard", text(shard)), (":time", text(time))];
                let key = self.keys.conversation(channel, contact_id);
                transaction.update(&key, "SET due_pk = :shard, due_sk = :time", None, values);
            }
            Held::File { thread_id, position } => {
                let key = self.keys.message(thread_id, position);
                let values = [(":now", text(directory::time_key(now)))];
                transaction.update(&key, "SET due_sk = :now", Some("attribute_exists(due_sk)"), values);
            }
        }
        match (transaction.commit().await, *held) {
            // A file that is not waited for any more is held no longer.
            (Err(CommitError::Conflict), Held::File { thread_id, position })
                if !self.look_for_file(thread_id, position, now).await? =>
            {
                Ok(self.table.delete(self.held_key(channel, held)).await?)
            }
            (committed, _) => committed,
        }
    }

    fn held_key(&self, channel: ChannelId, held: &Held) -> Key {
        let sk = match held {
            Held::Conversation { contact_id } => format!("{CONVERSATIONS}{contact_id}"),
            Held::File { thread_id, position } => format!("{FILES}{thread_id}#{position}"),
        };
        Key { pk: self.keys.held(channel), sk }
    }
}

impl Transaction {
    fn hold(&mut self, channel: &Channel, held: Held) {
        self.check(&self.tenancy.keys.channel(channel.id), channel.version);
        let key = self.tenancy.held_key(channel.id, &held);
        self.put_always(item::write(&key, "held", &held));
    }
}
