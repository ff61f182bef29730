//! `/v1/contacts`

use axum::extract::State;
use domain::ContactId;
use rest::{Caller, Id, Json};

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Contact;

/// Shows a contact.
#[utoipa::path(
    get, path = "/v1/contacts/{id}", operation_id = "show_contact", tag = "contacts",
    params(("id" = String, Path, description = "The contact.")),
    responses((status = 200, description = "The contact.", body = Contact)),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ContactId>,
) -> Result<Json<Contact>, Refusal> {
    let contact = desk.of(&caller).contact(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(contact.into()))
}
