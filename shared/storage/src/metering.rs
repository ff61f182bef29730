//! How many messages in sessions each number had delivered: what Meta charges for beyond the free ones (F24).
//!
//! They are counted by quarter hours in UTC, so that a month can be added up by any clock: which one an account has may be
//! learned, or corrected, later. Each day has [`SHARDS`] items, so that the statuses of a busy number do not meet at one.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::allowance::Period;
use domain::{ChannelId, Message};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::StorageError;
use crate::item::{Attributes, number};
use crate::table::Tenancy;
use crate::transaction::Transaction;

const SHARDS: u8 = 4;
const QUARTER: i64 = 15 * 60;
const DAY: i64 = 24 * 60 * 60;

impl Tenancy {
    /// How many messages in sessions were delivered from a number in a period; it begins and ends with a quarter hour.
    pub async fn delivered_in_sessions(&self, channel: ChannelId, period: &Period) -> Result<u64, StorageError> {
        let mut sum = 0;
        let mut month = utc(period.starts_at).first_of_month();
        let last = utc(period.ends_at);
        while month <= last {
            let partition = self.keys.delivered(channel, &named(month), "").pk;
            let answer =
                self.query(partition, "DELIVERED#").send().await.map_err(StorageError::unavailable("Query"))?;
            sum += answer.items().iter().map(|item| within(item, month, period)).sum::<u64>();
            month = month.last_of_month().tomorrow().unwrap_or(Date::MAX);
        }
        Ok(sum)
    }
}

impl Transaction {
    /// A message in a session was delivered, at the time that Meta says.
    pub fn meter_delivered(&mut self, message: &Message) {
        let at = message.delivery().map_or(message.sent_at, domain::Delivery::since);
        let day = utc(at);
        let quarter = at.as_second().rem_euclid(DAY) / QUARTER;
        let [.., last] = uuid::Uuid::from(message.id).into_bytes();
        let part = format!("{:02}#{}", day.day(), last % SHARDS);
        let key = self.tenancy.keys.delivered(message.channel_id, &named(day), &part);
        self.update(&key, &format!("ADD q{quarter:02} :one"), None, [(":one", number(1))]);
    }
}

/// What an item counts within a period.
fn within(item: &Attributes, month: Date, period: &Period) -> u64 {
    let text = |value: &AttributeValue| value.as_s().ok().cloned();
    let day = item.get("sk").and_then(text).and_then(|sk| sk.strip_prefix("DELIVERED#")?.get(..2)?.parse().ok());
    let Some(midnight) = day.and_then(|day: i8| midnight(month, day)) else { return 0 };
    let count = |(name, value): (&String, &AttributeValue)| {
        let quarter: i64 = name.strip_prefix('q')?.parse().ok()?;
        let second = midnight + quarter * QUARTER;
        let is_in = (period.starts_at.as_second()..period.ends_at.as_second()).contains(&second);
        value.as_n().ok()?.parse::<u64>().ok().filter(|_| is_in)
    };
    item.iter().filter_map(count).sum()
}

fn midnight(month: Date, day: i8) -> Option<i64> {
    let day = month.with().day(day).build().ok()?;
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok().map(Timestamp::as_second)
}

fn utc(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// A month as keys have it: `2026-11`.
fn named(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
mod tests {
    use domain::allowance::zone;
    use domain::service;

    use super::*;

    #[test]
    fn only_quarters_of_the_period_count() {
        // In Kathmandu (+05:45) November began at 18:15 UTC on 31 October.
        let november = service::month(&zone("Asia/Kathmandu"), "2026-11-10T00:00:00Z".parse().unwrap());
        let item = |day: &str, quarter: &str| {
            let sk = AttributeValue::S(format!("DELIVERED#{day}#0"));
            Attributes::from([("sk".to_owned(), sk), (quarter.to_owned(), number(7))])
        };
        let october = jiff::civil::date(2026, 10, 1);
        assert_eq!(within(&item("31", "q72"), october, &november), 0);
        assert_eq!(within(&item("31", "q73"), october, &november), 7);
        let itself = jiff::civil::date(2026, 11, 1);
        assert_eq!(
            (within(&item("30", "q72"), itself, &november), within(&item("30", "q73"), itself, &november)),
            (7, 0)
        );
        assert_eq!(within(&item("99", "q00"), itself, &november), 0);
    }
}
