//! What waits to be sent, per conversation and in order.

use domain::{ChannelId, ContactId, Message, MessageId, Session, TicketId};
use jiff::Timestamp;

use crate::deferred::{DeferredPlace, one};
use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, milliseconds, number, text};
use crate::messages::Whereabouts;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// What else becomes of a conversation when messages enter its outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    pub latest: Latest,
    pub deferred: Deferred,
    /// The messages count for this session, which was not counted before (F21).
    pub counted: Option<Session>,
}

/// Whether the messages' ticket is the conversation's latest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Latest {
    /// It is, or another stays so.
    #[default]
    Stays,
    /// From now on; until now it was `read`.
    Becomes { read: Option<TicketId> },
}

/// What waits for the customer's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deferred {
    #[default]
    Same,
    /// One more.
    Waits(DeferredPlace),
    /// Not this one any more.
    Over(DeferredPlace),
}

impl Tenancy {
    /// The first message of the conversation that is not done with.
    pub async fn next_in_outbox(
        &self,
        channel: ChannelId,
        contact: ContactId,
    ) -> Result<Option<Whereabouts>, StorageError> {
        self.next_in_outbox_behind(channel, contact, None).await
    }

    /// The first behind `last`, which may be done with by now; of all, where that is nothing.
    pub async fn next_in_outbox_behind(
        &self,
        channel: ChannelId,
        contact: ContactId,
        last: Option<Whereabouts>,
    ) -> Result<Option<Whereabouts>, StorageError> {
        let key = |last: Whereabouts| self.keys.outbox(channel, contact, last.position, last.message_id);
        let answer = self
            .query(self.keys.conversation(channel, contact).pk, "OUTBOX#")
            .set_exclusive_start_key(last.map(|last| key(last).attributes()))
            .limit(1)
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        answer.items.unwrap_or_default().into_iter().next().map(|found| item::read("outbox entry", found)).transpose()
    }

    /// The message, as it was read, is done with: whoever sends it again meanwhile keeps its place.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when it is not as it was read.
    pub async fn leave_outbox(&self, message: &Message) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        transaction.check(&self.keys.message(message.thread_id, message.position), message.version);
        transaction.leave_outbox(message);
        transaction.commit().await
    }

    /// There is no such message. Doing it twice is as doing it once.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when there is one: a transaction that is being made may show what it writes piece by piece
    /// (AWS, "Transaction isolation levels"), and the message came after its entry.
    pub async fn clear_outbox(
        &self,
        channel: ChannelId,
        contact: ContactId,
        place: &Whereabouts,
    ) -> Result<(), CommitError> {
        let mut transaction = self.transaction();
        transaction.check_absent(&self.keys.message(place.thread_id, place.position));
        transaction.delete(&self.keys.outbox(channel, contact, place.position, place.message_id));
        transaction.commit().await
    }
}

impl Transaction {
    /// Messages of one conversation wait to be sent, and the conversation has work: `due-work` looks at it at `look_at` if
    /// the job that goes with them is lost.
    pub fn enter_outbox(&mut self, messages: &[Message], look_at: Timestamp) {
        self.enter_outbox_and(messages, look_at, Beside::default());
    }

    /// The same, with what else becomes of the conversation.
    pub fn enter_outbox_and(&mut self, messages: &[Message], look_at: Timestamp, beside: Beside) {
        messages.iter().for_each(|message| self.write_outbox(message));
        let Some(first) = messages.first() else { return };
        let (shard, time) = directory::due(first.contact_id, look_at);
        let key = self.tenancy.keys.conversation(first.channel_id, first.contact_id);
        let more = number(messages.len() as u64);
        let mut values = vec![(":shard", text(shard)), (":time", text(time)), (":more", more)];
        let (mut set, mut rest) = ("due_pk = :shard, due_sk = :time".to_owned(), "accepted :more".to_owned());
        let latest = match beside.latest {
            Latest::Stays => None,
            Latest::Becomes { read } => {
                set.push_str(", ticket_id = :next");
                values.push((":next", text(first.thread_id.ticket())));
                values.extend(read.map(|read| (":read", text(read))));
                Some(read.map_or("attribute_not_exists(ticket_id)", |_| "ticket_id = :read"))
            }
        };
        match beside.deferred {
            Deferred::Same => {}
            Deferred::Waits(place) => {
                rest.push_str(", waits_for_answer :place");
                values.push((":place", one(place)));
            }
            Deferred::Over(place) => {
                rest.push_str(" DELETE waits_for_answer :place");
                values.push((":place", one(place)));
            }
        }
        let counted = beside.counted.map(|session| {
            set.push_str(", counted_until = :until");
            values.push((":until", milliseconds(session.expires_at())));
            values.push((":begun", milliseconds(session.started_at())));
            "(attribute_not_exists(counted_until) OR counted_until <= :begun)"
        });
        let conditions: Vec<&str> = latest.into_iter().chain(counted).collect();
        let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        self.update(&key, &format!("SET {set} ADD {rest}"), condition.as_deref(), values);
    }

    /// The message is done with.
    pub fn leave_outbox(&mut self, message: &Message) {
        let key = self.outbox_key(message, message.id);
        self.delete(&key);
    }

    fn write_outbox(&mut self, message: &Message) {
        let key = self.outbox_key(message, message.id);
        self.put_always(item::write(&key, "outbox entry", &Whereabouts::from(message)));
    }

    fn outbox_key(&self, message: &Message, id: MessageId) -> crate::key::Key {
        self.tenancy.keys.outbox(message.channel_id, message.contact_id, message.position, id)
    }
}
