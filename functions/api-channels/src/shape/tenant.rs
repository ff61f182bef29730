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
    /// What it bought and renewed, where that was told.
    purchases: Vec<Purchase>,
    /// Which subscriptions qualify: the earliest purchase of one is the day on which its subscription started.
    qualifying_subscriptions: Vec<Subscription>,
    /// How many conversations a month it may begin, on all its numbers together.
    #[schema(example = 1000)]
    allowance: u32,
    /// How many conversations it may begin in 24 hours while Meta has not verified its business.
    #[schema(example = 50)]
    unverified_limit: u32,
    /// A message that comes less than this after its ticket was closed reopens it; `null`: it makes a new ticket. An
    /// ISO 8601 duration.
    #[schema(required = true, value_type = Option<String>, example = "P2D")]
    reopen_within: Option<Period>,
}

/// A subscription of the vendor's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subscription {
    #[schema(example = "marketing_hub")]
    product: String,
    #[schema(example = "professional")]
    tier: String,
}

/// One that was bought or renewed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Purchase {
    #[serde(flatten)]
    subscription: Subscription,
    #[schema(value_type = String, format = Date, example = "2025-10-28")]
    purchased_on: Date,
}

impl Subscription {
    fn of(subscription: &domain::allowance::Subscription) -> Self {
        Self { product: subscription.product.clone(), tier: subscription.tier.clone() }
    }
}

impl From<domain::allowance::Purchase> for Purchase {
    fn from(purchase: domain::allowance::Purchase) -> Self {
        Self { subscription: Subscription::of(&purchase.subscription), purchased_on: purchase.purchased_on }
    }
}

impl Tenant {
    /// The tenant with its version.
    pub(crate) fn versioned(tenant: domain::Tenant) -> Versioned<Self> {
        let body = Self {
            id: tenant.id,
            name: tenant.name,
            time_zone: tenant.time_zone,
            subscription_started_on: tenant.subscription_started_on,
            purchases: tenant.purchases.into_iter().map(Purchase::from).collect(),
            qualifying_subscriptions: tenant.qualifying.subscriptions().iter().map(Subscription::of).collect(),
            allowance: tenant.allowance,
            unverified_limit: tenant.unverified_limit,
            reopen_within: tenant.reopen_within.and_then(|within| within.try_into().ok()),
        };
        Versioned { version: tenant.version, body }
    }
}
