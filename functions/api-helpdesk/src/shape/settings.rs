//! A tenant's settings in JSON.

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
}

impl Settings {
    /// The settings with their version.
    pub(crate) fn versioned(tenant: &domain::Tenant) -> Versioned<Self> {
        let reopen_within = tenant.reopen_within.and_then(|within| within.try_into().ok());
        Versioned { version: tenant.version, body: Self { reopen_within } }
    }
}
