//! A notice to admins in JSON.

use domain::ChannelId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that admins have to hear of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminNotice {
    /// `number_needs_reconnecting`: WhatsApp does not take the number's token any more. `number_needs_repair`: something has to
    /// be done at Meta before it takes messages. `number_repaired`: it takes them again. `gaps_found`: something should have
    /// happened and has not (`/v1/gaps`). `allowance_reached`: 75 or 100 % of the month's allowance are used.
    #[schema(value_type = String, example = "number_needs_reconnecting")]
    kind: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What has happened, in words.
    text: String,
    /// What to do about it, in words.
    advice: String,
    /// The number it is about.
    #[schema(required = true, value_type = Option<String>)]
    channel_id: Option<ChannelId>,
}

impl From<domain::Notice> for AdminNotice {
    fn from(notice: domain::Notice) -> Self {
        let domain::Notice { at, about } = notice;
        Self { kind: about.name(), at, text: about.text(), advice: about.advice(), channel_id: about.channel_id() }
    }
}
