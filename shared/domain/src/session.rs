//! The 24 hours in which a business may write freely to a customer (F15–F17; Meta: "customer service window").

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Who began what a message of ours belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiative {
    /// The customer: it goes into the session that they opened.
    Customer,
    /// The business: there is no session, so each message counts (F21), and only a template may be sent (F16).
    Business,
}

impl Initiative {
    /// Of a message at `now`, given the conversation's session.
    pub fn of(session: Option<Session>, now: Timestamp) -> Self {
        if session.is_some_and(|session| session.is_open(now)) { Self::Customer } else { Self::Business }
    }
}

/// Open from a customer's message until 24 hours after it, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Session {
    expires_at: Timestamp,
}

impl Session {
    /// How long a customer's message keeps the session open.
    pub const LENGTH: SignedDuration = SignedDuration::from_hours(24);

    /// The session that a message opens, by the time the customer sent it.
    pub fn opened_by(sent_at: Timestamp) -> Self {
        Self { expires_at: sent_at.saturating_add(Self::LENGTH).unwrap_or(Timestamp::MAX) }
    }

    /// A later message extends it; a late webhook about an earlier one changes nothing.
    pub fn extended_by(self, sent_at: Timestamp) -> Self {
        self.max(Self::opened_by(sent_at))
    }

    /// The one of two that lasts longer.
    pub fn max(self, other: Self) -> Self {
        Self { expires_at: self.expires_at.max(other.expires_at) }
    }

    /// Meta refused a message as outside the window at `at`: Meta has the last word (F17). A session that the customer
    /// opened after that is another one and stays.
    pub fn closed_by_meta(self, at: Timestamp) -> Self {
        if self.expires_at > Self::opened_by(at).expires_at {
            self
        } else {
            Self { expires_at: self.expires_at.min(at) }
        }
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

    proptest! {
        #[test]
        fn whatever_the_order_of_webhooks_the_latest_message_counts(mut sent in prop::collection::vec(0i64..4_000_000_000, 1..20)) {
            let session = sent[1..].iter().fold(Session::opened_by(at(sent[0])), |s, &t| s.extended_by(at(t)));
            sent.sort_unstable();
            prop_assert_eq!(session, Session::opened_by(at(sent[sent.len() - 1])));
        }
    }
}
