//! A channel in JSON. Its token is not a part of it, and of no answer.

use domain::ChannelId;
use domain::channel::Remedy;
use jiff::Timestamp;
use rest::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use super::TemplateSync;
use crate::sync::Synced;

/// A business number of the tenant's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Channel {
    /// The same whenever the tenant connects this number.
    #[schema(value_type = String, example = "chn_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: ChannelId,
    /// Meta's id of the WhatsApp Business account.
    #[schema(example = "102290129340398")]
    waba_id: String,
    /// Meta's id of the number.
    #[schema(example = "106540352242922")]
    phone_number_id: String,
    /// The number as people write it.
    #[schema(example = "+1 555 010 0101")]
    display_phone_number: String,
    status: ChannelStatus,
    /// When it was connected last: what customers wrote before is only taken if it was connected then, too.
    #[schema(value_type = String, format = DateTime)]
    connected_at: Timestamp,
    /// `null` while it is connected.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    disconnected_at: Option<Timestamp>,
    /// What keeps messages from going out; `null` if nothing does. They wait until then, and fail if their session ends
    /// first; what customers write comes in all the same.
    #[schema(required = true)]
    trouble: Option<Trouble>,
}

/// Why nothing goes out, and what to do.
#[derive(Debug, Serialize, ToSchema)]
struct Trouble {
    /// Meta's code.
    #[schema(example = "190")]
    code: String,
    #[schema(example = "Our access has expired")]
    reason: String,
    #[schema(example = "Ask an admin to reconnect the number.")]
    advice: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// A number that was just connected.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectedChannel {
    #[serde(flatten)]
    channel: Channel,
    /// What reading its account's templates came to; `null` if it failed, which an admin of the tenant can make up for with
    /// `POST /v1/channels/{id}/template-sync`.
    #[schema(required = true)]
    template_sync: Option<TemplateSync>,
}

/// Whether messages come in and go out.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChannelStatus {
    Connected,
    /// Meta does not accept its token any more: connect it again with a new one.
    NeedsReconnecting,
    /// Something of the account has to be repaired at Meta. Every now and then one message is tried.
    NeedsRepair,
    Disconnected,
}

impl Channel {
    /// The channel with its version.
    pub(crate) fn versioned(channel: domain::Channel) -> Versioned<Self> {
        Versioned { version: channel.version, body: channel.into() }
    }
}

impl ConnectedChannel {
    /// The channel with its version, and what became of the templates.
    pub(crate) fn versioned(channel: domain::Channel, synced: Option<Synced>) -> Versioned<Self> {
        let Versioned { version, body: channel } = Channel::versioned(channel);
        Versioned { version, body: Self { channel, template_sync: synced.map(Into::into) } }
    }
}

impl From<domain::Channel> for Channel {
    fn from(channel: domain::Channel) -> Self {
        Self {
            status: ChannelStatus::of(&channel),
            trouble: channel.trouble().cloned().map(Trouble::from),
            id: channel.id,
            waba_id: channel.waba_id,
            phone_number_id: channel.phone_number_id,
            display_phone_number: channel.display_phone_number,
            connected_at: channel.connected_at,
            disconnected_at: channel.disconnected_at,
        }
    }
}

impl ChannelStatus {
    fn of(channel: &domain::Channel) -> Self {
        match channel.trouble().map(|trouble| trouble.remedy) {
            _ if !channel.is_connected() => Self::Disconnected,
            None => Self::Connected,
            Some(Remedy::Reconnect) => Self::NeedsReconnecting,
            Some(Remedy::Repair) => Self::NeedsRepair,
        }
    }
}

impl From<domain::channel::Trouble> for Trouble {
    fn from(trouble: domain::channel::Trouble) -> Self {
        let domain::channel::Trouble { failure, since, .. } = trouble;
        Self { code: failure.code, reason: failure.reason, advice: failure.advice, since }
    }
}

#[cfg(test)]
mod tests {
    use domain::{BusinessNumber, TenantId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_channel_shows_whether_and_since_when_it_is_connected() {
        let number = BusinessNumber {
            waba_id: "102290129340398".into(),
            phone_number_id: "106540352242922".into(),
            display_phone_number: "+1 555 010 0101".into(),
        };
        let tenant = TenantId::from(Uuid::from_u128(1));
        let mut channel = domain::Channel::connect(tenant, number, Timestamp::UNIX_EPOCH);
        channel.disconnect("2026-11-23T20:00:00Z".parse().unwrap());
        insta::assert_json_snapshot!(Channel::from(channel), { ".id" => "chn_…" }, @r#"
        {
          "id": "chn_…",
          "waba_id": "102290129340398",
          "phone_number_id": "106540352242922",
          "display_phone_number": "+1 555 010 0101",
          "status": "disconnected",
          "connected_at": "1970-01-01T00:00:00Z",
          "disconnected_at": "2026-11-23T20:00:00Z",
          "trouble": null
        }
        "#);
    }
}
