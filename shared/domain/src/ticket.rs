//! Tickets, and what a message does to one (F8, F16, F33).

mod joining;
mod reminder;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::contact::Identity;
use crate::content::Content;
use crate::delivery::Delivery;
use crate::ids::{ChannelId, ContactId, MessageId, ThreadId, TicketId, UserId};
use crate::message::{Direction, InboundMessage, Message};
use crate::position::Position;
use crate::session::{Initiative, Session};

pub use joining::{Joined, Joining, joining};
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
    /// The identity the customer last wrote from: what a reply is sent to.
    pub customer: Identity,
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
            session: None,
            reminder: Reminder::default(),
            unread_count: 0,
            last_message: None,
            created_at: at,
            joined: Vec::new(),
            merged_into: None,
            next_sequence: 1,
            version: 0,
        }
    }

    /// The ticket that follows a closed one of the same conversation: the session goes on, it is the customer's.
    pub fn open_after(id: TicketId, earlier: &Ticket, channel: &Channel, customer: Identity, at: Timestamp) -> Self {
        let session = earlier.session;
        Self { session, ..Self::open(id, channel, earlier.contact_id, customer, at) }
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

    /// Takes a customer's message into the thread.
    pub fn receive(&mut self, id: MessageId, inbound: InboundMessage, reply_to: Option<MessageId>) -> Message {
        let opened = Session::opened_by(inbound.sent_at);
        if self.session.is_none_or(|session| session.max(opened) == opened) {
            self.customer = inbound.sender.identity().clone();
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
        match (&reply.content, Initiative::of(session, now)) {
            (Content::Template(_), _) => drop(self.reopen()),
            (_, Initiative::Customer) => {}
            (_, Initiative::Business) => {
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
    pub fn reopen(&mut self) -> bool {
        let was_closed = !self.is_open();
        self.state = State::Open;
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::Provenance;
    use crate::channel::BusinessNumber;
    use crate::contact::Sender;
    use crate::content::{MessageHeader, Notice, NoticeKind, Placeholder, TemplateMessage};
    use crate::ids::TenantId;
    use crate::message::Wamid;
    use crate::template::Category;

    pub(super) fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a timestamp")
    }

    pub(super) fn ada() -> Identity {
        Identity::Phone("15550100001".into())
    }

    pub(super) fn ticket() -> Ticket {
        let number = BusinessNumber {
            waba_id: "1".into(),
            phone_number_id: "2".into(),
            display_phone_number: "+1 555 0100".into(),
        };
        let channel = Channel::connect(TenantId::from(Uuid::from_u128(1)), number, at(0));
        Ticket::open(TicketId::from(Uuid::from_u128(2)), &channel, ContactId::from(Uuid::from_u128(3)), ada(), at(0))
    }

    pub(super) fn id(n: u128) -> MessageId {
        MessageId::from(Uuid::from_u128(n))
    }

    pub(super) fn text(text: &str) -> Content {
        Content::Text { text: text.into() }
    }

    pub(super) fn inbound(second: i64, content: Content) -> InboundMessage {
        InboundMessage {
            wamid: Wamid::try_from(format!("wamid.{second}")).expect("a wamid"),
            sent_at: at(second),
            sender: Sender::new(ada(), None),
            content,
            quotes: None,
            target: None,
            provenance: Provenance::default(),
        }
    }

    pub(super) fn reply(n: u128, by: &str) -> Reply {
        let author = UserId::try_from(by.to_owned()).expect("a user id");
        Reply { id: id(n), author, content: text("here we are"), reply_to: None }
    }

    #[test]
    fn messages_of_one_second_keep_the_order_in_which_they_came() {
        let mut ticket = ticket();
        let first = ticket.receive(id(1), inbound(100, text("one")), None);
        let second = ticket.receive(id(2), inbound(100, text("two")), None);
        assert!(first.position < second.position);
        assert_eq!(ticket.unread_count, 2);
        assert_eq!(ticket.last_message.map(|last| last.id), Some(id(2)));
    }

    #[test]
    fn a_late_message_stands_where_it_was_sent_and_is_not_the_last() {
        let mut ticket = ticket();
        let on_time = ticket.receive(id(1), inbound(20_000, text("now")), None);
        let late = ticket.receive(id(2), inbound(2_000, text("hours ago")), None);
        assert!(late.position < on_time.position);
        assert_eq!(ticket.last_message.as_ref().map(|last| last.id), Some(id(1)));
        assert_eq!(ticket.session_expires_at(), Some(at(20_000 + 86_400)));
    }

    #[test]
    fn an_answer_goes_to_where_the_customer_wrote_from_last_not_to_where_a_late_message_came_from() {
        let mut ticket = ticket();
        let hidden = Identity::Bsuid("US.1".into());
        let from_hidden = InboundMessage { sender: Sender::new(hidden.clone(), None), ..inbound(500, text("now")) };
        ticket.receive(id(1), from_hidden, None);
        ticket.receive(id(2), inbound(100, text("earlier, but late")), None);
        assert_eq!(ticket.customer, hidden);
        ticket.receive(id(3), inbound(600, text("by phone again")), None);
        assert_eq!(ticket.customer, ada());
    }

    #[test]
    fn a_reaction_counts_as_unread_and_opens_no_session() {
        let mut ticket = ticket();
        let reaction = Content::Placeholder(Placeholder {
            kind: "reaction".into(),
            reason: "reaction".into(),
            text: None,
            emoji: Some("👍".into()),
            target: None,
            original: "{}".into(),
        });
        ticket.receive(id(1), inbound(100, reaction), None);
        assert_eq!((ticket.unread_count, ticket.session), (1, None));
    }

    #[test]
    fn a_notice_is_no_work_and_tells_where_answers_go_from_now_on() {
        let mut ticket = ticket();
        let renamed = Identity::Phone("15550100002".into());
        let notice = |second| {
            let told = Notice { about: NoticeKind::ChangedNumber, previous: vec![ada()], text: None };
            let sender = Sender::new(renamed.clone(), None);
            InboundMessage { sender, ..inbound(second, Content::Notice(told)) }
        };
        ticket.receive(id(1), inbound(100, text("hello")), None);
        ticket.receive(id(2), notice(200), None);
        assert_eq!((ticket.unread_count, ticket.session_expires_at()), (1, Some(at(100 + 86_400))));
        assert_eq!(ticket.customer, renamed);
        assert_eq!(ticket.last_message.as_ref().map(|last| last.id), Some(id(1)));
        ticket.close(at(300));
        let hour = Some(SignedDuration::from_hours(1));
        assert_eq!(placement(Some(&ticket), &notice(301), hour), Placement::Extend);
        assert_eq!(placement(None, &notice(301), hour), Placement::Nowhere);
    }

    #[test]
    fn a_reply_in_the_last_second_is_taken_and_one_later_is_refused() {
        let mut ticket = ticket();
        ticket.receive(id(1), inbound(0, text("hello")), None);
        let session = ticket.session;
        assert!(ticket.reply(reply(2, "usr_ben"), session, at(86_399)).is_ok());
        let refused = ticket.reply(reply(3, "usr_ben"), session, at(86_400));
        assert_eq!(refused.expect_err("over"), ReplyRefused::SessionClosed { expired_at: Some(at(86_400)) });
    }

    #[test]
    fn a_reply_that_waited_for_the_answer_leaves_it_unread() {
        let mut ticket = ticket();
        ticket.receive(id(1), inbound(0, text("yes, please")), None);
        let session = ticket.session;
        let sent = ticket.follow_up(reply(2, "usr_ben"), session, at(1)).expect("the session is open");
        assert_eq!((ticket.unread_count, ticket.last_message.map(|last| last.id)), (1, Some(sent.id)));
    }

    #[test]
    fn a_reply_assigns_the_replier_only_if_nobody_owns_the_ticket() {
        let mut ticket = ticket();
        ticket.receive(id(1), inbound(0, text("hello")), None);
        let session = ticket.session;
        ticket.reply(reply(2, "usr_ben"), session, at(1)).expect("the session is open");
        ticket.reply(reply(3, "usr_cleo"), session, at(2)).expect("the session is open");
        assert_eq!(ticket.owner_id.map(String::from), Some("usr_ben".to_owned()));
        assert_eq!(ticket.unread_count, 0);
    }

    #[test]
    fn a_reply_stands_below_what_was_there_when_it_was_accepted_whatever_the_clocks_say() {
        let mut ticket = ticket();
        let question = ticket.receive(id(1), inbound(100, text("from a clock ahead of ours")), None);
        let session = ticket.session;
        let first = ticket.reply(reply(2, "usr_ben"), session, at(99)).expect("the session is open");
        let second = ticket.reply(reply(3, "usr_cleo"), session, at(98)).expect("the session is open");
        assert!(question.position < first.position && first.position < second.position);
        assert_eq!(second.sent_at, at(98));
    }

    #[test]
    fn a_reply_to_somebody_who_never_wrote_is_refused() {
        let refused = ticket().reply(reply(2, "usr_ben"), None, at(600));
        assert_eq!(refused.expect_err("no session"), ReplyRefused::SessionClosed { expired_at: None });
    }

    #[test]
    fn a_template_needs_no_session_and_reopens_the_ticket_so_that_the_answer_comes_into_its_thread() {
        let mut ticket = ticket();
        ticket.close(at(100));
        let content = Content::Template(TemplateMessage {
            name: "parcel".into(),
            language: "en".into(),
            category: Category::Utility,
            header: Some(MessageHeader::Text { text: "Parcel A-17".into() }),
            body: "It is on its way.".into(),
            footer: None,
            buttons: Vec::new(),
            parameters: Vec::new(),
        });
        let sent =
            ticket.reply(Reply { content, ..reply(2, "usr_ben") }, None, at(600)).expect("a template goes always");
        assert!(ticket.is_open());
        assert_eq!(sent.content.kind(), "template");
        let shown = ticket.last_message.clone().and_then(|last| last.text);
        assert_eq!(shown.as_deref(), Some("Parcel A-17\n\nIt is on its way."));
        assert_eq!(placement(Some(&ticket), &inbound(700, text("thanks")), None), Placement::Extend);
        let refused = ticket.reply(reply(3, "usr_ben"), ticket.session, at(601));
        assert_eq!(refused.expect_err("it opens none"), ReplyRefused::SessionClosed { expired_at: None });
    }

    #[test]
    fn a_message_on_a_closed_ticket_makes_a_new_one_unless_the_tenant_reopens() {
        let mut ticket = ticket();
        let hour = Some(SignedDuration::from_hours(1));
        let written = |second| inbound(second, text("hello"));
        assert_eq!(placement(Some(&ticket), &written(10), None), Placement::Extend);
        ticket.close(at(100));
        assert_eq!(placement(Some(&ticket), &written(101), None), Placement::New);
        assert_eq!(placement(Some(&ticket), &written(3_699), hour), Placement::Reopen);
        assert_eq!(placement(Some(&ticket), &written(3_700), hour), Placement::New);
        assert_eq!(placement(None, &written(0), hour), Placement::New);
    }
}
