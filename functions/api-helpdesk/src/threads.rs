//! `/v1/threads`

pub(crate) mod deferred_replies;
pub(crate) mod messages;

use axum::extract::State;
use domain::ThreadId;
use rest::{Caller, Id, Json};

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Thread;

/// Shows a thread.
///
/// One that goes on in another, since their contacts were merged, is shown as that one.
#[utoipa::path(
    get, path = "/v1/threads/{id}", operation_id = "show_thread", tag = "threads",
    params(("id" = String, Path, description = "The thread.")),
    responses((status = 200, description = "The thread.", body = Thread)),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ThreadId>,
) -> Result<Json<Thread>, Refusal> {
    let tenancy = desk.of(&caller);
    let ticket = helpdesk::living_ticket(&tenancy, id.ticket()).await?.ok_or_else(Refusal::not_found)?;
    let session = helpdesk::session_of(&tenancy, &ticket).await?;
    Ok(Json(Thread::of(&ticket, session, desk.now())))
}
