//! The conversations that a tenant began in the last 24 hours, against Meta's limit (F24).
//!
//! One number says how many are open: a beginning adds 1 if that stays within the limit. Each has an item by its time; who
//! finds no room first takes those out that are over. So nobody who begins has to read what others do, and the number is
//! never less than what was begun in the window. It takes no more items than the limit was, but for what arrives after all.
//!
//! Meta counts people: whoever was written to in the window counts once, however many messages follow. The latest beginning
//! of each contact says how many messages hold it. When the last of them turns out not to have been sent, the place is
//! free again; and it is taken again, whatever the limit, when Meta says of one that it arrived after all.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ContactId, Message, MessageId, Portfolio};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::time_key;
use crate::error::{CommitError, StorageError};
use crate::item::{self, number, text};
use crate::table::Tenancy;
use crate::transaction::{Limit, Transaction};

/// A conversation that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Start {
    contact_id: ContactId,
    at: Timestamp,
}

/// The latest conversation that was begun with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub at: Timestamp,
    /// The message that began it.
    pub begun_by: MessageId,
    /// How many messages of ours were or may have been sent in it.
    pub holders: u64,
}

/// How long it is remembered that a conversation was begun with somebody: longer than the window.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);
/// So many are taken out at once: with the number they are one transaction, of at most 100 writes.
const AT_ONCE: i32 = 90;

/// What messages are against Meta's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// They begin a conversation. `last` is the latest that was begun with this contact, as it was read; `limit` how many may
    /// be open.
    New { last: Option<Begun>, limit: u32 },
    /// They go on with this one, which counts already.
    Holds(Begun),
}

/// A place that is to be given back, or taken again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    begun: Begun,
    /// Whether it still counts.
    is_open: bool,
}

impl Tenancy {
    /// The conversation that was last begun with a contact.
    pub async fn last_begun_with(&self, contact: ContactId) -> Result<Option<Begun>, StorageError> {
        self.table.get("beginning", self.keys.started(contact)).await
    }

    /// The place that a message of the conversation which `first` began holds; nothing if another was begun since.
    pub async fn place_held(&self, contact: ContactId, first: MessageId) -> Result<Option<Place>, StorageError> {
        let begun = self.last_begun_with(contact).await?;
        let Some(begun) = begun.filter(|begun| begun.begun_by == first && begun.holders > 0) else { return Ok(None) };
        let is_open = self.table.get_item(self.keys.start(&place(begun.at, first))).await?.is_some();
        Ok(Some(Place { begun, is_open }))
    }

    /// The place that a message left which arrived at `at` after all; nothing if another was begun with the contact since, or
    /// it is over.
    pub async fn place_left(
        &self,
        contact: ContactId,
        first: MessageId,
        at: Timestamp,
    ) -> Result<Option<Place>, StorageError> {
        let begun = self.last_begun_with(contact).await?;
        let counts = |begun: &Begun| begun.begun_by == first && at < begun.at + Portfolio::WINDOW;
        let Some(begun) = begun.filter(counts) else { return Ok(None) };
        let is_open = self.table.get_item(self.keys.start(&place(begun.at, first))).await?.is_some();
        Ok(Some(Place { begun, is_open }))
    }

    /// When the oldest of the conversations that count was begun.
    pub async fn oldest_start(&self) -> Result<Option<Timestamp>, StorageError> {
        let answer = self.starts().limit(1).send().await.map_err(StorageError::unavailable("Query"))?;
        let found = answer.items.unwrap_or_default().into_iter().next();
        Ok(found.map(|found| item::read::<Start>("beginning", found)).transpose()?.map(|start| start.at))
    }

    /// Takes some of those out that were begun at `until` or before. Says whether there were any, whoever took them out.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn end_starts(&self, until: Timestamp) -> Result<bool, StorageError> {
        let answer = self.starts().limit(AT_ONCE).send().await.map_err(StorageError::unavailable("Query"))?;
        // `~` stands behind whatever follows the time.
        let last = self.keys.start(&format!("{}~", time_key(until))).sk;
        let place = |item: &item::Attributes| item.get("sk").and_then(|sk: &AttributeValue| sk.as_s().ok()).cloned();
        let over: Vec<String> = answer.items().iter().filter_map(place).take_while(|place| *place <= last).collect();
        if over.is_empty() {
            return Ok(false);
        }
        let mut transaction = self.transaction();
        for place in over.iter().filter_map(|place| place.strip_prefix("START#")) {
            transaction.delete_existing(&self.keys.start(place));
        }
        let less = [(":less", number(over.len() as u64))];
        transaction.update(&self.keys.open_starts(), "SET open_starts = open_starts - :less", None, less);
        match transaction.commit().await {
            // Somebody else takes the same out at this moment.
            Ok(()) | Err(CommitError::Conflict) => Ok(true),
            Err(CommitError::Storage(error)) => Err(error),
        }
    }

    fn starts(&self) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        self.query(self.keys.start("").pk, "START#")
    }
}

impl Transaction {
    /// These messages to a contact, of which the first may begin a conversation if so many may be open, hold a place.
    pub fn hold_place(
        &mut self,
        contact_id: ContactId,
        beginning: &Beginning,
        messages: &mut [Message],
        at: Timestamp,
    ) {
        let Some(first) = messages.first().map(|message| message.id) else { return };
        let holders = messages.len() as u64;
        let begun = match *beginning {
            Beginning::New { last, limit } => {
                let begun = Begun { at, begun_by: first, holders };
                self.begin_conversation(contact_id, begun, last, limit);
                begun
            }
            Beginning::Holds(begun) => {
                let values = [(":more", number(holders)), (":none", number(0)), (":first", text(begun.begun_by))];
                let condition = Some("begun_by = :first AND holders > :none");
                self.update(&self.tenancy.keys.started(contact_id), "SET holders = holders + :more", condition, values);
                begun
            }
        };
        messages
            .iter_mut()
            .filter_map(Message::delivery_mut)
            .for_each(|delivery| delivery.hold_place_of(begun.begun_by));
    }

    fn begin_conversation(&mut self, contact_id: ContactId, begun: Begun, last: Option<Begun>, limit: u32) {
        let keys = self.tenancy.keys;
        // Without a number nothing is open; a limit of 0 lets nothing begin.
        let condition = if limit == 0 {
            "attribute_exists(open_starts) AND open_starts < :limit"
        } else {
            "attribute_not_exists(open_starts) OR open_starts < :limit"
        };
        let values = [(":none", number(0)), (":one", number(1)), (":limit", number(limit.into()))];
        self.counted(Limit::Starts, |transaction| {
            let change = "SET open_starts = if_not_exists(open_starts, :none) + :one";
            transaction.update(&keys.open_starts(), change, Some(condition), values);
        });
        self.enter_start(contact_id, begun);
        let marker = item::write(&keys.started(contact_id), "beginning", &begun).map(|mut item| {
            item::expire(&mut item, begun.at + REMEMBERED);
            item
        });
        match last {
            None => self.create(marker),
            Some(last) => self.put_if(marker, "#first = :last", ("#first", "begun_by"), (":last", text(last.begun_by))),
        }
    }

    /// A message that held this place was not sent; the last one frees it.
    pub fn leave_place(&mut self, contact_id: ContactId, Place { begun, is_open }: Place) {
        let keys = self.tenancy.keys;
        self.change_holders(contact_id, begun, "SET holders = holders - :one");
        if begun.holders == 1 && is_open {
            self.delete_existing(&keys.start(&place(begun.at, begun.begun_by)));
            self.update(&keys.open_starts(), "SET open_starts = open_starts - :one", None, [(":one", number(1))]);
        }
    }

    /// A message that had left this place arrived after all: it counts with Meta, whatever was begun meanwhile.
    pub fn return_to_place(&mut self, contact_id: ContactId, Place { begun, is_open }: Place) {
        self.change_holders(contact_id, begun, "SET holders = holders + :one");
        if !is_open {
            self.enter_start(contact_id, begun);
            let values = [(":none", number(0)), (":one", number(1))];
            let change = "SET open_starts = if_not_exists(open_starts, :none) + :one";
            self.update(&self.tenancy.keys.open_starts(), change, None, values);
        }
    }

    fn change_holders(&mut self, contact_id: ContactId, begun: Begun, change: &str) {
        let values = [(":first", text(begun.begun_by)), (":read", number(begun.holders)), (":one", number(1))];
        let condition = Some("begun_by = :first AND holders = :read");
        self.update(&self.tenancy.keys.started(contact_id), change, condition, values);
    }

    fn enter_start(&mut self, contact_id: ContactId, begun: Begun) {
        let (keys, start) = (self.tenancy.keys, Start { contact_id, at: begun.at });
        self.create(item::write(&keys.start(&place(begun.at, begun.begun_by)), "beginning", &start));
    }
}

/// Where a beginning stands among the others.
fn place(at: Timestamp, first: MessageId) -> String {
    format!("{}#{}", time_key(at), uuid::Uuid::from(first).simple())
}
