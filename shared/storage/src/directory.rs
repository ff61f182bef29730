//! What is found without knowing the tenant: where a webhook belongs, what is due, what came for a number that nobody
//! connected, and why work failed ([`crate::failures`]).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{CampaignId, Channel, ChannelId, ContactId, MessageId, Position, TenantId, ThreadId, TicketId};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::StorageError;
use crate::events::{self, Event};
use crate::item::{self, Attributes, text};
use crate::key::due::{
    read_campaign, read_channel, read_conversation, read_gap_check, read_message, read_parked, read_ticket,
};
use crate::key::{Key, Keys};
use crate::table::{Table, Tenancy};
use crate::transaction::Transaction;

/// Where the webhooks of a number belong.
#[derive(Clone, Debug)]
pub struct Route {
    pub tenancy: Tenancy,
    pub channel: Channel,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    tenant_id: TenantId,
    channel: Channel,
}

#[derive(Deserialize)]
struct Owner {
    tenant_id: TenantId,
    /// The numbers of the account that the tenant has connected.
    #[serde(default)]
    numbers: Vec<String>,
}

/// Something that waits for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub tenant_id: TenantId,
    pub work: Work,
    pub at: Timestamp,
}

/// What is to be looked at when its time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A conversation with messages to send.
    Conversation { channel_id: ChannelId, contact_id: ContactId },
    /// A number for which something waited that may go on.
    Channel { channel_id: ChannelId },
    /// A template on its way to many.
    Campaign { campaign_id: CampaignId },
    /// A tenant's daily look for gaps.
    GapCheck,
    /// A status that came before its message, if that ever came.
    Status { alias: MessageId },
    /// A message whose file is still with Meta, or that is to be sent again by itself.
    Message { thread_id: ThreadId, position: Position },
    /// A ticket whose session may be about to end.
    Session { ticket_id: TicketId },
}

/// The look-ups across tenants.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) table: Table,
}

impl Directory {
    /// The partitions of the due index: enough that marking work is not held up by one partition's 1,000 writes a
    /// second (DynamoDB's limit).
    pub const DUE_SHARDS: u8 = 8;

    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Whose number this is; nothing if nobody has it connected.
    pub async fn route(&self, phone_number_id: &str) -> Result<Option<Route>, StorageError> {
        let last = self.last_route(phone_number_id).await?;
        Ok(last.filter(|route| route.channel.is_connected()))
    }

    /// The same, or whoever had it connected last: what was said until then may come yet.
    pub async fn last_route(&self, phone_number_id: &str) -> Result<Option<Route>, StorageError> {
        let found: Option<Stored> = self.table.get("route", route_key(phone_number_id)).await?;
        Ok(found.map(|stored| Route { tenancy: self.table.of(stored.tenant_id), channel: stored.channel }))
    }

    /// Whose WhatsApp Business account this is: for what Meta says of the account rather than of a number.
    pub async fn tenant_of_waba(&self, waba_id: &str) -> Result<Option<Tenancy>, StorageError> {
        let found: Option<Owner> = self.table.get("account route", waba_key(waba_id)).await?;
        Ok(found.map(|owner| self.table.of(owner.tenant_id)))
    }

    /// The tenant that has connected numbers of this WhatsApp Business account; no other can.
    pub async fn holder_of_waba(&self, waba_id: &str) -> Result<Option<TenantId>, StorageError> {
        let found: Option<Owner> = self.table.get("account route", waba_key(waba_id)).await?;
        Ok(found.filter(|owner| !owner.numbers.is_empty()).map(|owner| owner.tenant_id))
    }

    /// Keeps what came for a number that nobody connected, for [`events::UNROUTED_KEPT`]. It is never imported (F5).
    pub async fn park_unrouted(&self, event: &Event) -> Result<(), StorageError> {
        let key = Key { pk: format!("UNROUTED#{}", event.day()), sk: event.address() };
        let mut item = item::write(&key, "event", event)?;
        item::expire(&mut item, event.received_at + events::UNROUTED_KEPT);
        self.table.put(item).await
    }

    /// All of the table that concerns the tenant of something that is due.
    pub fn tenancy(&self, due: &Due) -> Tenancy {
        self.table.of(due.tenant_id)
    }

    /// What is due at `now` in one shard, the longest waiting first, at most `limit`.
    ///
    /// The index may be a little behind the table; what it misses now, it shows a minute later.
    pub async fn due(&self, shard: u8, now: Timestamp, limit: i32) -> Result<Vec<Due>, StorageError> {
        let answer = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name("due")
            .key_condition_expression("due_pk = :shard AND due_sk <= :now")
            .expression_attribute_values(":shard", text(shard_key(shard)))
            .expression_attribute_values(":now", text(time_key(now)))
            .limit(limit)
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        Ok(answer.items().iter().filter_map(read_due).collect())
    }
}

impl Directory {
    /// Looks at it again at `next`, unless somebody else has said meanwhile when to; then `false`.
    pub async fn look_again(&self, due: &Due, next: Timestamp) -> Result<bool, StorageError> {
        let keys = Keys(due.tenant_id);
        let key = match due.work {
            Work::Conversation { channel_id, contact_id } => keys.conversation(channel_id, contact_id),
            Work::Channel { channel_id } => keys.channel(channel_id),
            Work::Campaign { campaign_id } => keys.campaign(campaign_id),
            Work::GapCheck => keys.gap_check(),
            // It is looked at once.
            Work::Status { .. } => return Ok(false),
            Work::Message { thread_id, position } => keys.message(thread_id, position),
            Work::Session { ticket_id } => keys.ticket(ticket_id),
        };
        let answer = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(key.attributes()))
            .update_expression("SET due_sk = :next")
            .condition_expression("due_sk = :read")
            .expression_attribute_values(":next", text(time_key(next)))
            .expression_attribute_values(":read", text(time_key(due.at)))
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
    /// The webhooks of the number belong to this channel from now on; one that is connected elsewhere stays there (F4).
    pub(crate) fn claim_number(&mut self, channel: &Channel) {
        let condition = "attribute_not_exists(pk) OR attribute_exists(channel.disconnected_at)";
        self.put(route(self.tenancy.tenant_id(), channel), condition, None);
    }

    /// What Meta says of the account belongs to this tenant; an account in which another has a number stays there.
    pub(crate) fn claim_waba(&mut self, waba_id: &str, phone_number_id: &str) {
        let values = [(":owner", text(self.tenancy.tenant_id())), (":number", one_number(phone_number_id))];
        let condition = Some("attribute_not_exists(numbers) OR tenant_id = :owner");
        self.update(&waba_key(waba_id), "SET tenant_id = :owner ADD numbers :number", condition, values);
    }

    /// The number is no reason any more to keep the account for this tenant. Without numbers it stays the tenant's
    /// until another connects one of it.
    pub(crate) fn release_waba(&mut self, waba_id: &str, phone_number_id: &str) {
        let values = [(":number", one_number(phone_number_id))];
        self.update(&waba_key(waba_id), "DELETE numbers :number", None, values);
    }
}

/// The item of a route. That of a channel that was disconnected stays until somebody claims the number.
pub(crate) fn route(tenant_id: TenantId, channel: &Channel) -> Result<Attributes, StorageError> {
    let stored = Stored { tenant_id, channel: channel.clone() };
    item::write(&route_key(&channel.phone_number_id), "route", &stored)
}

fn one_number(phone_number_id: &str) -> AttributeValue {
    AttributeValue::Ss(vec![phone_number_id.to_owned()])
}

fn route_key(phone_number_id: &str) -> Key {
    Key { pk: format!("ROUTE#{phone_number_id}"), sk: "ROUTE".to_owned() }
}

fn waba_key(waba_id: &str) -> Key {
    Key { pk: format!("WABA#{waba_id}"), sk: "ROUTE".to_owned() }
}

/// The place in the due index of what has this id.
pub(crate) fn due(id: impl Into<uuid::Uuid>, at: Timestamp) -> (String, String) {
    // The last byte is random in a version 7 id and a digest's in a version 8 one, so that they spread over the shards.
    let [.., last] = id.into().into_bytes();
    (shard_key(last % Directory::DUE_SHARDS), time_key(at))
}

fn shard_key(shard: u8) -> String {
    format!("DUE#{shard}")
}

/// Milliseconds since 1970 with leading zeros, so that text sorts as time.
pub(crate) fn time_key(at: Timestamp) -> String {
    format!("{:015}", at.as_millisecond().max(0))
}

/// A time of the index, where there is one.
pub(crate) fn read_time_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|key| time_of(&key)))
}

fn time_of(key: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(key.parse().ok()?).ok()
}

fn read_due(item: &Attributes) -> Option<Due> {
    let text = |name: &str| item.get(name).and_then(|value: &AttributeValue| value.as_s().ok());
    let conversation = |(tenant_id, channel_id, contact_id)| (tenant_id, Work::Conversation { channel_id, contact_id });
    let message = |(tenant_id, thread_id, position)| (tenant_id, Work::Message { thread_id, position });
    let session = |(tenant_id, ticket_id)| (tenant_id, Work::Session { ticket_id });
    let campaign = |(tenant_id, campaign_id)| (tenant_id, Work::Campaign { campaign_id });
    let (pk, sk) = (text("pk")?, text("sk")?);
    let channel = |(tenant_id, channel_id)| (tenant_id, Work::Channel { channel_id });
    let (tenant_id, work) = read_conversation(pk)
        .map(conversation)
        .or_else(|| read_message(pk, sk).map(message))
        .or_else(|| read_channel(pk, sk).map(channel))
        .or_else(|| read_ticket(pk).map(session))
        .or_else(|| read_campaign(pk, sk).map(campaign))
        .or_else(|| read_gap_check(pk, sk).map(|tenant_id| (tenant_id, Work::GapCheck)))
        .or_else(|| read_parked(pk).map(|(tenant_id, alias)| (tenant_id, Work::Status { alias })))?;
    let at = time_of(text("due_sk")?)?;
    Some(Due { tenant_id, work, at })
}
