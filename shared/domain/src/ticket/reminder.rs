//! A reminder before the session of an open ticket ends (F19).
//!
//! A ticket carries the time at which to look at it. That is set when its session opens, and stays while the customer goes on
//! writing, so that most messages do not pay for it: whoever looks then finds the session extended and sets the time anew.
//! A closed ticket keeps its time, and nobody looks at it until it is reopened.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Ticket;
use crate::session::Session;

/// A ticket's timer, and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reminder {
    /// When to look whether it is time.
    #[serde(skip_serializing_if = "Option::is_none")]
    look_at: Option<Timestamp>,
    /// The latest that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<Given>,
}

/// Somebody was reminded of the end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    at: Timestamp,
    /// The end of the session.
    of: Timestamp,
}

impl Reminder {
    /// Whether there is nothing to keep.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The timer of two tickets of which one goes on for both.
    #[must_use]
    pub(super) fn with(self, other: Self) -> Self {
        let look_at = [self.look_at, other.look_at].into_iter().flatten().min();
        Self { look_at, ..self }
    }

    /// The timer of a ticket that is reopened at `now`: what ran out meanwhile runs out now.
    #[must_use]
    pub(super) fn reopened(self, now: Timestamp) -> Self {
        Self { look_at: self.look_at.map(|at| at.max(now)), ..self }
    }
}

impl Ticket {
    /// When `due-work` is to look at it; never while it is closed.
    pub fn look_at(&self) -> Option<Timestamp> {
        self.reminder.look_at.filter(|_| self.is_open())
    }

    /// Whether its timer has run out, be the ticket open or closed.
    pub fn timer_has_run_out(&self, now: Timestamp) -> bool {
        self.reminder.look_at.is_some_and(|at| at <= now)
    }

    /// When somebody was reminded that the session is about to end; nothing once the customer has written again.
    pub fn reminded_at(&self) -> Option<Timestamp> {
        self.reminder.given.filter(|given| Some(given.of) == self.session_expires_at()).map(|given| given.at)
    }

    /// Sets the timer for a reminder so long before the session ends, unless it is set, or was and did its work.
    pub fn arm_reminder(&mut self, before: SignedDuration, now: Timestamp) {
        let Some(session) = self.session.filter(|session| session.is_open(now)) else { return };
        if self.reminder.look_at.is_none() && self.reminded_at().is_none() {
            self.reminder.look_at = Some(due(session, before));
        }
    }

    /// The timer has run out: reminds of the end of the conversation's `session`, if it is time, or sets it anew if the
    /// session was extended. Nobody is reminded of a closed ticket, which keeps its timer for when it is reopened, nor for a
    /// tenant that wants it no more. Says whether anybody was reminded.
    pub fn remind(&mut self, before: Option<SignedDuration>, session: Option<Session>, now: Timestamp) -> bool {
        if !self.is_open() {
            return false;
        }
        self.reminder.look_at = None;
        let session = session.filter(|session| session.is_open(now));
        let (Some(before), Some(session)) = (before, session) else { return false };
        let due = due(session, before);
        if now < due {
            self.reminder.look_at = Some(due);
            return false;
        }
        self.reminder.given = Some(Given { at: now, of: session.expires_at() });
        true
    }
}

fn due(session: Session, before: SignedDuration) -> Timestamp {
    session.expires_at().saturating_sub(before).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, id, inbound, text, ticket};
    use super::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);
    const DAY: i64 = 86_400;

    /// A customer writes at each of these seconds; the timer is set after each message.
    fn written_at(seconds: &[i64]) -> Ticket {
        let mut ticket = ticket();
        for (n, second) in seconds.iter().enumerate() {
            ticket.receive(id(n as u128), inbound(*second, text("hello")), None);
            ticket.arm_reminder(HOUR, at(*second));
        }
        ticket
    }

    #[test]
    fn a_timer_is_set_once_however_often_the_customer_writes_and_set_anew_when_it_runs_out() {
        let mut ticket = written_at(&[0, 100, 5_000]);
        assert_eq!(ticket.look_at(), Some(at(DAY - 3_600)));

        assert!(!ticket.remind(Some(HOUR), ticket.session, at(DAY - 3_600)));
        assert_eq!(ticket.look_at(), Some(at(5_000 + DAY - 3_600)));
        assert!(ticket.remind(Some(HOUR), ticket.session, at(5_000 + DAY - 3_600)));

        assert_eq!((ticket.look_at(), ticket.reminded_at()), (None, Some(at(5_000 + DAY - 3_600))));
        ticket.arm_reminder(HOUR, at(5_000 + DAY - 3_500));
        assert_eq!(ticket.look_at(), None, "one session, one reminder");
    }

    #[test]
    fn a_customer_who_writes_after_the_reminder_makes_another_end_to_be_reminded_of() {
        let mut ticket = written_at(&[0]);
        assert!(ticket.remind(Some(HOUR), ticket.session, at(DAY - 3_600)));
        ticket.receive(id(9), inbound(DAY - 60, text("still here")), None);
        ticket.arm_reminder(HOUR, at(DAY - 60));
        assert_eq!((ticket.reminded_at(), ticket.look_at()), (None, Some(at(2 * DAY - 60 - 3_600))));
    }

    #[test]
    fn nobody_is_reminded_of_what_is_closed_over_or_not_wanted() {
        let soon = at(DAY - 3_600);
        let mut closed = written_at(&[0]);
        closed.close(at(10));
        assert!(!closed.remind(Some(HOUR), closed.session, soon));
        let mut over = written_at(&[0]);
        assert!(!over.remind(Some(HOUR), over.session, at(DAY)));
        let mut unwanted = written_at(&[0]);
        assert!(!unwanted.remind(None, unwanted.session, soon));
        for ticket in [closed, over, unwanted] {
            assert_eq!((ticket.look_at(), ticket.reminded_at()), (None, None));
        }
        assert_eq!(written_at(&[]).look_at(), None);
    }

    #[test]
    fn a_ticket_that_is_reopened_after_its_time_to_remind_is_looked_at_at_once() {
        let due = at(DAY - 3_600);
        let mut ticket = written_at(&[0]);
        ticket.close(at(10));
        assert_eq!((ticket.look_at(), ticket.timer_has_run_out(due)), (None, true));
        // As closed tickets were stored once, with a time to look at them.
        assert!(!ticket.remind(Some(HOUR), ticket.session, due));

        assert!(ticket.reopen(at(DAY - 1_800)));
        assert_eq!(ticket.look_at(), Some(at(DAY - 1_800)));
        assert!(ticket.remind(Some(HOUR), ticket.session, at(DAY - 1_800)));

        assert_eq!((ticket.look_at(), ticket.reminded_at()), (None, Some(at(DAY - 1_800))));
        ticket.close(at(DAY - 1_700));
        ticket.reopen(at(DAY - 1_600));
        assert_eq!(ticket.look_at(), None, "one session, one reminder");
    }

    #[test]
    fn a_ticket_that_is_reopened_earlier_or_when_its_session_is_over_is_as_if_it_had_stayed_open() {
        let mut early = written_at(&[0]);
        early.close(at(10));
        early.reopen(at(20));
        assert_eq!(early.look_at(), Some(at(DAY - 3_600)));
        let mut late = written_at(&[0]);
        late.close(at(10));
        late.reopen(at(2 * DAY));
        assert!(!late.remind(Some(HOUR), late.session, at(2 * DAY)));
        assert_eq!((late.look_at(), late.reminded_at()), (None, None));
    }

    #[test]
    fn a_session_that_goes_on_in_a_later_ticket_is_not_about_to_end() {
        let mut ticket = written_at(&[0]);
        let later = Some(Session::opened_by(at(7_200)));
        assert!(!ticket.remind(Some(HOUR), later, at(DAY - 3_600)));
        assert_eq!(ticket.look_at(), Some(at(7_200 + DAY - 3_600)));
    }

    #[test]
    fn a_message_that_comes_after_its_time_to_remind_is_reminded_of_at_once() {
        let mut ticket = ticket();
        ticket.receive(id(1), inbound(0, text("late")), None);
        ticket.arm_reminder(HOUR, at(DAY - 60));
        assert_eq!(ticket.look_at(), Some(at(DAY - 3_600)));
        assert!(ticket.remind(Some(HOUR), ticket.session, at(DAY - 30)));
    }
}
