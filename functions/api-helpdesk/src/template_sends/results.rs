//! `/v1/template-sends/{id}/results`

use axum::extract::State;
use domain::CampaignId;
use rest::{Caller, Id, Json, List, Paging};
use storage::RecipientCursor;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::TemplateSendResult;

/// Lists what became of each contact, in the order in which they were given.
#[utoipa::path(
    get, path = "/v1/template-sends/{id}/results", operation_id = "list_template_send_results", tag = "template-sends",
    params(("id" = String, Path, description = "The job."), Paging<RecipientCursor>),
    responses(
        (status = 200, description = "A page of results.", body = List<TemplateSendResult>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<CampaignId>,
    page: Paging<RecipientCursor>,
) -> Result<Json<List<TemplateSendResult>>, Refusal> {
    let tenancy = desk.of(&caller);
    let campaign = tenancy.campaign(id).await?.ok_or_else(Refusal::not_found)?;
    let found = tenancy.recipients(&campaign, page.limit, page.after.as_ref()).await?;
    let shown = found.data.into_iter().map(|recipient| TemplateSendResult::of(recipient, &campaign));
    Ok(Json(List::new(shown, found.next)))
}
