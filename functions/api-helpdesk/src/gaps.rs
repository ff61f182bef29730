//! `/v1/gaps` (F45)

use axum::extract::State;
use rest::{Caller, Json, List, Paging};
use storage::GapCursor;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Gap;

/// Lists what should have happened and has not, as the look of the last day or two found it. Needs the role `supervisor` or
/// `admin`.
#[utoipa::path(
    get, path = "/v1/gaps", operation_id = "list_gaps", tag = "gaps",
    params(Paging<GapCursor>),
    responses(
        (status = 200, description = "A page of gaps, by kind.", body = List<Gap>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
        (status = 403, description = "`role_required`: only supervisors and admins may do this."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    page: Paging<GapCursor>,
) -> Result<Json<List<Gap>>, Refusal> {
    caller.require_supervisor()?;
    let found = desk.of(&caller).gaps(page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(Gap::from), found.next)))
}
