//! A thread in JSON.

use domain::{ChannelId, ContactId, ThreadId, TicketId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::ticket::TicketStatus;

/// The messages of one ticket, which have a list of their own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Thread {
    #[schema(value_type = String, example = "thr_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: ThreadId,
    #[schema(value_type = String)]
    ticket_id: TicketId,
    #[schema(value_type = String)]
    contact_id: ContactId,
    #[schema(value_type = String)]
    channel_id: ChannelId,
    /// The ticket's.
    status: TicketStatus,
    session: Session,
    /// The session's end again, as a ticket has it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    session_expires_at: Option<Timestamp>,
}

/// The 24 hours from the customer's last message in which free-form messages may be sent.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    open: bool,
    /// The first moment at which it is closed. May be past; `null` if the customer never opened one.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// The whole seconds until then; 0 while it is closed.
    seconds_left: i64,
}

impl Thread {
    /// A ticket's thread as it is at `now`.
    pub(crate) fn of(ticket: &domain::Ticket, session: Option<domain::Session>, now: Timestamp) -> Self {
        let expires_at = session.map(domain::Session::expires_at);
        Self {
            id: ticket.thread_id(),
            ticket_id: ticket.id,
            contact_id: ticket.contact_id,
            channel_id: ticket.channel_id,
            status: TicketStatus::of(ticket),
            session: Session {
                open: session.is_some_and(|session| session.is_open(now)),
                expires_at,
                seconds_left: session.map_or(0, |session| session.left(now).as_secs()),
            },
            session_expires_at: expires_at,
        }
    }
}
