//! `/v1/contacts/{id}/merges`

use axum::extract::State;
use domain::{ContactId, MergeId};
use rest::{Caller, Id, Ids, Json, List};
use storage::ContactCursor;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Merge;

/// Lists what was merged into a contact, because WhatsApp said that they are one person; what was undone, too.
///
/// They are few and come in one page.
#[utoipa::path(
    get, path = "/v1/contacts/{id}/merges", operation_id = "list_contact_merges", tag = "contacts",
    params(("id" = String, Path, description = "The contact.")),
    responses((status = 200, description = "The merges.", body = List<Merge>)),
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ContactId>,
) -> Result<Json<List<Merge>>, Refusal> {
    let tenancy = desk.of(&caller);
    let contact = helpdesk::living_contact(&tenancy, id).await?.ok_or_else(Refusal::not_found)?;
    let merges = helpdesk::merges_into(&tenancy, &contact).await?;
    Ok(Json(List::new(merges.into_iter().map(Merge::from), None::<ContactCursor>)))
}

/// Undoes a merge: the two are two contacts again, each with its identities and tickets.
///
/// Messages that came since stay in the thread they came to. WhatsApp's word does not merge the two again. A merge that is
/// undone already stays so.
#[utoipa::path(
    delete, path = "/v1/contacts/{id}/merges/{merged_id}", operation_id = "undo_contact_merge", tag = "contacts",
    params(
        ("id" = String, Path, description = "The contact that stands for both."),
        ("merged_id" = String, Path, description = "The contact that was merged into it."),
    ),
    responses(
        (status = 200, description = "The merge, undone.", body = Merge),
        (
            status = 409,
            description = "`contact_merged`: the contact was merged into another later, or a later merge built on this one; undo that first."
        ),
    )
)]
pub(crate) async fn delete(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Ids(survivor, merged): Ids<ContactId, ContactId>,
) -> Result<Json<Merge>, Refusal> {
    let id = MergeId { survivor, merged };
    let undone = helpdesk::undo_merge(&desk.of(&caller), id, caller.user(), desk.now()).await?;
    Ok(Json(undone.into()))
}
