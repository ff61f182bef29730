//! What a person wants, in JSON.

use domain::UserId;
use domain::contact::wishes::{self, Decision, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a person takes marketing templates. Utility and authentication templates, and replies, go out whatever it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Marketing {
    status: Stance,
    /// `null` while nobody has said anything.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    #[schema(required = true)]
    source: Option<Origin>,
    /// Who said so, if it was a user.
    #[schema(required = true, value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Every change that is known, the latest first; at most 20.
    history: Vec<MarketingChange>,
}

/// They take it, unless they have opted out.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stance {
    Allowed,
    OptedOut,
}

/// Where a change was heard of: a `message` with one of the tenant's words, `whatsapp` (they told it there), a `refusal` of
/// Meta's because they had, or a `user`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Origin {
    Message,
    Whatsapp,
    Refusal,
    User,
}

/// A change of whether a person takes marketing.
#[derive(Debug, Serialize, ToSchema)]
struct MarketingChange {
    status: Stance,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    source: Origin,
    #[schema(required = true, value_type = Option<String>)]
    user_id: Option<UserId>,
}

/// What the tenant recorded of a person's consent to be written to. Templates to many ask for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Consent {
    status: ConsentStatus,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// How they gave it or took it back.
    #[schema(required = true, value_type = Option<String>, example = "sign-up form of May 2026")]
    source: Option<String>,
    /// Who recorded it.
    #[schema(required = true, value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Every record that is known, the latest first; at most 20.
    history: Vec<ConsentChange>,
}

/// `unknown` until something is recorded.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConsentStatus {
    Unknown,
    Given,
    Withdrawn,
}

/// A record of a person's consent.
#[derive(Debug, Serialize, ToSchema)]
struct ConsentChange {
    status: ConsentStatus,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    source: String,
    #[schema(value_type = String)]
    user_id: UserId,
}

/// Somebody has blocked the person: what they write is not received, and nothing is sent to them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Block {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    user_id: UserId,
}

impl From<&wishes::Wishes> for Marketing {
    fn from(wishes: &wishes::Wishes) -> Self {
        let history: Vec<MarketingChange> = wishes.marketing.iter().rev().map(MarketingChange::from).collect();
        let last = history.first();
        Self {
            status: last.map_or(Stance::Allowed, |last| last.status),
            since: last.map(|last| last.at),
            source: last.map(|last| last.source),
            user_id: last.and_then(|last| last.user_id.clone()),
            history,
        }
    }
}

impl From<&Decision<wishes::Stance, Source>> for MarketingChange {
    fn from(decision: &Decision<wishes::Stance, Source>) -> Self {
        let (source, user_id) = match &decision.source {
            Source::Message => (Origin::Message, None),
            Source::Whatsapp => (Origin::Whatsapp, None),
            Source::Refusal => (Origin::Refusal, None),
            Source::User(user) => (Origin::User, Some(user.clone())),
        };
        Self { status: decision.choice.into(), at: decision.since, source, user_id }
    }
}

impl From<wishes::Stance> for Stance {
    fn from(stance: wishes::Stance) -> Self {
        match stance {
            wishes::Stance::Allowed => Self::Allowed,
            wishes::Stance::OptedOut => Self::OptedOut,
        }
    }
}

impl From<Stance> for wishes::Stance {
    fn from(stance: Stance) -> Self {
        match stance {
            Stance::Allowed => Self::Allowed,
            Stance::OptedOut => Self::OptedOut,
        }
    }
}

impl From<&wishes::Wishes> for Consent {
    fn from(wishes: &wishes::Wishes) -> Self {
        let history: Vec<ConsentChange> = wishes.consent.iter().rev().map(ConsentChange::from).collect();
        let last = history.first();
        Self {
            status: last.map_or(ConsentStatus::Unknown, |last| last.status),
            since: last.map(|last| last.at),
            source: last.map(|last| last.source.clone()),
            user_id: last.map(|last| last.user_id.clone()),
            history,
        }
    }
}

impl From<&Decision<wishes::Consent, UserId>> for ConsentChange {
    fn from(decision: &Decision<wishes::Consent, UserId>) -> Self {
        let status = match decision.choice.status {
            wishes::ConsentStatus::Given => ConsentStatus::Given,
            wishes::ConsentStatus::Withdrawn => ConsentStatus::Withdrawn,
        };
        let source = decision.choice.source.clone().into();
        Self { status, at: decision.since, source, user_id: decision.source.clone() }
    }
}

impl From<wishes::Block> for Block {
    fn from(block: wishes::Block) -> Self {
        Self { at: block.at, user_id: block.by }
    }
}
