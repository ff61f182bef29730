//! Keys. Apart from [`crate::directory`]'s, every one begins with its tenant.

pub(crate) mod due;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::allowance::PeriodId;
use domain::audit::Month;
use domain::{
    AuditId, CampaignId, ChannelId, ContactId, Identity, LibraryItemId, MatchingKey, MergeId, MessageId, Position,
    TemplateId, TenantId, ThreadId, TicketId, UploadId,
};
use std::collections::HashMap;
use uuid::Uuid;

const GAP_CHECK: &str = "GAPCHECK";

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
        // By time first: a conversation has messages of several threads, and each counts from one.
        let sk = format!("OUTBOX#{position}#{id}");
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
