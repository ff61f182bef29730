//! `/v1/tickets` (F33)

pub(crate) mod closure;
pub(crate) mod owner;

use axum::extract::State;
use domain::{TicketId, UserId};
use rest::{Caller, Id, Json, List, Paging, Query, Versioned};
use serde::Deserialize;
use storage::TicketCursor;
use storage::tickets::{Filter, OwnerFilter};
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Ticket;

/// Which tickets are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `all_open` (the default), `unassigned` (open and nobody's), `assigned_to_me` (open and the caller's), `all_closed`, or `sent` (open,
    /// and we wrote last).
    #[serde(default)]
    #[param(inline)]
    view: View,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum View {
    #[default]
    AllOpen,
    Unassigned,
    AssignedToMe,
    AllClosed,
    Sent,
}

/// Lists the tickets of a view, the one with the latest message first.
#[utoipa::path(
    get, path = "/v1/tickets", operation_id = "list_tickets", tag = "tickets",
    params(Wanted, Paging<TicketCursor>),
    responses(
        (status = 200, description = "A page of tickets.", body = List<Ticket>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Paging<TicketCursor>,
) -> Result<Json<List<Ticket>>, Refusal> {
    let filter = wanted.view.filter(caller.user());
    let found = desk.of(&caller).tickets(&filter, page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(Ticket::from), found.next)))
}

/// Shows a ticket.
///
/// One that was merged into another, since their contacts were one person, is closed and names that one: there the
/// conversation goes on.
#[utoipa::path(
    get, path = "/v1/tickets/{id}", operation_id = "show_ticket", tag = "tickets",
    params(("id" = String, Path, description = "The ticket.")),
    responses((status = 200, description = "The ticket.", body = Ticket, headers(("ETag" = String)))),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<TicketId>,
) -> Result<Versioned<Ticket>, Refusal> {
    let ticket = desk.of(&caller).ticket(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Ticket::versioned(ticket))
}

impl View {
    fn filter(self, caller: &UserId) -> Filter {
        let all = Filter { open: true, owner: OwnerFilter::Any, sent: false };
        match self {
            Self::AllOpen => all,
            Self::Unassigned => Filter { owner: OwnerFilter::Nobody, ..all },
            Self::AssignedToMe => Filter { owner: OwnerFilter::User(caller.clone()), ..all },
            Self::AllClosed => Filter { open: false, ..all },
            Self::Sent => Filter { sent: true, ..all },
        }
    }
}
