//! `/v1/tenants` (for operators)

use axum::extract::State;
use domain::TenantId;
use domain::allowance::anniversary;
use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use rest::{Id, IfMatch, Json, Operator, Period, Versioned};
use serde::Deserialize;
use storage::{CommitError, Tenancy};
use utoipa::ToSchema;

use crate::Desk;
use crate::given::purchases::{FewPurchases, FewSubscriptions};
use crate::given::{Name, TimeZoneName};
use crate::refusal::Refusal;
use crate::shape::{Purchase, Subscription, Tenant};

/// Shows a tenant. Needs the role `operator`.
#[utoipa::path(
    get, path = "/v1/tenants/{id}", operation_id = "show_tenant", tag = "tenants",
    params(("id" = String, Path, description = "The tenant.")),
    responses((status = 200, description = "The tenant.", body = Tenant, headers(("ETag" = String)))),
)]
pub(crate) async fn show(
    State(desk): State<Desk>,
    _: Operator,
    Id(id): Id<TenantId>,
) -> Result<Versioned<Tenant>, Refusal> {
    let tenant = desk.table.of(id).tenant().await?.ok_or_else(Refusal::not_found)?;
    Ok(Tenant::versioned(tenant))
}

/// All that a tenant is. A member that may be missing gets its default then, whatever it was before.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct WholeTenant {
    /// 1 to 200 characters.
    #[schema(value_type = String, example = "Acme")]
    name: Name,
    /// A name of the IANA database.
    #[schema(value_type = String, example = "Europe/Berlin")]
    time_zone: TimeZoneName,
    /// The day of the month on which its allowance begins anew is that of this day. May be left out where a purchase says
    /// it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, required = false, example = "2026-01-31")]
    subscription_started_on: Option<Date>,
    /// What it bought and renewed, at most 200. The earliest purchase that qualifies is the day on which its subscription
    /// started, whatever `subscription_started_on` says.
    #[serde(default)]
    #[schema(value_type = Vec<Purchase>, required = false)]
    purchases: FewPurchases,
    /// Which subscriptions qualify; by default Marketing Hub and Service Hub, Professional and Enterprise.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Subscription>>, required = false)]
    qualifying_subscriptions: Option<FewSubscriptions>,
    /// How many conversations a month it may begin, on all its numbers together.
    #[serde(default = "usual_allowance")]
    #[schema(required = false, default = 1000)]
    allowance: u32,
    /// How many conversations it may begin in 24 hours while Meta has not verified its business.
    #[serde(default = "usual_unverified_limit")]
    #[schema(required = false, default = 50)]
    unverified_limit: u32,
    /// An ISO 8601 duration from one second to 365 days, without months and years; `null` never to reopen a ticket.
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, example = "P2D")]
    reopen_within: Option<Period>,
}

fn usual_unverified_limit() -> u32 {
    domain::Portfolio::UNVERIFIED
}

fn usual_allowance() -> u32 {
    domain::Tenant::USUAL_ALLOWANCE
}

/// Sets a tenant up, or replaces what it is. Needs the role `operator`.
///
/// The id is the operator's to choose: `ten_` and 32 hexadecimal digits, such as those of a UUID. It is what tokens of the
/// tenant's users name.
#[utoipa::path(
    put, path = "/v1/tenants/{id}", operation_id = "put_tenant", tag = "tenants",
    params(("id" = String, Path, description = "The tenant."), IfMatch),
    request_body = WholeTenant,
    responses(
        (status = 200, description = "The replaced tenant.", body = Tenant, headers(("ETag" = String))),
        (status = 201, description = "The new tenant.", body = Tenant, headers(("ETag" = String))),
        (status = 404, description = "The id is not of this form."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it, or is not there."),
        (status = 422, description = "`body_invalid`, or `no_qualifying_purchase`: nothing says when its subscription \
                                      started."),
    )
)]
pub(crate) async fn replace(
    State(desk): State<Desk>,
    operator: Operator,
    Id(id): Id<TenantId>,
    IfMatch(seen): IfMatch,
    Json(given): Json<WholeTenant>,
) -> Result<(StatusCode, Versioned<Tenant>), Refusal> {
    let (status, tenant) = put(&desk.table.of(id), &given, seen, desk.now()).await?;
    desk.tell("tenant_written", operator.user(), "tenant.id", id);
    Ok((status, Tenant::versioned(tenant)))
}

/// Two who write the same tenant are rare; a third try even more.
const ATTEMPTS: usize = 3;

async fn put(
    tenancy: &Tenancy,
    given: &WholeTenant,
    seen: Option<u64>,
    now: Timestamp,
) -> Result<(StatusCode, domain::Tenant), Refusal> {
    for _ in 0..ATTEMPTS {
        let read = tenancy.tenant().await?;
        if seen.is_some() && seen != read.as_ref().map(|tenant| tenant.version) {
            return Err(Refusal::changed());
        }
        let mut tenant = given.clone().into_tenant(tenancy.tenant_id())?;
        let period = tenant.period(now);
        let Some(read) = read else {
            if tenancy.create_tenant(&tenant, &period).await? {
                return Ok((StatusCode::CREATED, tenant));
            }
            continue;
        };
        // These are the tenant's own choices, not the operator's.
        tenant.moderation = read.moderation.clone();
        tenant.resend_unconfirmed_after = read.resend_unconfirmed_after;
        tenant.wish_words = read.wish_words.clone();
        tenant.consent_rule = read.consent_rule;
        tenant.session_reminder_before = read.session_reminder_before;
        match tenancy.replace_tenant(&mut tenant, &read, &period).await {
            Ok(()) => return Ok((StatusCode::OK, tenant)),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::contended())
}

impl WholeTenant {
    fn into_tenant(self, id: TenantId) -> Result<domain::Tenant, Refusal> {
        let purchases: Vec<_> = self.purchases.into();
        let qualifying = self.qualifying_subscriptions.map(Into::into).unwrap_or_default();
        let started = anniversary(&purchases, &qualifying).or(self.subscription_started_on);
        Ok(domain::Tenant {
            id,
            name: self.name.into(),
            time_zone: self.time_zone.into(),
            subscription_started_on: started.ok_or_else(Refusal::no_qualifying_purchase)?,
            purchases,
            qualifying,
            allowance: self.allowance,
            unverified_limit: self.unverified_limit,
            reopen_within: self.reopen_within.map(Into::into),
            resend_unconfirmed_after: None,
            moderation: domain::Moderation::default(),
            wish_words: domain::contact::wishes::WishWords::default(),
            consent_rule: domain::contact::wishes::ConsentRule::default(),
            session_reminder_before: None,
            version: 0,
        })
    }
}
