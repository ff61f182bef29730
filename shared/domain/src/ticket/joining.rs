//! Two contacts were one person (F11), and so their tickets on one channel become one conversation's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LastMessage, State, Ticket, heard_of_at};
use crate::contact::{Contact, Identity};
use crate::ids::{TicketId, UserId};
use crate::session::Session;

/// What becomes of the merged contact's latest ticket on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// It stays beside the survivor's latest, which goes on.
    Earlier,
    /// It is the survivor's latest now: there the next message goes.
    Latest,
    /// Both are open: its thread goes on in that of the survivor's.
    Join,
}

/// What joining changed, for undoing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub into: TicketId,
    /// How that one was before.
    before: Aspects,
    /// How the joined one was before.
    was: State,
}

/// Where a ticket's customer was answered, and in what session, before two contacts were one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub ticket_id: TicketId,
    customer: Identity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
}

/// What a ticket shows of its messages, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Aspects {
    customer: Identity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
    unread_count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_message: Option<LastMessage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_id: Option<UserId>,
}

impl Joined {
    /// How the ticket was that goes on.
    pub fn before(&self) -> Before {
        let Aspects { customer, customer_at, session, .. } = self.before.clone();
        Before { ticket_id: self.into, customer, customer_at, session }
    }
}

/// What becomes of a merged contact's latest ticket, given the survivor's latest on the same channel.
pub fn joining(survivors: Option<&Ticket>, merged: &Ticket) -> Joining {
    let Some(survivors) = survivors else { return Joining::Latest };
    match (survivors.is_open(), merged.is_open()) {
        (true, true) if survivors.joined.len() + merged.joined.len() < Ticket::MAX_JOINED => Joining::Join,
        (true, _) => Joining::Earlier,
        (false, true) => Joining::Latest,
        (false, false) if survivors.last_touched() < merged.last_touched() => Joining::Latest,
        (false, false) => Joining::Earlier,
    }
}

impl Ticket {
    /// How many threads one goes on for; each is one query more for a page of messages.
    pub const MAX_JOINED: usize = 10;

    /// Whether its messages are shown in another ticket's thread.
    pub fn is_joined(&self) -> bool {
        self.merged_into.is_some()
    }

    /// The session is the customer's, whichever of their tickets they wrote in.
    pub fn share_session(&mut self, other: &mut Self) {
        let longest = self.session.into_iter().chain(other.session).reduce(Session::max);
        (self.session, other.session) = (longest, longest);
    }

    /// Goes on for `other`: its messages are shown here from now on, and the next ones come here.
    pub fn join(&mut self, other: &mut Self, at: Timestamp) -> Joined {
        let before = Aspects::of(self);
        Aspects::of(self).with(other).apply(self);
        self.joined.push(other.id);
        self.joined.extend(&other.joined);
        self.reminder = self.reminder.with(other.reminder);
        // A reply stands below every message that is shown here.
        self.next_sequence = self.next_sequence.max(other.next_sequence);
        let was = std::mem::replace(&mut other.state, State::Closed { at });
        other.merged_into = Some(self.id);
        Joined { into: self.id, before, was }
    }

    /// The same undone. What happened meanwhile stays.
    pub fn part(&mut self, other: &mut Self, joined: &Joined) {
        let Joined { before, was, .. } = joined.clone();
        let together = before.clone().with(other);
        let mut now = Aspects::of(self);
        now.unread_count = now.unread_count.saturating_sub(other.unread_count);
        if now.customer == together.customer && now.customer != before.customer {
            (now.customer, now.customer_at) = (before.customer, before.customer_at);
        }
        restore(&mut now.session, &together.session, before.session);
        restore(&mut now.last_message, &together.last_message, before.last_message);
        restore(&mut now.owner_id, &together.owner_id, before.owner_id);
        now.apply(self);
        self.joined.retain(|id| *id != other.id && !other.joined.contains(id));
        other.merged_into = None;
        other.state = was;
    }

    /// How it is before its contact and another are one.
    pub fn before(&self) -> Before {
        let (customer, customer_at, session) = (self.customer.clone(), self.customer_at, self.session);
        Before { ticket_id: self.id, customer, customer_at, session }
    }

    /// The two are two again, and it is this one's. The session that they shared is what it was in each, unless it went on.
    /// Nobody is answered here any more where only the other is, but where it was before, if that was kept and is theirs,
    /// or else where they are known by now.
    pub fn return_to(&mut self, contact: &Contact, before: &[Before]) {
        self.contact_id = contact.id;
        let was = before.iter().find(|before| before.ticket_id == self.id);
        if let Some(was) = was {
            let shared = before.iter().filter_map(|before| before.session).reduce(Session::max);
            restore(&mut self.session, &shared, was.session);
        }
        let is_theirs = |identity: &Identity| {
            let is_written =
                |digits| contact.numbers().any(|number| number == digits) && !contact.has_given_up(identity);
            contact.identities.contains(identity) || matches!(identity, Identity::Phone(digits) if is_written(digits))
        };
        if is_theirs(&self.customer) {
            return;
        }
        if let Some(was) = was.filter(|was| is_theirs(&was.customer)) {
            (self.customer, self.customer_at) = (was.customer.clone(), was.customer_at);
        } else if let Some(known) = contact.address(None) {
            (self.customer, self.customer_at) = (known, None);
        }
    }

    fn last_touched(&self) -> Timestamp {
        self.last_message.as_ref().map_or(self.created_at, |last| last.at)
    }
}

impl Aspects {
    fn of(ticket: &Ticket) -> Self {
        Self {
            customer: ticket.customer.clone(),
            customer_at: ticket.customer_at,
            session: ticket.session,
            unread_count: ticket.unread_count,
            last_message: ticket.last_message.clone(),
            owner_id: ticket.owner_id.clone(),
        }
    }

    fn with(mut self, other: &Ticket) -> Self {
        if heard_of_at(self.customer_at, self.session) < other.heard_of_at() {
            // They were heard of there last: there they are answered.
            (self.customer, self.customer_at) = (other.customer.clone(), other.heard_of_at());
        }
        self.session = self.session.into_iter().chain(other.session).reduce(Session::max);
        self.unread_count = self.unread_count.saturating_add(other.unread_count);
        let position = |last: &Option<LastMessage>| last.as_ref().map(|last| last.position);
        if position(&self.last_message) < position(&other.last_message) {
            self.last_message.clone_from(&other.last_message);
        }
        if self.owner_id.is_none() {
            self.owner_id.clone_from(&other.owner_id);
        }
        self
    }

    fn apply(self, ticket: &mut Ticket) {
        let Self { customer, customer_at, session, unread_count, last_message, owner_id } = self;
        (ticket.customer, ticket.customer_at, ticket.session) = (customer, customer_at, session);
        (ticket.unread_count, ticket.last_message, ticket.owner_id) = (unread_count, last_message, owner_id);
    }
}

/// What is still as joining made it becomes what it was before.
fn restore<T: PartialEq>(now: &mut T, together: &T, before: T) {
    if now == together {
        *now = before;
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::Reply;
    use super::super::tests::{ada, at, id, inbound, notice, renamed, reply, text, ticket};
    use super::*;
    use crate::contact::Sender;
    use crate::ids::ContactId;
    use crate::message::InboundMessage;

    fn hidden() -> Identity {
        Identity::Bsuid("US.1".into())
    }

    fn ticket_of(n: u128, first: i64, from: &Identity) -> Ticket {
        let mut made = Ticket { id: TicketId::from(Uuid::from_u128(n)), ..ticket() };
        let sender = Sender::new(from.clone(), None);
        made.receive(id(n * 10), InboundMessage { sender, ..inbound(first, text("hello")) }, None);
        made
    }

    #[test]
    fn the_open_ticket_goes_on_and_two_open_ones_become_one() {
        let (open, mut closed) = (ticket_of(1, 100, &ada()), ticket_of(2, 200, &hidden()));
        assert_eq!(joining(None, &open), Joining::Latest);
        assert_eq!(joining(Some(&open), &closed), Joining::Join);
        closed.close(at(300));
        assert_eq!(joining(Some(&open), &closed), Joining::Earlier);
        assert_eq!(joining(Some(&closed), &open), Joining::Latest);
        let mut older = open;
        older.close(at(301));
        assert_eq!(joining(Some(&older), &closed), Joining::Latest);
        assert_eq!(joining(Some(&closed), &older), Joining::Earlier);
    }

    #[test]
    fn a_ticket_goes_on_for_a_few_others_and_no_more() {
        let mut survivors = ticket_of(1, 100, &ada());
        for n in 2..12 {
            let mut other = ticket_of(n, 200, &hidden());
            assert_eq!(joining(Some(&survivors), &other), Joining::Join);
            survivors.join(&mut other, at(300));
        }
        assert_eq!(joining(Some(&survivors), &ticket_of(12, 200, &hidden())), Joining::Earlier);
    }

    #[test]
    fn a_joined_ticket_is_answered_where_the_customer_wrote_last_and_below_everything_shown() {
        let mut survivors = ticket_of(1, 100, &ada());
        let mut other = ticket_of(2, 200, &hidden());
        let again = InboundMessage { sender: Sender::new(hidden(), None), ..inbound(200, text("still me")) };
        let latest = other.receive(id(21), again, None);
        survivors.join(&mut other, at(300));

        assert_eq!((survivors.customer.clone(), survivors.unread_count), (hidden(), 3));
        assert_eq!(survivors.session_expires_at(), Some(at(200 + 86_400)));
        assert!(other.is_joined() && !other.is_open());
        let session = survivors.session;
        let answer = survivors.reply(Reply { ..reply(5, "usr_ben") }, session, at(200)).expect("the session is open");
        assert!(answer.position > latest.position);
    }

    #[test]
    fn a_joined_ticket_is_answered_where_the_customer_was_heard_of_last_be_it_by_a_notice() {
        let (mut survivors, mut other) = (ticket_of(1, 100, &hidden()), ticket_of(2, 50, &ada()));
        other.receive(id(21), notice(200), None);
        let before = survivors.customer_at;
        let joined = survivors.join(&mut other, at(300));
        assert_eq!(survivors.customer, renamed());
        survivors.receive(id(22), inbound(150, text("late")), None);
        assert_eq!(survivors.customer, renamed());

        survivors.part(&mut other, &joined);
        assert_eq!((survivors.customer, survivors.customer_at), (hidden(), before));
    }

    #[test]
    fn a_session_that_meta_closed_stays_closed_in_both() {
        let (mut survivors, mut other) = (ticket_of(1, 0, &ada()), ticket_of(2, 30, &hidden()));
        survivors.session_closed_by_meta(at(60));
        let (mut shares, mut beside) = (survivors.clone(), other.clone());
        shares.share_session(&mut beside);
        survivors.join(&mut other, at(300));
        for ticket in [survivors, shares, beside] {
            assert_eq!(ticket.session_expires_at(), Some(at(60)));
        }
    }

    /// Somebody whom WhatsApp knows by these names.
    fn known_as(names: &[Identity]) -> Contact {
        Contact { identities: names.to_vec(), ..Contact::new(ContactId::from(Uuid::from_u128(9)), at(0)) }
    }

    #[test]
    fn a_ticket_that_was_given_back_is_answered_where_its_own_contact_is() {
        let mut returned = ticket_of(1, 100, &hidden());
        let before = [returned.before()];
        let owner = known_as(&[hidden()]);
        let earlier = returned.clone();
        returned.return_to(&owner, &before);
        assert_eq!(returned, Ticket { contact_id: owner.id, ..earlier.clone() });

        returned.receive(id(11), inbound(200, text("with both")), None);
        returned.return_to(&owner, &before);
        assert_eq!((&returned.customer, returned.customer_at), (&earlier.customer, earlier.customer_at));
    }

    #[test]
    fn a_session_that_two_shared_is_each_ones_own_again_unless_it_went_on() {
        let (mut survivors, mut other) = (ticket_of(1, 100, &ada()), ticket_of(2, 90_000, &hidden()));
        let (own, others) = (survivors.session, other.session);
        let before = [survivors.before(), other.before()];
        survivors.share_session(&mut other);
        assert_eq!((survivors.session, other.session), (others, others));
        let mut went_on = survivors.clone();
        went_on.receive(id(11), inbound(90_100, text("meanwhile")), None);
        let longer = went_on.session;

        survivors.return_to(&known_as(&[ada()]), &before);
        other.return_to(&known_as(&[hidden()]), &before);
        went_on.return_to(&known_as(&[ada()]), &before);

        assert_eq!((survivors.session, other.session, went_on.session), (own, others, longer));
    }

    #[test]
    fn a_ticket_of_which_nothing_was_kept_is_answered_where_its_contact_is_known() {
        let mut returned = ticket_of(1, 100, &ada());
        returned.return_to(&known_as(&[hidden()]), &[]);
        assert_eq!(returned.customer, hidden());
        // Of a contact without any name nothing better is known.
        returned.return_to(&known_as(&[]), &[]);
        assert_eq!(returned.customer, hidden());
    }

    #[test]
    fn a_ticket_that_was_kept_with_a_third_ones_address_is_answered_where_its_own_contact_is() {
        let third = Identity::Bsuid("US.3".into());
        let mut survivors = ticket_of(1, 100, &third);
        let before = [survivors.before()];
        let sender = Sender::new(hidden(), None);
        survivors.receive(id(11), InboundMessage { sender, ..inbound(200, text("hidden")) }, None);
        survivors.return_to(&known_as(&[ada()]), &before);
        assert_eq!(survivors.customer, ada());
    }

    #[test]
    fn a_ticket_is_not_answered_where_its_contact_is_no_more() {
        let mut returned = ticket_of(1, 100, &ada());
        let before = [returned.before()];
        let mut owner = known_as(&[ada(), renamed()]);
        owner.give_up(&[ada()], at(150));
        let sender = Sender::new(hidden(), None);
        returned.receive(id(11), InboundMessage { sender, ..inbound(200, text("hidden")) }, None);
        returned.return_to(&owner, &before);
        assert_eq!(returned.customer, renamed());
    }

    #[test]
    fn parting_restores_both_but_what_happened_meanwhile() {
        let (mut survivors, mut other) = (ticket_of(1, 100, &ada()), ticket_of(2, 200, &hidden()));
        let (survivors_before, other_before) = (survivors.clone(), other.clone());
        let joined = survivors.join(&mut other, at(300));
        survivors.part(&mut other, &joined);
        let sequence = survivors.next_sequence;
        assert_eq!(survivors, Ticket { next_sequence: sequence, ..survivors_before });
        assert_eq!(other, other_before);

        let joined = survivors.join(&mut other, at(300));
        survivors.receive(id(7), inbound(400, text("meanwhile")), None);
        survivors.part(&mut other, &joined);
        assert_eq!(survivors.session_expires_at(), Some(at(400 + 86_400)));
        assert_eq!((survivors.last_message.map(|last| last.id), survivors.unread_count), (Some(id(7)), 2));
        assert!(other.is_open() && survivors.joined.is_empty());
    }
}
