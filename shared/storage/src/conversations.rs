//! Conversations: one contact on one channel. Each knows its latest ticket, and whether something waits to be sent.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ChannelId, ContactId, TicketId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::deferred::{DeferredPlace, nudge};
use crate::directory;
use crate::error::StorageError;
use crate::item::{milliseconds, number, text};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// What is known of a conversation; all of it empty for one that never was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// The ticket that the customer's next message goes to, or follows.
    #[serde(default)]
    pub ticket_id: Option<TicketId>,
    /// Counts the messages that were ever put into the outbox: whoever finds it empty may only say so while this stands.
    #[serde(default)]
    pub accepted: u64,
    /// Contacts that were merged into this one: what they still had to be sent on this channel goes first.
    #[serde(default)]
    pub waits_for: BTreeSet<ContactId>,
    /// The replies that may wait for the customer's next message (F18). `deferred` is a word that DynamoDB reserves.
    #[serde(default, rename = "waits_for_answer")]
    pub deferred: BTreeSet<DeferredPlace>,
    /// When the session that was last counted, as those begun before November 2024 are, once, was to end by then (F21).
    #[serde(default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub counted_until: Option<Timestamp>,
    /// When `due-work` is to look at it.
    #[serde(default, rename = "due_sk", deserialize_with = "directory::read_time_key")]
    pub due_at: Option<Timestamp>,
}

impl Tenancy {
    /// The conversation of a contact on a channel.
    pub async fn conversation(&self, channel: ChannelId, contact: ContactId) -> Result<Conversation, StorageError> {
        let found = self.table.get("conversation", self.keys.conversation(channel, contact)).await?;
        Ok(found.unwrap_or_default())
    }

    /// `due-work` is to look at the conversation at `at`.
    pub async fn mark_due(&self, channel: ChannelId, contact: ContactId, at: Timestamp) -> Result<(), StorageError> {
        let (shard, time) = directory::due(contact, at);
        self.table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.conversation(channel, contact).attributes()))
            .update_expression("SET due_pk = :shard, due_sk = :time")
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":time", text(time))
            .send()
            .await
            .map(|_| ())
            .map_err(StorageError::unavailable("UpdateItem"))
    }

    /// Nothing waits to be sent any more. Says `false`, and changes nothing, if a message was put into the outbox since
    /// `read`.
    pub async fn clear_due(
        &self,
        channel: ChannelId,
        contact: ContactId,
        read: &Conversation,
    ) -> Result<bool, StorageError> {
        if *read == Conversation::default() {
            // It never was; taking a mark away would make one.
            return Ok(true);
        }
        let answer = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.conversation(channel, contact).attributes()))
            .update_expression("REMOVE due_pk, due_sk")
            // Into some, nothing was ever put.
            .condition_expression("(attribute_not_exists(accepted) OR accepted = :read)")
            .expression_attribute_values(":read", number(read.accepted))
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
}

impl Transaction {
    /// The conversation's latest ticket is now `next`; it must still be `read`. If something may have waited for that, its
    /// sender is to look at it, at this time if nobody tells it earlier.
    pub fn advance_conversation(
        &mut self,
        channel: ChannelId,
        contact: ContactId,
        read: Option<TicketId>,
        next: TicketId,
        look_at: Option<Timestamp>,
    ) {
        let key = self.tenancy.keys.conversation(channel, contact);
        let mut values = vec![(":next", text(next))];
        let mut change = "SET ticket_id = :next".to_owned();
        if let Some(look_at) = look_at {
            let (marks, more) = nudge(contact, look_at);
            change = format!("{change}, {marks} ADD accepted :nudge");
            values.extend(more);
        }
        let condition = match read {
            None => "attribute_not_exists(ticket_id)",
            Some(read) => {
                values.push((":read", text(read)));
                "ticket_id = :read"
            }
        };
        self.update(&key, &change, Some(condition), values);
    }

    /// Another contact's conversation becomes part of this one: its latest ticket, which must still be `read`, is now
    /// `next`, what waits to be sent to `merged` goes first, what waits for the `other`'s customer waits here, too, and the
    /// session that was counted there is counted here. If something may have waited for an answer that the other has, the sender
    /// is to look at it at this time.
    pub fn join_conversation(
        &mut self,
        channel: ChannelId,
        contact: ContactId,
        (read, next): (Option<TicketId>, TicketId),
        merged: &BTreeSet<ContactId>,
        other: &Conversation,
        look_at: Option<Timestamp>,
    ) {
        let key = self.tenancy.keys.conversation(channel, contact);
        let mut change = "SET ticket_id = :next".to_owned();
        let mut values = vec![(":next", text(next)), (":merged", ids(merged))];
        let mut added = "waits_for :merged".to_owned();
        if let Some(look_at) = look_at {
            let (marks, more) = nudge(contact, look_at);
            change = format!("{change}, {marks}");
            added.push_str(", accepted :nudge");
            values.extend(more);
        }
        if let Some(until) = other.counted_until {
            change.push_str(", counted_until = :until");
            values.push((":until", milliseconds(until)));
        }
        if !other.deferred.is_empty() {
            added.push_str(", waits_for_answer :deferred");
            let places = other.deferred.iter().map(ToString::to_string).collect();
            values.push((":deferred", AttributeValue::Ss(places)));
        }
        change = format!("{change} ADD {added}");
        let condition = match read {
            None => "attribute_not_exists(ticket_id)",
            Some(read) => {
                values.push((":read", text(read)));
                "ticket_id = :read"
            }
        };
        self.update(&key, &change, Some(condition), values);
    }

    /// The opposite: its latest ticket, which must still be `read`, is now `next`.
    pub fn part_conversation(
        &mut self,
        channel: ChannelId,
        contact: ContactId,
        read: TicketId,
        next: Option<TicketId>,
        merged: &BTreeSet<ContactId>,
    ) {
        let key = self.tenancy.keys.conversation(channel, contact);
        let values = [(":read", text(read)), (":merged", ids(merged))];
        match next {
            None => {
                self.update(&key, "REMOVE ticket_id DELETE waits_for :merged", Some("ticket_id = :read"), values);
            }
            Some(next) => {
                let values = values.into_iter().chain([(":next", text(next))]);
                let change = "SET ticket_id = :next DELETE waits_for :merged";
                self.update(&key, change, Some("ticket_id = :read"), values);
            }
        }
    }
}

fn ids(contacts: &BTreeSet<ContactId>) -> AttributeValue {
    AttributeValue::Ss(contacts.iter().map(ToString::to_string).collect())
}
