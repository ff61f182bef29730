//! `/v1/audit` (F13)

use axum::extract::State;
use rest::{Caller, Json, List, Paging, Query};
use storage::AuditCursor;

use crate::Helpdesk;
use crate::month::Wanted;
use crate::refusal::Refusal;
use crate::shape::AuditRecord;

/// Lists what users did in a month that they may be asked about, the latest first. Needs the role `supervisor` or `admin`.
#[utoipa::path(
    get, path = "/v1/audit", operation_id = "list_audit", tag = "audit",
    params(Wanted, Paging<AuditCursor>),
    responses(
        (status = 200, description = "A page of records.", body = List<AuditRecord>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
        (status = 403, description = "`role_required`: only supervisors and admins may do this."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Paging<AuditCursor>,
) -> Result<Json<List<AuditRecord>>, Refusal> {
    caller.require_supervisor()?;
    let found = desk.of(&caller).audit(wanted.month(desk.now()), page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(AuditRecord::from), found.next)))
}
