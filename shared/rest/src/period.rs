//! Lengths of time.

use jiff::fmt::temporal::SpanParser;
use jiff::{SignedDuration, Span, SpanRelativeTo, SpanRound, Unit};
use serde::{Deserialize, Serialize};

/// A length of time as ISO 8601 writes it: `P2D`, `PT90M`. A day has 24 hours; months and years have no length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Period(SignedDuration);

/// Why a text or a duration is not a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period is an ISO 8601 duration from one second to 365 days, such as P2D or PT90M, without months and years")]
pub struct InvalidPeriod;

impl Period {
    const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
    const LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);
}

impl From<Period> for SignedDuration {
    fn from(period: Period) -> Self {
        period.0
    }
}

impl TryFrom<SignedDuration> for Period {
    type Error = InvalidPeriod;

    fn try_from(duration: SignedDuration) -> Result<Self, InvalidPeriod> {
        (Self::SHORTEST..=Self::LONGEST).contains(&duration).then_some(Self(duration)).ok_or(InvalidPeriod)
    }
}

impl TryFrom<String> for Period {
    type Error = InvalidPeriod;

    fn try_from(text: String) -> Result<Self, InvalidPeriod> {
        let span = SpanParser::new().parse_span(text).map_err(|_| InvalidPeriod)?;
        span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| InvalidPeriod)?.try_into()
    }
}

impl From<Period> for String {
    fn from(Period(duration): Period) -> String {
        let in_days = SpanRound::new().largest(Unit::Day).days_are_24_hours();
        Span::try_from(duration)
            .and_then(|span| span.round(in_days))
            .map_or_else(|_| duration.to_string(), |span| span.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Period, InvalidPeriod> {
        Period::try_from(text.to_owned())
    }

    #[test]
    fn a_period_is_written_in_days() {
        for (given, shown) in
            [("P2D", "P2D"), ("PT48H", "P2D"), ("P1W", "P7D"), ("PT90M", "PT1H30M"), ("P1DT1S", "P1DT1S")]
        {
            assert_eq!(read(given).map(String::from), Ok(shown.to_owned()));
        }
    }

    #[test]
    fn what_has_no_length_or_no_use_is_refused() {
        for text in ["", "2 days", "P1M", "P1Y", "-P1D", "PT0S", "PT0.5S", "P366D", "P99999999D", "2"] {
            assert_eq!(read(text), Err(InvalidPeriod), "{text}");
        }
    }
}
