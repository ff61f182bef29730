//! `/v1/template-sends/{id}/cancel`

use axum::extract::State;
use domain::CampaignId;
use rest::{Caller, Id, Json};

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::TemplateSend;

/// Cancels a job.
///
/// Whoever is not decided yet gets nothing. Messages that are accepted already, of two slices of 25 contacts at most, go out.
/// A job that is through, or cancelled already, stays as it is.
#[utoipa::path(
    post, path = "/v1/template-sends/{id}/cancel", operation_id = "cancel_template_send", tag = "template-sends",
    params(("id" = String, Path, description = "The job.")),
    responses((status = 200, description = "The job.", body = TemplateSend)),
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<CampaignId>,
) -> Result<Json<TemplateSend>, Refusal> {
    let cancelled = helpdesk::cancel_campaign(&desk.of(&caller), id, caller.user(), desk.now()).await?;
    Ok(Json(cancelled.into()))
}
