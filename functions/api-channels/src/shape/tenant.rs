//! A tenant in JSON.

use domain::TenantId;
use jiff::civil::Date;
use rest::{Period, Versioned};
use serde::Serialize;
use utoipa::ToSchema;

/// A company.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tenant {
    #[schema(value_type = String, example = "ten_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: TenantId,
    name: String,
    /// The IANA name of the zone in which its days begin.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// Months of the allowance begin on this day of the month.
    #[schema(value_type = String, format = Date)]
    subscription_started_on: Date,
    /// How many conversations a month it may begin, on all its numbers together.
    #[schema(example = 1000)]
    allowance: u32,
    /// A message that comes less than this after its ticket was closed reopens it; `null`: it makes a new ticket. An
    /// ISO 8601 duration.
    #[schema(required = true, value_type = Option<String>, example = "P2D")]
    reopen_within: Option<Period>,
}

impl Tenant {
    /// The tenant with its version.
    pub(crate) fn versioned(tenant: domain::Tenant) -> Versioned<Self> {
        let body = Self {
            id: tenant.id,
            name: tenant.name,
            time_zone: tenant.time_zone,
            subscription_started_on: tenant.subscription_started_on,
            allowance: tenant.allowance,
            reopen_within: tenant.reopen_within.and_then(|within| within.try_into().ok()),
        };
        Versioned { version: tenant.version, body }
    }
}
