//! `/v1/usage` (F23)

pub(crate) mod ledger;

use axum::extract::State;
use helpdesk::Allowance;
use rest::{Caller, Json};

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Usage;

/// Shows what is used of the allowance, and when it begins anew.
///
/// Messages outside a session count 1 each, from their acceptance (`reserved`) until they are sent (`used`) or known not to
/// have been. At the limit they are refused with `allowance_exhausted`; what is said inside sessions goes on.
#[utoipa::path(
    get, path = "/v1/usage", operation_id = "show_usage", tag = "usage",
    responses(
        (status = 200, description = "What is used of the allowance.", body = Usage),
        (status = 404, description = "`tenant_not_set_up`."),
    )
)]
pub(crate) async fn show(State(desk): State<Helpdesk>, caller: Caller) -> Result<Json<Usage>, Refusal> {
    let (tenancy, now) = (desk.of(&caller), desk.now());
    let tenant = tenancy.tenant().await?.ok_or_else(Refusal::tenant_not_set_up)?;
    let allowance = Allowance::of(&tenant, now);
    let counted = helpdesk::notice(&tenancy, &allowance, now).await?;
    let numbers = helpdesk::usage_of_numbers(&tenancy, &tenant, now).await?;
    Ok(Json(Usage::of(&allowance, &counted, (tenant.unverified_limit, numbers), now)))
}
