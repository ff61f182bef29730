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
}

/// As sessions are stored; once it was only their end.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Whole { started_at: Timestamp, expires_at: Timestamp },
    End(Timestamp),
}

impl From<Stored> for Session {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Whole { started_at, expires_at } => Self { started_at, expires_at },
            Stored::End(expires_at) => {
                let started_at = expires_at.saturating_sub(Self::LENGTH).unwrap_or(Timestamp::MIN);
                Self { started_at, expires_at }
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
        Self { started_at: sent_at, expires_at }
    }

    /// A later message extends it; a late webhook about an earlier one never shortens it.
    pub fn extended_by(self, sent_at: Timestamp) -> Self {
        self.max(Self::opened_by(sent_at))
    }

    /// The one of two that lasts longer. Where they overlap they are one session, which began when the earlier did.
    pub fn max(self, other: Self) -> Self {
        let (earlier, later) = if self.expires_at < other.expires_at { (self, other) } else { (other, self) };
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
            Self { expires_at: self.expires_at.min(at), ..self }
        }
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
    fn messages_without_a_day_between_are_one_session_and_a_gap_begins_another() {
        let session = Session::opened_by(at(0)).extended_by(at(86_399)).extended_by(at(90_000));
        assert_eq!((session.started_at(), session.expires_at()), (at(0), at(90_000 + 86_400)));
        let next = session.extended_by(at(90_000 + 86_400));
        assert_eq!(next, Session::opened_by(at(90_000 + 86_400)));
    }

    #[test]
    fn a_session_is_read_as_it_was_stored_and_one_without_its_start_began_a_day_before_its_end() {
        for session in [Session::opened_by(at(5)), Session::opened_by(at(5)).extended_by(at(9))] {
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
    }
}
