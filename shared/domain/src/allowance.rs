//! How many conversations a month a tenant may begin, and what counts (F20–F23).
//!
//! Which period a moment is in follows from the clock alone ([`Period::at`]); what was counted in it is in `storage`. A
//! message that counts carries its [`Charge`], which follows its status.

mod charge;
mod ledger;
mod period;
mod purchase;

use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone, offset};
use jiff::{SignedDuration, Timestamp};

use crate::session::Session;

pub use charge::{Charge, ChargeState, Settlement};
pub use ledger::{LedgerEntry, Reason, Reversal, Subject};
pub use period::{Period, PeriodId, first_instant, zone};
pub use purchase::{Purchase, Qualifying, Subscription, anniversary};

/// What a message of ours is to the customer's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// We write first: only a template may be sent (F16).
    OutsideSession,
    /// The customer did.
    InSession(Session),
}

impl Sending {
    /// The day since which what is said in a session counts nothing (F21).
    const SESSIONS_FREE_SINCE: Date = date(2024, 11, 1);
    /// Where a day begins last: whatever the tenant's zone is, its 1 November began by then.
    const LAST_ZONE: Offset = offset(-12);

    /// Of a message at `now`, given the conversation's session.
    pub fn of(session: Option<Session>, now: Timestamp) -> Self {
        session.filter(|session| session.is_open(now)).map_or(Self::OutsideSession, Self::InSession)
    }

    /// Why it takes something of the allowance of a tenant in this zone; nothing if it takes nothing. Outside a session each
    /// message counts 1. A session that the customer began before 1 November 2024, 00:00 there, counts 1 in all, from our
    /// first message in it; a later one 0. `counted_until` is when the session that the conversation last counted was to end
    /// by then: what begins before that is the same session.
    pub fn counts(self, zone: &TimeZone, counted_until: Option<Timestamp>) -> Option<Reason> {
        match self {
            Self::OutsideSession => Some(Reason::OutsideSession),
            Self::InSession(session) => {
                let counted_then = session.started_at() < first_instant(Self::SESSIONS_FREE_SINCE, zone);
                let is_counted = counted_until.is_some_and(|until| session.started_at() < until);
                (counted_then && !is_counted).then_some(Reason::SessionBeforeNovember2024)
            }
        }
    }

    /// Whether it might, wherever the tenant is: so that nobody has to ask where that is for what is said in a session today.
    pub fn may_count(self) -> bool {
        self.counts(&TimeZone::fixed(Self::LAST_ZONE), None).is_some()
    }
}

/// What was counted in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Messages that were sent.
    pub used: u64,
    /// Messages that were accepted and wait, or of which nobody knows yet; and what campaigns have set aside.
    pub reserved: u64,
}

impl Usage {
    /// What counts against the limit.
    pub fn taken(self) -> u64 {
        self.used.saturating_add(self.reserved)
    }

    /// How many more may be begun.
    pub fn remaining(self, limit: u32) -> u64 {
        u64::from(limit).saturating_sub(self.taken())
    }

    /// How much will be taken when the period ends, if it goes on as it went so far; at least what is taken. The first day
    /// counts whole, so that a single message early on does not foretell thousands.
    pub fn forecast(self, period: &Period, now: Timestamp) -> u64 {
        let whole = seconds(period.ends_at.duration_since(period.starts_at));
        let elapsed = seconds(now.duration_since(period.starts_at)).max(DAY).min(whole.max(1));
        let scaled = u128::from(self.taken()) * u128::from(whole) / u128::from(elapsed);
        u64::try_from(scaled).unwrap_or(u64::MAX).max(self.taken())
    }
}

const DAY: u64 = 24 * 60 * 60;

fn seconds(span: SignedDuration) -> u64 {
    u64::try_from(span.as_secs()).unwrap_or(0)
}

/// A part of the allowance that admins are warned at, once a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Threshold {
    ThreeQuarters,
    All,
}

impl Threshold {
    pub const EACH: [Self; 2] = [Self::ThreeQuarters, Self::All];

    /// In percent of the allowance.
    pub fn percent(self) -> u8 {
        match self {
            Self::ThreeQuarters => 75,
            Self::All => 100,
        }
    }

    /// Whether so much of `limit` has reached it. An allowance of nothing is used up from the start.
    pub fn is_reached(self, taken: u64, limit: u32) -> bool {
        u128::from(taken) * 100 >= u128::from(limit) * u128::from(self.percent())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn in_session(started_at: &str) -> Sending {
        Sending::of(Some(Session::opened_by(at(started_at))), at(started_at))
    }

    const BEFORE: Option<Reason> = Some(Reason::SessionBeforeNovember2024);

    #[test]
    fn a_message_outside_a_session_counts_one_in_each_era() {
        for now in ["2024-10-31T12:00:00Z", "2026-11-10T12:00:00Z"] {
            let over = Session::opened_by(at(now) - Session::LENGTH);
            for sending in [Sending::of(None, at(now)), Sending::of(Some(over), at(now))] {
                let counts = sending.counts(&zone("UTC"), None);
                assert_eq!((counts, sending.may_count()), (Some(Reason::OutsideSession), true));
            }
        }
    }

    #[test]
    fn a_session_begun_before_november_2024_counted_one_in_all() {
        let begun = Session::opened_by(at("2024-10-31T23:59:59Z"));
        let now = at("2024-11-01T12:00:00Z");
        // It goes on, and is the same one, when the customer writes in November.
        for session in [begun, begun.extended_by(now)] {
            let counts = |until| Sending::of(Some(session), now).counts(&zone("UTC"), until);
            assert_eq!((counts(None), counts(Some(begun.expires_at()))), (BEFORE, None));
            // The one before it was counted, and ended when this one began.
            assert_eq!(counts(Some(begun.started_at())), BEFORE);
        }
    }

    #[test]
    fn a_later_session_counts_nothing() {
        assert_eq!(in_session("2024-11-01T00:00:00Z").counts(&zone("UTC"), None), None);
        let today = in_session("2026-11-10T12:00:00Z");
        assert_eq!((today.counts(&zone("UTC"), None), today.may_count()), (None, false));
    }

    #[test]
    fn november_2024_begins_where_the_tenant_is() {
        // 00:00 in Auckland is 11:00 the day before in UTC, in Los Angeles 07:00 the same day.
        for (name, begins) in
            [("Pacific/Auckland", "2024-10-31T11:00:00Z"), ("America/Los_Angeles", "2024-11-01T07:00:00Z")]
        {
            let begins = at(begins);
            let counts = |started_at| Sending::InSession(Session::opened_by(started_at)).counts(&zone(name), None);
            assert_eq!((counts(begins - SignedDuration::from_secs(1)), counts(begins)), (BEFORE, None), "{name}");
            assert!(Sending::InSession(Session::opened_by(begins)).may_count(), "{name}");
        }
    }

    #[test]
    fn what_is_left_is_never_less_than_nothing() {
        let usage = Usage { used: 5, reserved: 3 };
        assert_eq!((usage.taken(), usage.remaining(10), usage.remaining(8), usage.remaining(2)), (8, 2, 0, 0));
    }

    fn november() -> Period {
        Period::at(1, &zone("UTC"), at("2026-11-10T00:00:00Z"))
    }

    #[test]
    fn a_third_of_the_month_foretells_three_times_as_much() {
        let usage = Usage { used: 90, reserved: 10 };
        assert_eq!(usage.forecast(&november(), at("2026-11-11T00:00:00Z")), 300);
    }

    #[test]
    fn the_first_minute_foretells_a_day_at_most() {
        let usage = Usage { used: 1, reserved: 0 };
        assert_eq!(usage.forecast(&november(), at("2026-11-01T00:01:00Z")), 30);
    }

    proptest! {
        #[test]
        fn a_forecast_is_never_below_what_is_taken(used in 0u64..1_000_000, hours in -100i64..2_000) {
            let usage = Usage { used, reserved: 7 };
            let now = at("2026-11-01T00:00:00Z") + SignedDuration::from_hours(hours);
            prop_assert!(usage.forecast(&november(), now) >= usage.taken());
        }
    }

    #[test]
    fn a_threshold_is_reached_at_its_part_and_not_before() {
        let reached = |taken, limit| Threshold::EACH.map(|threshold| threshold.is_reached(taken, limit));
        assert_eq!(reached(749, 1_000), [false, false]);
        assert_eq!(reached(750, 1_000), [true, false]);
        assert_eq!(reached(999, 1_000), [true, false]);
        assert_eq!(reached(1_000, 1_000), [true, true]);
        // Three of four, not three and three quarters of five.
        assert_eq!((reached(3, 4), reached(3, 5)), ([true, false], [false, false]));
        assert_eq!(reached(0, 0), [true, true]);
    }
}
