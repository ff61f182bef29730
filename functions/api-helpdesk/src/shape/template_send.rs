//! A template on its way to many, in JSON.

use std::collections::BTreeMap;

use domain::campaign::{self, Campaign, Left, Outcome, Recipient, Refused};
use domain::{CampaignId, ChannelId, ContactId, MessageId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A template that goes to many contacts, and how far it is. Each contact is counted once: `recipients` is the sum of
/// `undecided`, `waiting`, `sent`, `failed` and all of `refused`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateSend {
    #[schema(value_type = String, example = "cmp_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: CampaignId,
    #[schema(value_type = String)]
    channel_id: ChannelId,
    template: TemplateName,
    status: TemplateSendStatus,
    /// Who sends it.
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    cancelled_at: Option<Timestamp>,
    /// Who cancelled it.
    #[schema(required = true, value_type = Option<String>)]
    cancelled_by: Option<UserId>,
    /// How many contacts were given.
    recipients: u32,
    /// Not decided yet; once it is cancelled, never.
    undecided: u32,
    /// Their message was accepted: the sum of `waiting`, `sent` and `failed`.
    accepted: u32,
    /// … and waits to be sent.
    waiting: u32,
    /// … and WhatsApp took it. What became of it then is in the message's `statuses`.
    sent: u32,
    /// … and WhatsApp did not take it.
    failed: u32,
    /// They get none, by the reason.
    #[schema(example = json!({"contact_opted_out": 37, "contact_blocked": 12, "duplicate": 8}))]
    refused: BTreeMap<String, u32>,
}

/// Which template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateSendTemplate)]
struct TemplateName {
    name: String,
    language: String,
}

/// `running` while contacts are decided, `sending` while messages wait to be sent, then `done`; or `cancelled`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateSendStatus {
    Running,
    Sending,
    Done,
    Cancelled,
}

/// What became of a contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateSendResult {
    #[schema(value_type = String)]
    contact_id: ContactId,
    status: TemplateSendResultStatus,
    /// Why they get nothing: the code with which a single message would be refused, `duplicate`, or `contact_unreadable`
    /// when what is kept of them cannot be read.
    #[schema(required = true)]
    reason: Option<String>,
    /// More of that: the variables without a value, say.
    #[schema(required = true)]
    detail: Option<String>,
    /// The message that they get.
    #[schema(required = true, value_type = Option<String>)]
    message_id: Option<MessageId>,
}

/// How far one contact is: `undecided`, `waiting` to be sent, `sent`, `failed`, `refused`, or `cancelled` before they were
/// decided.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateSendResultStatus {
    Undecided,
    Waiting,
    Sent,
    Failed,
    Refused,
    Cancelled,
}

impl From<Campaign> for TemplateSend {
    fn from(campaign: Campaign) -> Self {
        let status = match campaign.status() {
            campaign::Status::Running => TemplateSendStatus::Running,
            campaign::Status::Sending => TemplateSendStatus::Sending,
            campaign::Status::Done => TemplateSendStatus::Done,
            campaign::Status::Cancelled => TemplateSendStatus::Cancelled,
        };
        let cancelled = campaign.cancelled().cloned();
        let (undecided, waiting) = (campaign.undecided(), campaign.counts.waiting());
        Self {
            id: campaign.id,
            channel_id: campaign.channel_id,
            template: TemplateName { name: campaign.template.name, language: campaign.template.language },
            status,
            user_id: campaign.author,
            created_at: campaign.created_at,
            cancelled_at: cancelled.as_ref().map(|cancelled| cancelled.at),
            cancelled_by: cancelled.map(|cancelled| cancelled.by),
            recipients: campaign.recipients,
            undecided,
            accepted: campaign.counts.accepted,
            waiting,
            sent: campaign.counts.sent,
            failed: campaign.counts.failed,
            refused: campaign.counts.refused,
        }
    }
}

impl TemplateSendResult {
    /// The result of one of a job's recipients. Until their slice is decided they are not, whatever is known of them.
    pub(crate) fn of(recipient: Recipient, campaign: &Campaign) -> Self {
        let contact_id = recipient.contact_id;
        let nothing = |status| Self { contact_id, status, reason: None, detail: None, message_id: None };
        match recipient.outcome {
            None if campaign.cancelled().is_some() => nothing(TemplateSendResultStatus::Cancelled),
            None => nothing(TemplateSendResultStatus::Undecided),
            Some(Outcome::Refused(Refused { reason, detail })) => {
                Self { reason: Some(reason), detail, ..nothing(TemplateSendResultStatus::Refused) }
            }
            Some(Outcome::Accepted { message_id, left }) => {
                let status = match left {
                    Left::NotYet => TemplateSendResultStatus::Waiting,
                    Left::Sent => TemplateSendResultStatus::Sent,
                    Left::Failed => TemplateSendResultStatus::Failed,
                };
                Self { message_id: Some(message_id), ..nothing(status) }
            }
        }
    }
}
