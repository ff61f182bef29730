//! The customer service window: a business may write freely for 24 hours after the customer's last message,
//! by the time the customer sent it.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::clock::from_millisecond;
use crate::customers::Customer;
use crate::numbers::Number;

const LENGTH: SignedDuration = SignedDuration::from_hours(24);

/// A request that left in time may arrive a little late.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// Kinds that are no message of the customer's: they change an earlier one, or tell of the customer.
const NOT_WRITTEN: [&str; 4] = ["edit", "reaction", "revoke", "system"];

/// Whether a message of this kind opens the window; Meta documents that a message or a call does.
pub(crate) fn is_opened_by(kind: &str) -> bool {
    !NOT_WRITTEN.contains(&kind)
}

/// A message that the customer sent at `at` opens or extends the window; an older one changes nothing.
pub(crate) fn opened_by(db: &Connection, number: &Number, customer: &Customer, at: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO windows (phone_number_id, customer_id, last_message_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET last_message_at = max(last_message_at, excluded.last_message_at)",
        params![number.phone_number_id, customer.id, at.as_millisecond()],
    )
    .map(drop)
}

pub(crate) fn is_open(db: &Connection, number: &Number, customer: &Customer, now: Timestamp) -> rusqlite::Result<bool> {
    let last: Option<i64> = db
        .query_row(
            "SELECT last_message_at FROM windows WHERE phone_number_id = ? AND customer_id = ?",
            params![number.phone_number_id, customer.id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(last.is_some_and(|last| now < from_millisecond(last) + LENGTH + GRACE))
}
