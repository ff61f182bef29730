//! A tenant's settings in JSON.

use domain::Detector;
use domain::contact::wishes::{self, WishWords};
use domain::moderation::{BlockedHost, BlockedWord};
use rest::{Period, Versioned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the tenant chose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// A message that comes less than this after its ticket was closed reopens it; `null`: it makes a new ticket. An
    /// ISO 8601 duration.
    #[schema(required = true, value_type = Option<String>, example = "P2D")]
    reopen_within: Option<Period>,
    /// A message that stays `unconfirmed` for so long is sent again by itself, once: the customer may get it twice, but hardly
    /// not at all. One that has a `failure` is not: it was sent again and refused, and somebody decides about it. `null`:
    /// somebody decides about each, by its resend or discard, so that none is sent twice unasked. An ISO 8601 duration.
    #[schema(required = true, value_type = Option<String>, example = "PT10M")]
    resend_unconfirmed_after: Option<Period>,
    /// So long before the session of an open ticket ends, its `session_reminder_at` is set; `null`: never.
    #[schema(required = true, value_type = Option<String>, example = "PT1H")]
    session_reminder_before: Option<Period>,
    moderation: Moderation,
    opt_out: OptOut,
    campaign_consent: ConsentRule,
}

/// By which words customers end marketing, and allow it again. A message counts that is one of them and nothing else, or a
/// button with that text.
#[derive(Debug, Serialize, ToSchema)]
struct OptOut {
    /// In lower case; the usual ones in some thirty languages until others are chosen.
    #[schema(example = json!(["stop", "unsubscribe"]))]
    stop_words: Vec<String>,
    #[schema(example = json!(["start"]))]
    start_words: Vec<String>,
}

/// Whom a template that goes to many may reach: whoever has not withdrawn their consent (`not_withdrawn`, the usual rule), or
/// only those whose consent is recorded (`given`).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsentRule {
    NotWithdrawn,
    Given,
}

/// What is hidden of what customers write. Messages that are here already stay as they are.
#[derive(Debug, Serialize, ToSchema)]
struct Moderation {
    /// What is looked for: `payment_card`, `bank_account` (IBAN), `national_id`, `lookalike_link` (a host that looks like
    /// another), `ip_link` (an address instead of a host), `credential_link` (a name or password in front of the host),
    /// `blocked_host`, `blocked_word`.
    #[schema(value_type = Vec<String>, example = json!(["payment_card"]))]
    detectors: Vec<Detector>,
    /// Hosts of links, and all their parts, as DNS knows them.
    #[schema(value_type = Vec<String>, example = json!(["shop.example"]))]
    blocked_hosts: Vec<BlockedHost>,
    /// Words and phrases, in lower case.
    #[schema(value_type = Vec<String>, example = json!(["lottery"]))]
    blocked_words: Vec<BlockedWord>,
}

impl Settings {
    /// The settings with their version.
    pub(crate) fn versioned(tenant: &domain::Tenant) -> Versioned<Self> {
        let reopen_within = tenant.reopen_within.and_then(|within| within.try_into().ok());
        let resend_unconfirmed_after = tenant.resend_unconfirmed_after.and_then(|after| after.try_into().ok());
        Versioned {
            version: tenant.version,
            body: Self {
                reopen_within,
                resend_unconfirmed_after,
                session_reminder_before: tenant.session_reminder_before.and_then(|before| before.try_into().ok()),
                moderation: Moderation::of(&tenant.moderation),
                opt_out: OptOut::of(&tenant.wish_words),
                campaign_consent: tenant.consent_rule.into(),
            },
        }
    }
}

impl OptOut {
    fn of(words: &WishWords) -> Self {
        let all = |words: &mut dyn Iterator<Item = &str>| words.map(str::to_owned).collect();
        Self { stop_words: all(&mut words.stop()), start_words: all(&mut words.start()) }
    }
}

impl From<wishes::ConsentRule> for ConsentRule {
    fn from(rule: wishes::ConsentRule) -> Self {
        match rule {
            wishes::ConsentRule::NotWithdrawn => Self::NotWithdrawn,
            wishes::ConsentRule::Given => Self::Given,
        }
    }
}

impl From<ConsentRule> for wishes::ConsentRule {
    fn from(rule: ConsentRule) -> Self {
        match rule {
            ConsentRule::NotWithdrawn => Self::NotWithdrawn,
            ConsentRule::Given => Self::Given,
        }
    }
}

impl Moderation {
    fn of(chosen: &domain::Moderation) -> Self {
        Self {
            detectors: chosen.detectors().collect(),
            blocked_hosts: chosen.blocked.hosts().to_vec(),
            blocked_words: chosen.blocked.words().to_vec(),
        }
    }
}
