//! Keys. Apart from [`crate::directory`]'s, every one begins with its tenant.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::allowance::PeriodId;
use domain::audit::Month;
use domain::{
    AuditId, CampaignId, ChannelId, ContactId, Identity, LibraryItemId, MatchingKey, MergeId, MessageId, Position,
    TemplateId, TenantId, ThreadId, TicketId, UploadId,
};
use std::collections::HashMap;
use uuid::Uuid;

/// One item's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// The only maker of a tenant's keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys(pub(crate) TenantId);

impl Keys {
    fn key(self, partition: &str, sk: impl Into<String>) -> Key {
        Key { pk: format!("T#{}{partition}", self.0), sk: sk.into() }
    }

    pub(crate) fn tenant(self) -> Key {
        self.key("", "TENANT")
    }

    /// How many messages in sessions a number had delivered on a day of a month in UTC, in parts.
    pub(crate) fn delivered(self, channel: ChannelId, month: &str, part: &str) -> Key {
        self.key(&format!("#SERVICE#{channel}#{month}"), format!("DELIVERED#{part}"))
    }

    /// What Meta says of the business behind an account.
    pub(crate) fn portfolio(self, waba_id: &str) -> Key {
        self.key("", format!("PORTFOLIO#{waba_id}"))
    }

    /// How many conversations were begun in the window that moves.
    pub(crate) fn open_starts(self) -> Key {
        self.key("#STARTS", "OPEN")
    }

    /// One of them, by the time it was begun; `place` begins with that.
    pub(crate) fn start(self, place: &str) -> Key {
        self.key("#STARTS", format!("START#{place}"))
    }

    /// When a conversation was last begun with a contact.
    pub(crate) fn started(self, contact: ContactId) -> Key {
        Key { sk: "BEGUN".to_owned(), ..self.contact(contact) }
    }

    /// Which period of its allowance a tenant was last seen in.
    pub(crate) fn allowance(self) -> Key {
        self.key("", "ALLOWANCE")
    }

    pub(crate) fn channel(self, id: ChannelId) -> Key {
        self.key("", format!("CHANNEL#{id}"))
    }

    /// The partition of what waits for a number that cannot send.
    pub(crate) fn held(self, id: ChannelId) -> String {
        self.key(&format!("#HELD#{id}"), "").pk
    }

    /// What the daily check of a tenant goes by.
    pub(crate) fn gap_check(self) -> Key {
        self.key("", GAP_CHECK)
    }

    pub(crate) fn gap(self, name: &str) -> Key {
        self.key("#GAPS", format!("GAP#{name}"))
    }

    /// By the month, so that none grows without bound.
    pub(crate) fn notice(self, month: Month, id: &str) -> Key {
        self.key(&format!("#NOTICES#{month}"), format!("TOLD#{id}"))
    }

    pub(crate) fn credential(self, id: ChannelId) -> Key {
        self.key("", format!("CREDENTIAL#{id}"))
    }

    pub(crate) fn identity(self, identity: &Identity) -> Key {
        self.key(&format!("#IDENTITY#{}", identity.as_str()), "IDENTITY")
    }

    pub(crate) fn contact(self, id: ContactId) -> Key {
        self.key(&format!("#CONTACT#{id}"), "CONTACT")
    }

    /// The partition of the index `contacts`.
    pub(crate) fn contacts(self) -> String {
        self.key("#CONTACTS", "").pk
    }

    pub(crate) fn phone(self, key: &MatchingKey) -> Key {
        self.key(&format!("#PHONE#{}", key.as_str()), "PHONE")
    }

    /// What somebody said who is nobody here yet.
    pub(crate) fn word(self, name: &str) -> Key {
        self.key(&format!("#WORD#{name}"), "WORD")
    }

    pub(crate) fn merge(self, id: MergeId) -> Key {
        let sk = format!("MERGE#{}", id.merged);
        Key { sk, ..self.contact(id.survivor) }
    }

    pub(crate) fn conversation(self, channel: ChannelId, contact: ContactId) -> Key {
        self.key(&format!("#CONVERSATION#{channel}#{contact}"), "CONVERSATION")
    }

    pub(crate) fn outbox(self, channel: ChannelId, contact: ContactId, position: Position, id: MessageId) -> Key {
        let sk = format!("OUTBOX#{:010}#{id}", position.sequence());
        Key { sk, ..self.conversation(channel, contact) }
    }

    pub(crate) fn ticket(self, id: TicketId) -> Key {
        self.key(&format!("#TICKET#{id}"), "TICKET")
    }

    /// The partition of the index `tickets`.
    pub(crate) fn tickets(self, open: bool) -> String {
        self.key(if open { "#TICKETS#open" } else { "#TICKETS#closed" }, "").pk
    }

    pub(crate) fn message(self, thread: ThreadId, position: Position) -> Key {
        self.key(&format!("#THREAD#{thread}"), format!("MESSAGE#{position}"))
    }

    /// What the sort keys of a thread's deferred replies begin with.
    pub(crate) const DEFERRED: &'static str = "DEFERRED#";

    pub(crate) fn deferred(self, thread: ThreadId, message: MessageId) -> Key {
        self.key(&format!("#THREAD#{thread}"), format!("{}{message}", Self::DEFERRED))
    }

    pub(crate) fn whereabouts(self, id: MessageId) -> Key {
        self.key(&format!("#MESSAGE#{id}"), "MESSAGE")
    }

    pub(crate) fn parked(self, id: MessageId, status: &str) -> Key {
        self.key(&format!("#PARKED#{id}"), format!("STATUS#{status}"))
    }

    pub(crate) fn hidden(self, id: MessageId) -> Key {
        self.key(&format!("#HIDDEN#{id}"), "HIDDEN")
    }

    /// Ids sort by the time they were made.
    pub(crate) fn audit(self, month: Month, id: AuditId) -> Key {
        self.key(&format!("#AUDIT#{month}"), format!("AUDIT#{id}"))
    }

    /// How much of a period is taken.
    pub(crate) fn taken(self, period: PeriodId) -> Key {
        self.key(&format!("#ALLOWANCE#{period}"), "TAKEN")
    }

    /// How much of it was sent, in parts.
    pub(crate) fn used(self, period: PeriodId, shard: u8) -> Key {
        self.key(&format!("#ALLOWANCE#{period}#USED"), format!("USED#{shard}"))
    }

    /// A line of a period, by the id of what it is for: such ids sort by the time they were made.
    pub(crate) fn ledger(self, period: PeriodId, id: Uuid) -> Key {
        self.key(&format!("#ALLOWANCE#{period}#LEDGER"), format!("ENTRY#{}", id.simple()))
    }

    pub(crate) fn idempotency(self, hash: &str) -> Key {
        self.key(&format!("#IDEMPOTENCY#{hash}"), "IDEMPOTENCY")
    }

    pub(crate) fn upload(self, id: UploadId) -> Key {
        self.key(&format!("#UPLOAD#{id}"), "UPLOAD")
    }

    pub(crate) fn at_meta(self, channel: ChannelId, sha256: &str) -> Key {
        self.key(&format!("#UPLOADED#{channel}#{sha256}"), "UPLOADED")
    }

    pub(crate) fn library(self, id: LibraryItemId) -> Key {
        Key { pk: self.library_partition(), sk: id.to_string() }
    }

    pub(crate) fn library_partition(self) -> String {
        self.key("#LIBRARY", "").pk
    }

    /// The partition of an account's templates.
    pub(crate) fn templates(self, waba_id: &str) -> String {
        self.key(&format!("#TEMPLATES#{waba_id}"), "").pk
    }

    pub(crate) fn template(self, waba_id: &str, name: &str, language: &str) -> Key {
        Key { pk: self.templates(waba_id), sk: format!("TEMPLATE#{name}#{language}") }
    }

    pub(crate) fn template_sync(self, waba_id: &str) -> Key {
        Key { pk: self.templates(waba_id), sk: "SYNC".to_owned() }
    }

    pub(crate) fn template_place(self, id: TemplateId) -> Key {
        self.key(&format!("#TEMPLATE#{id}"), "TEMPLATE")
    }

    pub(crate) fn campaign(self, id: CampaignId) -> Key {
        self.key(&format!("#CAMPAIGN#{id}"), "CAMPAIGN")
    }

    pub(crate) fn slice(self, id: CampaignId, number: u32) -> Key {
        let sk = format!("SLICE#{number:05}");
        Key { sk, ..self.campaign(id) }
    }

    pub(crate) fn event(self, day: jiff::civil::Date, item: &str) -> Key {
        self.key(&format!("#EVENTS#{day}"), item)
    }
}

/// The tenant whose period a key of the due index names.
pub(crate) fn read_allowance(pk: &str, sk: &str) -> Option<TenantId> {
    pk.strip_prefix("T#").filter(|_| sk == "ALLOWANCE")?.parse().ok()
}

/// The message that a key of the due index names.
pub(crate) fn read_message(pk: &str, sk: &str) -> Option<(TenantId, ThreadId, Position)> {
    let (tenant, thread) = pk.strip_prefix("T#")?.split_once("#THREAD#")?;
    let position = sk.strip_prefix("MESSAGE#")?;
    Some((tenant.parse().ok()?, thread.parse().ok()?, position.parse().ok()?))
}

/// The campaign that a key of the due index names.
pub(crate) fn read_campaign(pk: &str, sk: &str) -> Option<(TenantId, CampaignId)> {
    let (tenant, campaign) = pk.strip_prefix("T#")?.split_once("#CAMPAIGN#")?;
    (sk == "CAMPAIGN").then_some((tenant.parse().ok()?, campaign.parse().ok()?))
}

const GAP_CHECK: &str = "GAPCHECK";

/// The tenant whose daily check a key of the due index names.
pub(crate) fn read_gap_check(pk: &str, sk: &str) -> Option<TenantId> {
    (sk == GAP_CHECK).then(|| pk.strip_prefix("T#")?.parse().ok()).flatten()
}

/// Whom a status waits for that a key of the due index names.
pub(crate) fn read_parked(pk: &str) -> Option<(TenantId, MessageId)> {
    let (tenant, message) = pk.strip_prefix("T#")?.split_once("#PARKED#")?;
    Some((tenant.parse().ok()?, message.parse().ok()?))
}

/// The ticket that a key of the due index names.
pub(crate) fn read_ticket(pk: &str) -> Option<(TenantId, TicketId)> {
    let (tenant, ticket) = pk.strip_prefix("T#")?.split_once("#TICKET#")?;
    Some((tenant.parse().ok()?, ticket.parse().ok()?))
}

/// The channel that a key of the due index names.
pub(crate) fn read_channel(pk: &str, sk: &str) -> Option<(TenantId, ChannelId)> {
    let tenant = pk.strip_prefix("T#")?;
    let channel = sk.strip_prefix("CHANNEL#")?;
    Some((tenant.parse().ok()?, channel.parse().ok()?))
}

/// The conversation that a key of the due index names.
pub(crate) fn read_conversation(pk: &str) -> Option<(TenantId, ChannelId, ContactId)> {
    let mut parts = pk.strip_prefix("T#")?.split('#');
    let tenant = parts.next()?.parse().ok()?;
    if parts.next() != Some("CONVERSATION") {
        return None;
    }
    let channel = parts.next()?.parse().ok()?;
    let contact = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((tenant, channel, contact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, channel, contact) =
            (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        let keys = Keys(tenant);
        assert_eq!(read_conversation(&keys.conversation(channel, contact).pk), Some((tenant, channel, contact)));
        assert_eq!(read_conversation(&keys.contact(contact).pk), None);
        assert_eq!(read_conversation("ROUTE#1"), None);
    }

    #[test]
    fn a_campaign_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, campaign): (TenantId, CampaignId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        let key = keys.campaign(campaign);
        assert_eq!(read_campaign(&key.pk, &key.sk), Some((tenant, campaign)));
        for other in [keys.slice(campaign, 7), keys.ticket(Uuid::from_u128(3).into())] {
            assert_eq!(read_campaign(&other.pk, &other.sk), None);
        }
    }

    #[test]
    fn a_tenants_allowance_is_read_back_from_its_key_and_nothing_else_is() {
        let tenant: TenantId = Uuid::from_u128(1).into();
        let keys = Keys(tenant);
        let read = |key: Key| read_allowance(&key.pk, &key.sk);
        assert_eq!(read(keys.allowance()), Some(tenant));
        assert_eq!(
            (read(keys.tenant()), read(keys.conversation(Uuid::nil().into(), Uuid::nil().into()))),
            (None, None)
        );
    }

    #[test]
    fn a_ticket_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, ticket) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        assert_eq!(read_ticket(&keys.ticket(ticket).pk), Some((tenant, ticket)));
        assert_eq!(read_ticket(&keys.tickets(true)), None);
        assert_eq!(read_ticket(&keys.contact(Uuid::from_u128(3).into()).pk), None);
    }

    #[test]
    fn a_channel_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, channel): (TenantId, ChannelId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        let key = keys.channel(channel);
        assert_eq!(read_channel(&key.pk, &key.sk), Some((tenant, channel)));
        for other in [keys.conversation(channel, Uuid::from_u128(3).into()), keys.tenant(), keys.credential(channel)] {
            assert_eq!(read_channel(&other.pk, &other.sk), None);
        }
    }

    #[test]
    fn a_daily_check_and_a_parked_status_are_read_back_and_are_nothing_else() {
        let (tenant, message): (TenantId, MessageId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let keys = Keys(tenant);
        let (check, parked) = (keys.gap_check(), keys.parked(message, "read"));
        assert_eq!((read_gap_check(&check.pk, &check.sk), read_parked(&check.pk)), (Some(tenant), None));
        assert_eq!((read_gap_check(&parked.pk, &parked.sk), read_parked(&parked.pk)), (None, Some((tenant, message))));
        assert_eq!(read_channel(&check.pk, &check.sk), None);
    }

    #[test]
    fn a_message_is_read_back_from_its_key_and_nothing_else_is() {
        let (tenant, thread): (TenantId, ThreadId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let position: Position = "000001764000.0000000001".parse().expect("a position");
        let keys = Keys(tenant);
        let key = keys.message(thread, position);
        assert_eq!(read_message(&key.pk, &key.sk), Some((tenant, thread, position)));
        for other in [keys.conversation(Uuid::from_u128(2).into(), Uuid::from_u128(3).into()), keys.tenant()] {
            assert_eq!(read_message(&other.pk, &other.sk), None);
        }
    }
}
