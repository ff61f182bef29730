//! Time as the simulator sees it: given from outside, and written as Meta writes it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

/// Tells the current simulated time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A timestamp as a person or a tool gives it: Unix seconds (number or string) or RFC 3339.
pub(crate) fn parse_timestamp(given: &Value) -> Option<Timestamp> {
    match given {
        Value::Number(seconds) => Timestamp::from_second(seconds.as_i64()?).ok(),
        Value::String(text) => match text.parse::<i64>() {
            Ok(seconds) => Timestamp::from_second(seconds).ok(),
            Err(_) => text.parse().ok(),
        },
        _ => None,
    }
}

/// A stored time; the store only holds what [`Timestamp::as_millisecond`] gave.
pub(crate) fn from_millisecond(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::UNIX_EPOCH)
}
