//! `/v1/threads/{id}/deferred-replies` (F18)

use axum::extract::State;
use domain::ThreadId;
use rest::{Caller, Id, Json, List};
use storage::MessageCursor;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::DeferredReply;

/// Lists the replies of a thread that wait for the customer's answer, or did: the latest 100, the newest first, in one page.
#[utoipa::path(
    get, path = "/v1/threads/{id}/deferred-replies", operation_id = "list_deferred_replies", tag = "threads",
    params(("id" = String, Path, description = "The thread.")),
    responses((status = 200, description = "The deferred replies.", body = List<DeferredReply>)),
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ThreadId>,
) -> Result<Json<List<DeferredReply>>, Refusal> {
    let tenancy = desk.of(&caller);
    let ticket = helpdesk::living_ticket(&tenancy, id.ticket()).await?.ok_or_else(Refusal::not_found)?;
    let found = helpdesk::deferred_replies(&tenancy, &ticket).await?;
    let shown = found.into_iter().map(|reply| DeferredReply::of(reply, desk.now()));
    Ok(Json(List::new(shown, None::<MessageCursor>)))
}
