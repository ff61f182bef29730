//! `/v1/messages/{id}/attachments/{attachment_id}/reveal` (F13)

use axum::extract::State;
use domain::audit::Action;
use domain::{AttachmentId, MessageId};
use rest::{Caller, Ids, Json};

use super::Link;
use crate::Helpdesk;
use crate::messages::reveal::{Why, revealed};
use crate::refusal::Refusal;

/// Gives a link to a hidden message's file. Needs the role `supervisor` or `admin`.
///
/// The message stays hidden. Each call is a line of the audit, which is kept before the link is given.
#[utoipa::path(
    post, path = "/v1/messages/{id}/attachments/{attachment_id}/reveal", operation_id = "reveal_attachment",
    tag = "messages",
    params(
        ("id" = String, Path, description = "The message."),
        ("attachment_id" = String, Path, description = "One of its `attachments`."),
    ),
    request_body = Option<Why>,
    responses(
        (status = 200, description = "The link.", body = Link),
        (status = 403, description = "`role_required`: only supervisors and admins may do this."),
        (status = 409, description = "`not_hidden`: ask for a link as everybody does. `attachment_pending`."),
        (status = 410, description = "`attachment_unavailable`, with the `reason`: it will never be there."),
        (status = 422, description = "`body_invalid`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Ids(id, attachment_id): Ids<MessageId, AttachmentId>,
    why: Option<Json<Why>>,
) -> Result<Json<Link>, Refusal> {
    if AttachmentId::of(id) != attachment_id {
        return Err(Refusal::not_found());
    }
    let why = why.unwrap_or(Json(Why::default())).0;
    let message = revealed(&desk, &caller, id, Action::AttachmentRevealed, &why).await?;
    desk.link_to_file_of(&message).await.map(Json)
}
