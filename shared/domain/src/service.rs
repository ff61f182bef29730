//! What Meta charges for since October 2026: messages in a session, beyond those that are free each month (F24; Meta:
//! "non-template messages").

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::allowance::Period;
use crate::content::Content;
use crate::message::{Direction, Message};

/// So many are free for each business number in each month.
pub const FREE: u32 = 1_000;

/// The month that `now` is in, by the clock of the number's account: from its first day, 00:00 there.
pub fn month(zone: &TimeZone, now: Timestamp) -> Period {
    Period::at(1, zone, now)
}

/// Whether a message is one of those, and has been delivered: Meta counts what is delivered, templates not among it.
pub fn is_delivered(message: &Message) -> bool {
    match (&message.direction, &message.content) {
        (Direction::Incoming { .. }, _) | (_, Content::Template(_)) => false,
        (Direction::Outgoing { delivery, .. }, _) => delivery.status().is_delivered(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowance::zone;

    #[test]
    fn a_month_begins_where_the_account_is() {
        let now = "2026-11-01T06:59:59Z".parse().unwrap();
        let october = month(&zone("America/Los_Angeles"), now);
        assert_eq!(october.id.to_string(), "2026-10-01");
        assert_eq!(october.ends_at.to_string(), "2026-11-01T07:00:00Z");
        assert_eq!(month(&zone("Europe/Berlin"), now).id.to_string(), "2026-11-01");
    }
}
