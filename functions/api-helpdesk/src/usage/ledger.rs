//! `/v1/usage/ledger` (F23)

use axum::extract::State;
use domain::allowance::PeriodId;
use helpdesk::Allowance;
use rest::{Caller, Json, List, Paging, Query};
use serde::Deserialize;
use storage::LedgerCursor;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::LedgerEntry;

/// Which lines are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The day on which a period began, as `period` of the usage names it; this one by default.
    #[param(value_type = String, required = false, example = "2026-10-28")]
    period: Option<PeriodId>,
}

/// Lists what was counted in a period, the first first: each count with its message and, where it was taken back, why.
///
/// The counts of all lines that are not `released` add up to what is used and reserved.
#[utoipa::path(
    get, path = "/v1/usage/ledger", operation_id = "list_usage_ledger", tag = "usage",
    params(Wanted, Paging<LedgerCursor>),
    responses(
        (status = 200, description = "A page of counts.", body = List<LedgerEntry>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
        (status = 404, description = "`tenant_not_set_up`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Paging<LedgerCursor>,
) -> Result<Json<List<LedgerEntry>>, Refusal> {
    let tenancy = desk.of(&caller);
    let period = match wanted.period {
        Some(period) => period,
        None => Allowance::load(&tenancy, desk.now()).await?.ok_or_else(Refusal::tenant_not_set_up)?.period.id,
    };
    let found = tenancy.ledger(period, page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(LedgerEntry::from), found.next)))
}
