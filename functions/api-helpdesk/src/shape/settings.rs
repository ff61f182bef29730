//! A tenant's settings in JSON.

use domain::Detector;
use domain::moderation::{BlockedHost, BlockedWord};
use rest::{Period, Versioned};
use serde::Serialize;
use utoipa::ToSchema;

/// What the tenant chose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// A message that comes less than this after its ticket was closed reopens it; `null`: it makes a new ticket. An
    /// ISO 8601 duration.
    #[schema(required = true, value_type = Option<String>, example = "P2D")]
    reopen_within: Option<Period>,
    /// A message that stays `unconfirmed` for so long is sent again by itself, once: the customer may get it twice, but hardly
    /// not at all. `null`: somebody decides about each, by its resend or discard, so that none is sent twice unasked. An ISO 8601
    /// duration.
    #[schema(required = true, value_type = Option<String>, example = "PT10M")]
    resend_unconfirmed_after: Option<Period>,
    moderation: Moderation,
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
        let moderation = Moderation::of(&tenant.moderation);
        Versioned { version: tenant.version, body: Self { reopen_within, resend_unconfirmed_after, moderation } }
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
