//! `/v1/tickets/{id}/closure`

use axum::extract::State;
use domain::TicketId;
use rest::{Caller, Id, IfMatch, Versioned};

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Ticket;

/// Closes a ticket.
///
/// The customer's next message makes a new ticket, or reopens this one if the settings say so. A ticket that is closed
/// already stays as it is.
#[utoipa::path(
    post, path = "/v1/tickets/{id}/closure", operation_id = "close_ticket", tag = "tickets",
    params(("id" = String, Path, description = "The ticket."), IfMatch),
    responses(
        (status = 200, description = "The closed ticket.", body = Ticket, headers(("ETag" = String))),
        (status = 409, description = "`ticket_merged`, `into` another: it goes on there."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<TicketId>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<Ticket>, Refusal> {
    let closed = helpdesk::close(&desk.of(&caller), id, seen, desk.now()).await?;
    Ok(Ticket::versioned(closed))
}

/// Opens a ticket again.
///
/// A ticket that is open already stays as it is.
#[utoipa::path(
    delete, path = "/v1/tickets/{id}/closure", operation_id = "reopen_ticket", tag = "tickets",
    params(("id" = String, Path, description = "The ticket."), IfMatch),
    responses(
        (status = 200, description = "The open ticket.", body = Ticket, headers(("ETag" = String))),
        (status = 409, description = "`ticket_merged`, `into` another: it goes on there."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
    )
)]
pub(crate) async fn delete(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<TicketId>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<Ticket>, Refusal> {
    let open = helpdesk::reopen(&desk.of(&caller), id, seen, desk.now()).await?;
    Ok(Ticket::versioned(open))
}
