//! `/v1/tickets/{id}/owner`

use axum::extract::State;
use domain::{TicketId, UserId};
use rest::{Caller, Id, IfMatch, Json, Versioned};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Ticket;

/// Who is to work on a ticket.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Owner {
    /// The user, by the `sub` of their tokens; `null` for nobody.
    #[serde(deserialize_with = "rest::present")]
    #[schema(value_type = Option<String>, required = true, example = "usr_ben")]
    owner_id: Option<UserId>,
}

/// Hands a ticket to somebody, or to nobody.
#[utoipa::path(
    put, path = "/v1/tickets/{id}/owner", operation_id = "assign_ticket", tag = "tickets",
    params(("id" = String, Path, description = "The ticket."), IfMatch),
    request_body = Owner,
    responses(
        (status = 200, description = "The ticket with its new owner.", body = Ticket, headers(("ETag" = String))),
        (status = 409, description = "`ticket_merged`, `into` another: it goes on there."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
        (status = 422, description = "`body_invalid`."),
    )
)]
pub(crate) async fn replace(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<TicketId>,
    IfMatch(seen): IfMatch,
    Json(new): Json<Owner>,
) -> Result<Versioned<Ticket>, Refusal> {
    let ticket = helpdesk::assign(&desk.of(&caller), id, new.owner_id, seen).await?;
    Ok(Ticket::versioned(ticket))
}
