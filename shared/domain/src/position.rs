//! Where a message stands in its thread.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Meta's time in whole seconds, then our sequence.
///
/// Meta stamps messages with whole seconds. Our own are cut to the second as well, so that within one second the
/// sequence alone decides, and an answer that comes in the second of its question stands below it.
///
/// The text form sorts like the value, as a sort key must.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Position {
    second: u64,
    sequence: u64,
}

/// Why a text is not a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position in a thread")]
pub struct InvalidPosition;

impl Position {
    /// The place of a message sent at `at` that is the thread's `sequence`th.
    pub fn new(at: Timestamp, sequence: u64) -> Self {
        Self { second: u64::try_from(at.as_second()).unwrap_or(0), sequence }
    }

    /// The same place, or the one right after `last` in time if that is later.
    pub fn not_before(self, last: Self) -> Self {
        Self { second: self.second.max(last.second), ..self }
    }

    /// The thread's own count of its messages; no two share it.
    pub fn sequence(self) -> u64 {
        self.sequence
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}.{:010}", self.second, self.sequence)
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let (second, sequence) = text.split_once('.').ok_or(InvalidPosition)?;
        if second.len() != 12 || sequence.len() != 10 {
            return Err(InvalidPosition);
        }
        let number = |digits: &str| digits.parse().ok().filter(|_| !digits.starts_with('+')).ok_or(InvalidPosition);
        Ok(Self { second: number(second)?, sequence: number(sequence)? })
    }
}

impl From<Position> for String {
    fn from(position: Position) -> String {
        position.to_string()
    }
}

impl TryFrom<String> for Position {
    type Error = InvalidPosition;

    fn try_from(text: String) -> Result<Self, InvalidPosition> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_text_sorts_as_the_position_does(a in (0i64..99_999_999_999, 0u64..9_999_999_999), b in (0i64..99_999_999_999, 0u64..9_999_999_999)) {
            let position = |(second, sequence)| Position::new(Timestamp::from_second(second).expect("in range"), sequence);
            let (a, b) = (position(a), position(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(a.to_string().parse(), Ok(a));
        }
    }

    proptest! {
        #[test]
        fn a_text_that_is_a_position_has_one_spelling(text in any::<String>(), near in "[0-9+. ]{12}\\.[0-9+-]{10}") {
            for text in [text, near] {
                if let Ok(position) = text.parse::<Position>() {
                    prop_assert_eq!(position.to_string(), text);
                }
            }
        }
    }

    #[test]
    fn an_answer_in_the_same_second_stands_below_its_question() {
        let question = Position::new("2026-11-01T10:00:05.300Z".parse().expect("a time"), 1);
        let answer = Position::new("2026-11-01T10:00:05Z".parse().expect("a time"), 2);
        assert!(question < answer);
    }
}
