//! Which request or webhook something came from.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of a trace, in the form of AWS X-Ray (`1-58406520-a006649127e371903a2de979`): with it, logs of all functions are
/// found for a message, and X-Ray's own picture of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TraceId(u128);

/// Why a text is not the id of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a trace id of the form 1-<8 hexadecimal digits>-<24 hexadecimal digits>")]
pub struct InvalidTraceId;

impl TraceId {
    /// How many of its bits are random; those above are the second in which it began.
    const RANDOM_BITS: u32 = 96;

    /// A new one that begins at `at`.
    pub fn new(at: Timestamp, random: Uuid) -> Self {
        let second = u128::from(u32::try_from(at.as_second()).unwrap_or(0));
        Self((second << Self::RANDOM_BITS) | (random.as_u128() & Self::random_mask()))
    }

    const fn random_mask() -> u128 {
        (1 << Self::RANDOM_BITS) - 1
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1-{:08x}-{:024x}", self.0 >> Self::RANDOM_BITS, self.0 & Self::random_mask())
    }
}

impl FromStr for TraceId {
    type Err = InvalidTraceId;

    fn from_str(text: &str) -> Result<Self, InvalidTraceId> {
        let hexadecimal = |digits: &str, count: usize| {
            let sound = digits.len() == count && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            if sound { u128::from_str_radix(digits, 16).map_err(|_| InvalidTraceId) } else { Err(InvalidTraceId) }
        };
        let (second, random) = text.strip_prefix("1-").and_then(|rest| rest.split_once('-')).ok_or(InvalidTraceId)?;
        Ok(Self((hexadecimal(second, 8)? << Self::RANDOM_BITS) | hexadecimal(random, 24)?))
    }
}

impl From<TraceId> for String {
    fn from(id: TraceId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for TraceId {
    type Error = InvalidTraceId;

    fn try_from(text: String) -> Result<Self, InvalidTraceId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_x_ray_writes_it_and_read_back() {
        let text = "1-58406520-a006649127e371903a2de979";
        let id: TraceId = text.parse().expect("a trace id");
        assert_eq!(id.to_string(), text);
    }

    #[test]
    fn a_new_one_names_the_second_in_which_it_began() {
        let at = Timestamp::from_second(0x5840_6520).expect("a time");
        let id = TraceId::new(at, Uuid::from_u128(u128::MAX));
        assert_eq!(id.to_string(), "1-58406520-ffffffffffffffffffffffff");
    }

    #[test]
    fn anything_else_is_none() {
        for text in
            ["", "1-", "1-58406520", "2-58406520-a006649127e371903a2de979", "1-5840652-0a006649127e371903a2de979x"]
        {
            assert_eq!(text.parse::<TraceId>(), Err(InvalidTraceId), "{text}");
        }
    }
}
