//! The conversations that a tenant began in the last 24 hours, against Meta's limit (F24).
//!
//! One number says how many are open: a beginning adds 1 if that stays within the limit. Each has an item by its time; who
//! finds no room first takes those out that are over. So nobody who begins has to read what others do, and the number is
//! never less than what was begun in the window. It takes no more items than the limit was.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ContactId, MessageId};
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

/// How long it is remembered that a conversation was begun with somebody: longer than the window.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);
/// So many are taken out at once: with the number they are one transaction, of at most 100 writes.
const AT_ONCE: i32 = 90;

/// A beginning that counts against Meta's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    pub contact_id: ContactId,
    /// When one was last begun with this contact, as it was read.
    pub last: Option<Timestamp>,
    /// How many may be open.
    pub limit: u32,
}

impl Tenancy {
    /// When a conversation was last begun with a contact.
    pub async fn last_begun_with(&self, contact: ContactId) -> Result<Option<Timestamp>, StorageError> {
        let found: Option<Start> = self.table.get("beginning", self.keys.started(contact)).await?;
        Ok(found.map(|start| start.at))
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
    /// A conversation is begun by this message, if so many may be open.
    pub fn begin_conversation(&mut self, begun: &Beginning, message: MessageId, at: Timestamp) {
        let keys = self.tenancy.keys;
        let start = Start { contact_id: begun.contact_id, at };
        // Without a number nothing is open; a limit of 0 lets nothing begin.
        let condition = if begun.limit == 0 {
            "attribute_exists(open_starts) AND open_starts < :limit"
        } else {
            "attribute_not_exists(open_starts) OR open_starts < :limit"
        };
        let values = [(":none", number(0)), (":one", number(1)), (":limit", number(begun.limit.into()))];
        self.counted(Limit::Starts, |transaction| {
            let change = "SET open_starts = if_not_exists(open_starts, :none) + :one";
            transaction.update(&keys.open_starts(), change, Some(condition), values);
        });
        let place = format!("{}#{}", time_key(at), uuid::Uuid::from(message).simple());
        self.create(item::write(&keys.start(&place), "beginning", &start));
        let marker = item::write(&keys.started(begun.contact_id), "beginning", &start).map(|mut item| {
            item::expire(&mut item, at + REMEMBERED);
            item
        });
        match begun.last {
            None => self.create(marker),
            Some(last) => self.put_if(marker, "#at = :last", ("#at", "at"), (":last", text(last.to_string()))),
        }
    }
}
