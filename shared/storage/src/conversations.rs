//! Conversations: one contact on one channel. Each knows its latest ticket, and whether something waits to be sent.

use domain::{ChannelId, ContactId, TicketId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::directory;
use crate::error::StorageError;
use crate::item::{number, text};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// What is known of a conversation; all of it empty for one that never was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// The ticket that the customer's next message goes to, or follows.
    #[serde(default)]
    pub ticket_id: Option<TicketId>,
    /// Counts the messages that were ever put into the outbox: whoever finds it empty may only say so while this stands.
    #[serde(default)]
    pub accepted: u64,
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
        let answer = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.conversation(channel, contact).attributes()))
            .update_expression("REMOVE due_pk, due_sk")
            .condition_expression("accepted = :read")
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
    /// The conversation's latest ticket is now `next`; it must still be `read`.
    pub fn advance_conversation(
        &mut self,
        channel: ChannelId,
        contact: ContactId,
        read: Option<TicketId>,
        next: TicketId,
    ) {
        let key = self.tenancy.keys.conversation(channel, contact);
        let next = (":next", text(next));
        match read {
            None => {
                self.update(&key, "SET ticket_id = :next", Some("attribute_not_exists(ticket_id)"), [next]);
            }
            Some(read) => {
                let values = [next, (":read", text(read))];
                self.update(&key, "SET ticket_id = :next", Some("ticket_id = :read"), values);
            }
        }
    }
}
