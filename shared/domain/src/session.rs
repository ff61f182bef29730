//! The 24 hours in which a business may write freely to a customer (F15–F17; Meta: "customer service window").

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Open from a customer's message until 24 hours after it, end exclusive; later messages extend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Session {
    /// When the first of the messages was sent that kept it open without a gap, as far as they are known.
    started_at: Timestamp,
    expires_at: Timestamp,
    /// When Meta last refused a message as outside the window, unless the customer was known to have written after that:
    /// nothing that they sent before keeps it open, however late it comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
}

/// As sessions are stored; once it was only their end.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Whole {
        started_at: Timestamp,
        expires_at: Timestamp,
        #[serde(default)]
        closed_at: Option<Timestamp>,
    },
    End(Timestamp),
}

impl From<Stored> for Session {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Whole { started_at, expires_at, closed_at } => Self { started_at, expires_at, closed_at },
            Stored::End(expires_at) => {
                let started_at = expires_at.saturating_sub(Self::LENGTH).unwrap_or(Timestamp::MIN);
                Self { started_at, expires_at, closed_at: None }
            }
        }
    }
}

impl Session {
    /// How long a customer's message keeps the session open.
    pub const LENGTH: SignedDuration = SignedDuration::from_hours(24);

    /// The session that a message opens, by the time the customer sent it.
    pub fn opened_by(sent_at: Timestamp) -> Self {
        let expires_at = sent_at.saturating_add(Self::LENGTH).unwrap_or(Timestamp::MAX);
        Self { started_at: sent_at, expires_at, closed_at: None }
    }

    /// A later message extends it; a late webhook about an earlier one never shortens it, nor opens what Meta has closed
    /// since.
    pub fn extended_by(self, sent_at: Timestamp) -> Self {
        self.max(Self::opened_by(sent_at))
    }

    /// The one of two that lasts longer. Where they overlap they are one session, which began when the earlier did. What
    /// Meta has closed in one is closed in both.
    pub fn max(self, other: Self) -> Self {
        let closed_at = self.closed_at.max(other.closed_at);
        let [one, other] = [self, other].map(|session| session.until(closed_at));
        let (earlier, later) = if one.expires_at < other.expires_at { (one, other) } else { (other, one) };
        if earlier.expires_at <= later.started_at {
            return later;
        }
        Self { started_at: earlier.started_at.min(later.started_at), ..later }
    }

    /// Meta refused a message as outside the window at `at`: Meta has the last word (F17). A session that the customer
    /// opened after that is another one and stays.
    pub fn closed_by_meta(self, at: Timestamp) -> Self {
        if self.expires_at > Self::opened_by(at).expires_at {
            self
        } else {
            Self { expires_at: self.expires_at.min(at), closed_at: self.closed_at.max(Some(at)), ..self }
        }
    }

    /// What is left of it after Meta's last refusal. Meta's time is whole seconds: of a message and a refusal within one,
    /// what comes later counts as later.
    fn until(self, closed_at: Option<Timestamp>) -> Self {
        let whole_second = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        let is_closed = |at: &Timestamp| self.expires_at < Self::opened_by(whole_second(*at)).expires_at;
        let expires_at = closed_at.filter(is_closed).map_or(self.expires_at, |at| self.expires_at.min(at));
        Self { expires_at, closed_at, ..self }
    }

    /// When the customer began it.
    pub fn started_at(self) -> Timestamp {
        self.started_at
    }

    /// Whether free-form messages may be sent at `now`.
    pub fn is_open(self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// How long it still lasts.
    pub fn left(self, now: Timestamp) -> SignedDuration {
        self.expires_at.duration_since(now).max(SignedDuration::ZERO)
    }

    /// The first moment at which it is over.
    pub fn expires_at(self) -> Timestamp {
        self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a timestamp")
    }

    #[test]
    fn the_last_second_is_inside_and_the_24th_hour_is_not() {
        let session = Session::opened_by(at(0));
        assert!(session.is_open(at(86_399)));
        assert!(!session.is_open(at(86_400)));
    }

    #[test]
    fn metas_refusal_closes_it_and_the_next_message_opens_it_again() {
        let session = Session::opened_by(at(0)).closed_by_meta(at(60));
        assert!(!session.is_open(at(60)));
        let again = session.extended_by(at(100));
        assert!(again.is_open(at(200)));
        assert_eq!(again.closed_by_meta(at(60)), again);
    }

    #[test]
    fn what_was_sent_before_metas_refusal_and_comes_late_opens_nothing() {
        let closed = Session::opened_by(at(0)).closed_by_meta(at(60));
        let late = closed.extended_by(at(30));
        assert!(!late.is_open(at(61)));
        assert_eq!(late.expires_at(), at(60));
        let again = closed.extended_by(at(100));
        assert_eq!(again.extended_by(at(30)), again);
        let over = Session::opened_by(at(0)).closed_by_meta(at(90_000));
        assert_eq!(over.extended_by(at(89_000)).expires_at(), at(90_000));
    }

    #[test]
    fn what_comes_in_the_second_of_the_refusal_and_after_it_opens_a_session() {
        let refused_at: Timestamp = "1970-01-01T00:01:00.5Z".parse().expect("a timestamp");
        let closed = Session::opened_by(at(0)).closed_by_meta(refused_at);
        assert_eq!(closed.extended_by(at(60)).expires_at(), at(60 + 86_400));
        assert_eq!(closed.extended_by(at(59)).expires_at(), refused_at);
    }

    #[test]
    fn a_copy_that_nobody_closed_does_not_open_it_and_a_later_session_stays() {
        let closed = Session::opened_by(at(0)).closed_by_meta(at(60));
        let (copy, later) = (Session::opened_by(at(30)), Session::opened_by(at(100)));
        for both in [closed.max(copy), copy.max(closed)] {
            assert!(!both.is_open(at(61)));
            assert!(!both.extended_by(at(50)).is_open(at(61)), "it still knows");
        }
        for both in [closed.max(later), later.max(closed)] {
            assert_eq!((both.started_at(), both.expires_at()), (at(100), later.expires_at()));
        }
    }

    #[test]
    fn messages_without_a_day_between_are_one_session_and_a_gap_begins_another() {
        let session = Session::opened_by(at(0)).extended_by(at(86_399)).extended_by(at(90_000));
        assert_eq!((session.started_at(), session.expires_at()), (at(0), at(90_000 + 86_400)));
        let next = session.extended_by(at(90_000 + 86_400));
        assert_eq!(next, Session::opened_by(at(90_000 + 86_400)));
    }

    #[test]
    fn a_session_is_read_as_it_was_stored_and_one_without_its_start_began_a_day_before_its_end() {
        let opened = Session::opened_by(at(5));
        for session in [opened, opened.extended_by(at(9)), opened.closed_by_meta(at(60))] {
            let stored = serde_json::to_string(&session).expect("JSON");
            assert_eq!(serde_json::from_str::<Session>(&stored).expect("a session"), session, "{stored}");
        }
        let earlier: Session = serde_json::from_str("\"1970-01-02T00:00:07Z\"").expect("a session");
        assert_eq!(earlier, Session::opened_by(at(7)));
    }

    proptest! {
        #[test]
        fn within_a_day_the_first_message_begins_it_in_whatever_order_they_come(mut sent in prop::collection::vec(0i64..86_400, 1..20)) {
            let session = sent[1..].iter().fold(Session::opened_by(at(sent[0])), |s, &t| s.extended_by(at(t)));
            sent.sort_unstable();
            prop_assert_eq!(session.started_at(), at(sent[0]));
        }

        #[test]
        fn whatever_the_order_of_webhooks_the_latest_message_counts(mut sent in prop::collection::vec(0i64..4_000_000_000, 1..20)) {
            let session = sent[1..].iter().fold(Session::opened_by(at(sent[0])), |s, &t| s.extended_by(at(t)));
            sent.sort_unstable();
            prop_assert_eq!(session.expires_at(), Session::opened_by(at(sent[sent.len() - 1])).expires_at());
        }

        #[test]
        fn whatever_the_order_what_was_sent_after_metas_last_refusal_counts_and_nothing_else(
            first in 0i64..100_000,
            rest in prop::collection::vec((any::<bool>(), 0i64..100_000), 0..20),
        ) {
            // Messages come in even seconds, refusals in odd ones.
            let (sent_at, refused_at) = (|n: i64| at(2 * n), |n: i64| at(2 * n + 1));
            let session = rest.iter().fold(Session::opened_by(sent_at(first)), |session, &(is_refusal, n)| {
                if is_refusal { session.closed_by_meta(refused_at(n)) } else { session.extended_by(sent_at(n)) }
            });
            let latest = |refusals: bool| rest.iter().filter(|(it, _)| *it == refusals).map(|(_, n)| *n).max();
            let sent = latest(false).map_or(first, |n| n.max(first));
            match latest(true).filter(|refused| sent <= *refused) {
                Some(refused) => {
                    prop_assert!(session.expires_at() <= refused_at(refused));
                }
                None => {
                    prop_assert_eq!(session.expires_at(), Session::opened_by(sent_at(sent)).expires_at());
                }
            }
        }
    }
}
