//! The pair rate limit: one message every 6 seconds from one number to one customer, with bursts of 45 that borrow from
//! the time to come (Meta: "Pair rate limits").

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::clock::from_millisecond;
use crate::customers::Customer;
use crate::numbers::Number;

const INTERVAL: SignedDuration = SignedDuration::from_secs(6);
const BURST: i32 = 45;

/// Takes one message from the pair's allowance; false when it is used up.
pub(crate) fn take(db: &Connection, number: &Number, customer: &Customer, now: Timestamp) -> rusqlite::Result<bool> {
    let pair = params![number.phone_number_id, customer.id];
    let borrowed_until: Option<i64> = db
        .query_row("SELECT borrowed_until FROM pair_rates WHERE phone_number_id = ? AND customer_id = ?", pair, |row| {
            row.get(0)
        })
        .optional()?;
    let Some(next) = borrow(borrowed_until.map_or(now, from_millisecond), now) else { return Ok(false) };
    db.execute(
        "INSERT OR REPLACE INTO pair_rates (phone_number_id, customer_id, borrowed_until) VALUES (?, ?, ?)",
        params![number.phone_number_id, customer.id, next.as_millisecond()],
    )?;
    Ok(true)
}

/// The time up to which the allowance is spent after one more message, unless a burst is exhausted.
fn borrow(borrowed_until: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let start = borrowed_until.max(now);
    (start.duration_since(now) <= INTERVAL * (BURST - 1)).then(|| start + INTERVAL)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::borrow;

    #[test]
    fn a_burst_of_45_is_paid_back_at_one_in_6_seconds() {
        let now = Timestamp::UNIX_EPOCH;
        let spent = (0..45).try_fold(now, |until, _| borrow(until, now)).expect("45 go at once");

        assert_eq!(borrow(spent, now), None);
        assert_eq!(borrow(spent, now + SignedDuration::from_secs(5)), None);
        assert!(borrow(spent, now + SignedDuration::from_secs(6)).is_some());
    }
}
