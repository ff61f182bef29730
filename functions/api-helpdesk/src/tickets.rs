//! `/v1/tickets` (F33)

pub(crate) mod closure;
pub(crate) mod owner;

use axum::extract::State;
use domain::{TicketId, UserId};
use rest::{Caller, Id, Json, List, Paging, Query, Versioned};
use serde::Deserialize;
use storage::tickets::{Filter, OwnerFilter};
use storage::{InvalidCursor, TicketCursor};
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::{Refusal, sort_not_for_view};
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
    /// `last_message` (the default): the one with the latest message first. `time_left`: those whose session is open, the one
    /// that ends first first; in views of open tickets only.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    LastMessage,
    TimeLeft,
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

/// Lists the tickets of a view.
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
    let (tenancy, filter) = (desk.of(&caller), wanted.view.filter(caller.user()));
    let found = match (wanted.sort, page.after) {
        (Sort::LastMessage, None) => tenancy.tickets(&filter, page.limit, None).await?,
        (Sort::LastMessage, Some(TicketCursor::LastMessage(place))) => {
            tenancy.tickets(&filter, page.limit, Some(place)).await?
        }
        (Sort::TimeLeft, _) if !filter.open => return Err(sort_not_for_view().into()),
        (Sort::TimeLeft, None) => tenancy.tickets_by_time_left(&filter, desk.now(), page.limit, None).await?,
        (Sort::TimeLeft, Some(TicketCursor::TimeLeft(place))) => {
            tenancy.tickets_by_time_left(&filter, desk.now(), page.limit, Some(place)).await?
        }
        _ => return Err(rest::cursor_invalid(&InvalidCursor).into()),
    };
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
