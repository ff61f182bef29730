//! A channel in JSON. Its token is not a part of it, and of no answer.

use domain::ChannelId;
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
    /// When it was connected last: what customers wrote before is not taken.
    #[schema(value_type = String, format = DateTime)]
    connected_at: Timestamp,
    /// `null` while it is connected.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    disconnected_at: Option<Timestamp>,
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
            status: if channel.is_connected() { ChannelStatus::Connected } else { ChannelStatus::Disconnected },
            id: channel.id,
            waba_id: channel.waba_id,
            phone_number_id: channel.phone_number_id,
            display_phone_number: channel.display_phone_number,
            connected_at: channel.connected_at,
            disconnected_at: channel.disconnected_at,
        }
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
          "disconnected_at": "2026-11-23T20:00:00Z"
        }
        "#);
    }
}
