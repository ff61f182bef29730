//! A ticket in JSON.

use domain::ticket::State;
use domain::{ChannelId, ContactId, MessageId, ThreadId, TicketId, UserId};
use jiff::Timestamp;
use rest::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use super::message::Direction;

/// A piece of work for the helpdesk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ticket {
    #[schema(value_type = String, example = "tkt_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: TicketId,
    #[schema(value_type = String)]
    thread_id: ThreadId,
    #[schema(value_type = String)]
    contact_id: ContactId,
    #[schema(value_type = String)]
    channel_id: ChannelId,
    status: TicketStatus,
    /// The user who works on it.
    #[schema(required = true, value_type = Option<String>)]
    owner_id: Option<UserId>,
    source: Source,
    /// Until then free-form messages may be sent. May be past; `null` if the customer never opened a session.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    session_expires_at: Option<Timestamp>,
    /// When the reminder came that the session is about to end, if the settings ask for one; `null` before, and again once the
    /// customer has written.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    session_reminder_at: Option<Timestamp>,
    /// The customer's messages since our last one.
    unread_count: u32,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    last_message_at: Option<Timestamp>,
    #[schema(required = true)]
    last_message: Option<LastMessage>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// `null` while it is open.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// The ticket in whose thread this one's messages are, since their contacts were one person.
    #[schema(required = true, value_type = Option<String>)]
    merged_into: Option<TicketId>,
}

/// Whether somebody still has to work on it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TicketStatus {
    Open,
    Closed,
}

/// Where it came from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Source {
    Whatsapp,
}

/// The latest message, for a list.
#[derive(Debug, Serialize, ToSchema)]
struct LastMessage {
    #[schema(value_type = String)]
    id: MessageId,
    direction: Direction,
    #[schema(example = "text")]
    r#type: String,
    /// The first 160 characters of its words; `null` if it has none.
    #[schema(required = true)]
    text: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
}

impl Ticket {
    /// The ticket with its version.
    pub(crate) fn versioned(ticket: domain::Ticket) -> Versioned<Self> {
        Versioned { version: ticket.version, body: ticket.into() }
    }
}

impl From<domain::Ticket> for Ticket {
    fn from(ticket: domain::Ticket) -> Self {
        Self {
            id: ticket.id,
            thread_id: ticket.thread_id(),
            contact_id: ticket.contact_id,
            channel_id: ticket.channel_id,
            status: TicketStatus::of(&ticket),
            session_expires_at: ticket.session_expires_at(),
            session_reminder_at: ticket.reminded_at(),
            owner_id: ticket.owner_id,
            source: Source::Whatsapp,
            unread_count: ticket.unread_count,
            last_message_at: ticket.last_message.as_ref().map(|last| last.at),
            last_message: ticket.last_message.map(LastMessage::from),
            created_at: ticket.created_at,
            closed_at: match ticket.state {
                State::Open => None,
                State::Closed { at } => Some(at),
            },
            merged_into: ticket.merged_into,
        }
    }
}

impl TicketStatus {
    pub(super) fn of(ticket: &domain::Ticket) -> Self {
        if ticket.is_open() { Self::Open } else { Self::Closed }
    }
}

impl From<domain::ticket::LastMessage> for LastMessage {
    fn from(last: domain::ticket::LastMessage) -> Self {
        let direction = if last.incoming { Direction::Incoming } else { Direction::Outgoing };
        Self { id: last.id, direction, r#type: last.kind, text: last.text, sent_at: last.at }
    }
}
