//! Tickets, and what a message does to one (F8, F16, F33).

mod joining;
mod reminder;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::allowance::Sending;
use crate::channel::Channel;
use crate::contact::Identity;
use crate::content::Content;
use crate::delivery::Delivery;
use crate::ids::{ChannelId, ContactId, MessageId, ThreadId, TicketId, UserId};
use crate::message::{Direction, InboundMessage, Message};
use crate::position::Position;
use crate::session::Session;

pub use joining::{Before, Joined, Joining, joining};
pub use reminder::Reminder;

/// Whether somebody still has to work on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum State {
    Open,
    Closed { at: Timestamp },
}

/// The message a list shows of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMessage {
    pub id: MessageId,
    pub position: Position,
    pub incoming: bool,
    pub kind: String,
    /// The first [`LastMessage::PREVIEW_CHARS`] characters of its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub at: Timestamp,
}

impl LastMessage {
    /// Enough for two lines of a list; keeps the ticket's item small.
    pub const PREVIEW_CHARS: usize = 160;
}

/// A piece of work for the helpdesk: one conversation from its first message until it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    pub channel_id: ChannelId,
    pub contact_id: ContactId,
    #[serde(flatten)]
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
    /// The identity the customer last wrote from, or has by WhatsApp's last word: what a reply is sent to.
    pub customer: Identity,
    /// When, by Meta's time; nothing before they write, nor in what was stored before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    #[serde(default, skip_serializing_if = "Reminder::is_none")]
    reminder: Reminder,
    pub unread_count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<LastMessage>,
    pub created_at: Timestamp,
    /// The tickets whose threads go on in this one's, since their contacts were one person; at most
    /// [`Ticket::MAX_JOINED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<TicketId>,
    /// The ticket in whose thread this one's goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<TicketId>,
    /// When it was last the conversation's latest, and an agent's template made another one that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overtaken_at: Option<Timestamp>,
    /// The sequence of the thread's next message.
    next_sequence: u64,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

/// What an inbound message finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It goes into the ticket, which stays open or closed as it is.
    Extend,
    /// It goes into the closed ticket, which is open again.
    Reopen,
    /// It makes a new ticket with a new thread.
    New,
    /// It belongs into no thread: there is none, and it is no work for anybody.
    Nowhere,
}

/// Where a message belongs, given the latest ticket of that contact on that number (F8).
pub fn placement(
    latest: Option<&Ticket>,
    message: &InboundMessage,
    reopen_within: Option<SignedDuration>,
) -> Placement {
    let makes_work = message.content.makes_work();
    let Some(ticket) = latest else { return if makes_work { Placement::New } else { Placement::Nowhere } };
    let reopens = |at| reopen_within.is_some_and(|within| message.sent_at.duration_since(at) < within);
    match ticket.state {
        State::Open => Placement::Extend,
        State::Closed { .. } if !makes_work => Placement::Extend,
        State::Closed { at } if reopens(at) => Placement::Reopen,
        State::Closed { .. } => Placement::New,
    }
}

/// A reply that was refused, and is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyRefused {
    /// Outside the session only an approved template may be sent (F16).
    #[error("the session is closed since {expired_at:?}")]
    SessionClosed { expired_at: Option<Timestamp> },
}

/// A reply as an agent writes it.
#[derive(Clone, Debug)]
pub struct Reply {
    pub id: MessageId,
    pub author: UserId,
    pub content: Content,
    pub reply_to: Option<MessageId>,
}

impl Ticket {
    /// A new ticket for a customer who writes from `customer`.
    pub fn open(id: TicketId, channel: &Channel, contact_id: ContactId, customer: Identity, at: Timestamp) -> Self {
        Self {
            id,
            channel_id: channel.id,
            contact_id,
            state: State::Open,
            owner_id: None,
            customer,
            customer_at: None,
            session: None,
            reminder: Reminder::default(),
            unread_count: 0,
            last_message: None,
            created_at: at,
            joined: Vec::new(),
            merged_into: None,
            overtaken_at: None,
            next_sequence: 1,
            version: 0,
        }
    }

    /// The ticket that follows a closed one of the same conversation: the session goes on, it is the customer's, and so does
    /// where they are answered.
    pub fn open_after(id: TicketId, earlier: &Ticket, channel: &Channel, at: Timestamp) -> Self {
        let opened = Self::open(id, channel, earlier.contact_id, earlier.customer.clone(), at);
        Self { session: earlier.session, customer_at: earlier.heard_of_at(), ..opened }
    }

    /// The messages of this ticket.
    pub fn thread_id(&self) -> ThreadId {
        ThreadId::of(self.id)
    }

    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// When its session ends; past or future, nothing if the customer never wrote.
    pub fn session_expires_at(&self) -> Option<Timestamp> {
        self.session.map(Session::expires_at)
    }

    /// Takes a customer's message into the thread. One that comes late does not say where they are by now.
    pub fn receive(&mut self, id: MessageId, inbound: InboundMessage, reply_to: Option<MessageId>) -> Message {
        let opened = Session::opened_by(inbound.sent_at);
        if self.heard_of_at().is_none_or(|heard_at| heard_at <= inbound.sent_at) {
            self.customer = inbound.sender.identity().clone();
            self.customer_at = Some(inbound.sent_at);
        }
        if inbound.content.opens_session() {
            self.session = Some(self.session.map_or(opened, |session| session.max(opened)));
        }
        if inbound.content.makes_work() {
            self.unread_count = self.unread_count.saturating_add(1);
        }
        let direction = Direction::Incoming { from: inbound.sender.identity().clone(), provenance: inbound.provenance };
        let mut message = self.place(id, inbound.sent_at, inbound.content, direction);
        message.reply_to = reply_to;
        message.wamid = Some(inbound.wamid);
        message
    }

    /// Takes an agent's reply into the thread, if the conversation's `session` allows it: the customer may have opened
    /// it in a later ticket than this one. A template needs no session, and reopens the ticket, so that what the customer
    /// answers comes into this thread (F16). The replier becomes the owner if nobody is (F33).
    pub fn reply(&mut self, reply: Reply, session: Option<Session>, now: Timestamp) -> Result<Message, ReplyRefused> {
        match (&reply.content, Sending::of(session, now)) {
            (Content::Template(_), _) => drop(self.reopen(now)),
            (_, Sending::InSession(_)) => {}
            (_, Sending::OutsideSession) => {
                return Err(ReplyRefused::SessionClosed { expired_at: session.map(Session::expires_at) });
            }
        }
        self.owner_id.get_or_insert_with(|| reply.author.clone());
        self.unread_count = 0;
        let direction =
            Direction::Outgoing { to: self.customer.clone(), author: reply.author, delivery: Delivery::queued(now) };
        let mut message = self.place(reply.id, now, reply.content, direction);
        message.reply_to = reply.reply_to;
        Ok(message)
    }

    /// Takes a reply into the thread that was written before the customer answered (F18). Nobody has read the answer yet.
    pub fn follow_up(
        &mut self,
        reply: Reply,
        session: Option<Session>,
        now: Timestamp,
    ) -> Result<Message, ReplyRefused> {
        let unread = self.unread_count;
        let message = self.reply(reply, session, now)?;
        self.unread_count = unread;
        Ok(message)
    }

    /// Ends the work. Says whether anything changed.
    pub fn close(&mut self, now: Timestamp) -> bool {
        let was_open = self.is_open();
        if was_open {
            self.state = State::Closed { at: now };
        }
        was_open
    }

    /// Takes the work up again. Says whether anything changed.
    pub fn reopen(&mut self, now: Timestamp) -> bool {
        let was_closed = !self.is_open();
        if was_closed {
            self.state = State::Open;
            self.reminder = self.reminder.reopened(now);
        }
        was_closed
    }

    /// Hands it to somebody, or to nobody. Says whether anything changed.
    pub fn assign(&mut self, owner: Option<UserId>) -> bool {
        let changed = self.owner_id != owner;
        self.owner_id = owner;
        changed
    }

    /// Meta refused a message as outside the window (F17). Says whether anything changed.
    pub fn session_closed_by_meta(&mut self, at: Timestamp) -> bool {
        let closed = self.session.map(|session| session.closed_by_meta(at));
        let changed = closed != self.session;
        self.session = closed;
        changed
    }

    /// When the customer was last heard of where they are answered.
    fn heard_of_at(&self) -> Option<Timestamp> {
        heard_of_at(self.customer_at, self.session)
    }

    fn place(&mut self, id: MessageId, at: Timestamp, content: Content, direction: Direction) -> Message {
        let mut position = Position::new(at, self.next_sequence);
        self.next_sequence += 1;
        if let (Direction::Outgoing { .. }, Some(last)) = (&direction, &self.last_message) {
            // A reply stands below what it answers, and below what was accepted before it, whatever the clocks say.
            position = position.not_before(last.position);
        }
        // A notice is nobody's last word: it moves the ticket in no list.
        if content.makes_work() && self.last_message.as_ref().is_none_or(|last| last.position < position) {
            self.last_message = Some(LastMessage {
                id,
                position,
                incoming: matches!(direction, Direction::Incoming { .. }),
                kind: content.kind().to_owned(),
                text: content.text().map(|text| text.chars().take(LastMessage::PREVIEW_CHARS).collect()),
                at,
            });
        }
        Message {
            id,
            thread_id: self.thread_id(),
            channel_id: self.channel_id,
            contact_id: self.contact_id,
            position,
            sent_at: at,
            content,
            reply_to: None,
            wamid: None,
            trace_id: None,
            direction,
            version: 0,
        }
    }
}

/// Where the time was not kept yet, it is that of the message which the session counts from.
fn heard_of_at(kept: Option<Timestamp>, session: Option<Session>) -> Option<Timestamp> {
    let begins = |end: Timestamp| end.saturating_sub(Session::LENGTH).unwrap_or(Timestamp::MIN);
    kept.or_else(|| session.map(|session| begins(session.expires_at())))
}

#[cfg(test)]
mod tests;
