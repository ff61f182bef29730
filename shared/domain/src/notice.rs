//! What a tenant's admins have to hear, each once (F7, F23, F45).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::ids::ChannelId;

/// Something to be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub at: Timestamp,
    #[serde(flatten)]
    pub about: About,
}

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum About {
    /// Meta does not take the number's token any more.
    NumberNeedsReconnecting { channel_id: ChannelId, failure: Failure },
    /// Meta takes nothing from the number until an admin has done something there.
    NumberNeedsRepair { channel_id: ChannelId, failure: Failure },
    /// A message went out again by a number that needed repair.
    NumberRepaired { channel_id: ChannelId },
    /// So much was found in a day that should have happened and has not.
    GapsFound { count: u64 },
    /// So much of the period's allowance is taken.
    AllowanceReached { percent: u8, resets_at: Timestamp },
}

impl About {
    /// The stable word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NumberNeedsReconnecting { .. } => "number_needs_reconnecting",
            Self::NumberNeedsRepair { .. } => "number_needs_repair",
            Self::NumberRepaired { .. } => "number_repaired",
            Self::GapsFound { .. } => "gaps_found",
            Self::AllowanceReached { .. } => "allowance_reached",
        }
    }

    /// The number concerned.
    pub fn channel_id(&self) -> Option<ChannelId> {
        match self {
            Self::NumberNeedsReconnecting { channel_id, .. }
            | Self::NumberNeedsRepair { channel_id, .. }
            | Self::NumberRepaired { channel_id } => Some(*channel_id),
            Self::GapsFound { .. } | Self::AllowanceReached { .. } => None,
        }
    }

    /// What has happened, in words for an admin.
    pub fn text(&self) -> String {
        match self {
            Self::NumberNeedsReconnecting { failure, .. } | Self::NumberNeedsRepair { failure, .. } => {
                failure.reason.clone()
            }
            Self::NumberRepaired { .. } => "WhatsApp takes messages from this number again.".to_owned(),
            Self::GapsFound { count: 1 } => "Something should have happened by now and has not.".to_owned(),
            Self::GapsFound { count } => format!("{count} things should have happened by now and have not."),
            Self::AllowanceReached { percent: 100, .. } => "The month's allowance is used up.".to_owned(),
            Self::AllowanceReached { percent, .. } => format!("{percent} % of the month's allowance are used."),
        }
    }

    /// What to do about it, in words for an admin.
    pub fn advice(&self) -> String {
        match self {
            Self::NumberNeedsReconnecting { failure, .. } | Self::NumberNeedsRepair { failure, .. } => {
                format!("{} What is written meanwhile waits and goes out by itself afterwards.", failure.advice)
            }
            Self::NumberRepaired { .. } => "Nothing: what has waited goes out by itself.".to_owned(),
            Self::GapsFound { .. } => "Look at the list of gaps and decide about each.".to_owned(),
            Self::AllowanceReached { percent: 100, resets_at } => format!(
                "Conversations can be begun again from {resets_at} on, or with a larger allowance; replies to customers who \
                 have written in the last 24 hours go out as ever."
            ),
            Self::AllowanceReached { resets_at, .. } => {
                format!("Save what is left for what matters most until {resets_at}, or ask for a larger allowance.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_has_happened_and_what_to_do() {
        let channel_id = ChannelId::of_number(uuid::Uuid::from_u128(1).into(), "106540352242922");
        let failure =
            || Failure { code: "190".into(), reason: "The token has expired.".into(), advice: "Connect anew.".into() };
        let resets_at = Timestamp::UNIX_EPOCH;
        for about in [
            About::NumberNeedsReconnecting { channel_id, failure: failure() },
            About::NumberNeedsRepair { channel_id, failure: failure() },
            About::NumberRepaired { channel_id },
            About::GapsFound { count: 1 },
            About::GapsFound { count: 7 },
            About::AllowanceReached { percent: 75, resets_at },
            About::AllowanceReached { percent: 100, resets_at },
        ] {
            assert!(about.text().ends_with('.') && about.advice().ends_with('.'), "{about:?}");
            let notice = Notice { at: resets_at, about };
            let json = serde_json::to_value(&notice).unwrap();
            assert_eq!(json["kind"], notice.about.name());
            assert_eq!(serde_json::from_value::<Notice>(json).unwrap(), notice);
        }
    }
}
