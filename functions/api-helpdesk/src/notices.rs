//! `/v1/notices` (F7, F23, F45)

use axum::extract::State;
use rest::{Caller, Json, List, Paging, Query, Role};
use storage::NoticeCursor;

use crate::Helpdesk;
use crate::month::Wanted;
use crate::refusal::Refusal;
use crate::shape::AdminNotice;

/// Lists what admins have to hear of in a month, the latest first; what is found in a day's look for gaps is one notice, at the
/// end of that day. Each is told once, and kept for 90 days. Needs the role `admin`.
#[utoipa::path(
    get, path = "/v1/notices", operation_id = "list_notices", tag = "notices",
    params(Wanted, Paging<NoticeCursor>),
    responses(
        (status = 200, description = "A page of notices.", body = List<AdminNotice>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
        (status = 403, description = "`role_required`: only admins may do this."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Paging<NoticeCursor>,
) -> Result<Json<List<AdminNotice>>, Refusal> {
    caller.require(Role::Admin)?;
    let found = desk.of(&caller).notices(wanted.month(desk.now()), page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(AdminNotice::from), found.next)))
}
