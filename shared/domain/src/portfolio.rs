//! The business behind an account, as Meta sees it: how many conversations it may begin in a day (F24; Meta: "messaging
//! limits").

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::template::Told;

/// How many people a business may write to first in [`Portfolio::WINDOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DailyLimit {
    Conversations(u32),
    Unlimited,
}

/// Something that Meta says of a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Whether it has proven who it is.
    Verified(bool),
    Limit(DailyLimit),
    /// The IANA name of the zone in which its account's months begin.
    TimeZone(&'static str),
}

/// What Meta said of the business behind an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<Told<bool>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<Told<DailyLimit>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<Told<String>>,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

impl Portfolio {
    /// A moving window: each conversation counts for so long from its beginning.
    pub const WINDOW: SignedDuration = SignedDuration::from_hours(24);
    /// How many an unverified business begins in it, unless the tenant has another number.
    pub const UNVERIFIED: u32 = 50;

    /// Takes what Meta said at `at`, unless something later is known. Says whether it is known now.
    pub fn hear(&mut self, said: Said, at: Timestamp) -> bool {
        match said {
            Said::Verified(verified) => hear(&mut self.verified, verified, at),
            Said::Limit(limit) => hear(&mut self.limit, limit, at),
            Said::TimeZone(name) => hear(&mut self.time_zone, name.to_owned(), at),
        }
    }

    /// Whether it has proven who it is; nothing while Meta has not said.
    pub fn is_verified(&self) -> Option<bool> {
        self.verified.as_ref().map(|told| told.value)
    }

    /// The zone in which its account's months begin.
    pub fn time_zone(&self) -> Option<&str> {
        self.time_zone.as_ref().map(|told| told.value.as_str())
    }

    /// What Meta reported.
    pub fn reported(&self) -> Option<DailyLimit> {
        self.limit.as_ref().map(|told| told.value)
    }

    /// How many conversations may be begun in the window; nothing if there is no limit, or none that anybody told of: Meta
    /// has the last word. One that is not verified begins `unverified` at most.
    pub fn limit(&self, unverified: u32) -> Option<u32> {
        let reported = match self.reported() {
            Some(DailyLimit::Conversations(most)) => Some(most),
            Some(DailyLimit::Unlimited) | None => None,
        };
        match self.is_verified() {
            Some(false) => Some(reported.map_or(unverified, |most| most.min(unverified))),
            Some(true) | None => reported,
        }
    }
}

fn hear<T: PartialEq>(known: &mut Option<Told<T>>, value: T, at: Timestamp) -> bool {
    match known {
        Some(told) => told.hear(value, at),
        None => {
            *known = Some(Told { value, at });
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn portfolio(said: &[Said]) -> Portfolio {
        let mut portfolio = Portfolio::default();
        assert!(said.iter().all(|said| portfolio.hear(*said, at(1))));
        portfolio
    }

    const THOUSANDS: Said = Said::Limit(DailyLimit::Conversations(2_000));

    #[test]
    fn an_unverified_business_begins_fifty_whatever_else_was_reported() {
        assert_eq!(portfolio(&[Said::Verified(false)]).limit(50), Some(50));
        assert_eq!(portfolio(&[Said::Verified(false), THOUSANDS]).limit(50), Some(50));
        let ten = Said::Limit(DailyLimit::Conversations(10));
        assert_eq!(portfolio(&[Said::Verified(false), ten]).limit(50), Some(10));
        assert_eq!(portfolio(&[Said::Verified(false)]).limit(3), Some(3));
    }

    #[test]
    fn a_verified_one_begins_what_meta_reports() {
        assert_eq!(portfolio(&[Said::Verified(true), THOUSANDS]).limit(50), Some(2_000));
        assert_eq!(portfolio(&[Said::Verified(true), Said::Limit(DailyLimit::Unlimited)]).limit(50), None);
        assert_eq!(portfolio(&[Said::Verified(true)]).limit(50), None);
    }

    #[test]
    fn what_nobody_told_of_is_left_to_meta() {
        assert_eq!(Portfolio::default().limit(50), None);
        assert_eq!(portfolio(&[THOUSANDS]).limit(50), Some(2_000));
    }

    #[test]
    fn what_is_older_than_what_is_known_changes_nothing() {
        let mut known = portfolio(&[Said::Verified(false)]);
        assert!(known.hear(Said::Verified(true), at(5)));
        assert!(!known.hear(Said::Verified(false), at(4)));
        assert_eq!(known.is_verified(), Some(true));
    }
}
