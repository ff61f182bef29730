//! What somebody did that they may be asked about (F13).

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::ids::{AuditId, MessageId, ThreadId, UserId};

/// One line of a tenant's audit. It is written before what it tells of is done, and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    pub id: AuditId,
    pub at: Timestamp,
    pub user_id: UserId,
    pub action: Action,
    pub message_id: MessageId,
    pub thread_id: ThreadId,
    /// Why, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The content of a hidden message was shown.
    MessageRevealed,
    /// A link to a hidden message's file was given.
    AttachmentRevealed,
}

/// Why somebody did something.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Reason(String);

/// Why a text is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to {} characters, not only white space", Reason::MAX_CHARS)]
pub struct InvalidReason;

impl Reason {
    pub const MAX_CHARS: usize = 500;
}

impl TryFrom<String> for Reason {
    type Error = InvalidReason;

    fn try_from(text: String) -> Result<Self, InvalidReason> {
        let text = text.trim();
        if (1..=Self::MAX_CHARS).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidReason)
        }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0
    }
}

/// People's words stay out of logs.
impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reason(…)")
    }
}

/// A month of the calendar, in UTC: `2026-11`. A tenant's audit is kept and read by months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Month(Date);

/// Why a text is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written like 2026-11")]
pub struct InvalidMonth;

impl Month {
    /// The month in which something happened.
    pub fn of(at: Timestamp) -> Self {
        Self(TimeZone::UTC.to_datetime(at).date().first_of_month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let is_plain = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day = is_plain.then(|| format!("{text}-01").parse().ok()).flatten();
        day.map(Self).ok_or(InvalidMonth)
    }
}

impl TryFrom<String> for Month {
    type Error = InvalidMonth;

    fn try_from(text: String) -> Result<Self, InvalidMonth> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written() {
        let month = Month::of("2026-11-30T23:59:59Z".parse().unwrap());
        assert_eq!(month.to_string(), "2026-11");
        assert_eq!("2026-11".parse(), Ok(month));
        for text in ["", "2026", "2026-13", "2026-1", "2026-11-1", "11-2026", "-026-11", "2026/11"] {
            assert_eq!(text.parse::<Month>(), Err(InvalidMonth), "{text}");
        }
    }

    #[test]
    fn a_reason_says_something_and_is_short() {
        assert_eq!(String::from(Reason::try_from(" fraud desk asked ".to_owned()).unwrap()), "fraud desk asked");
        for text in ["", "  ", &"x".repeat(501)] {
            assert_eq!(Reason::try_from(text.to_owned()), Err(InvalidReason));
        }
    }
}
