//! A tenant: one company.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::allowance::{Period, Purchase, Qualifying, zone};
use crate::contact::wishes::{ConsentRule, WishWords};
use crate::ids::TenantId;
use crate::moderation::Moderation;
use crate::portfolio::Portfolio;

/// A company and the settings it chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    /// The IANA name of the zone in which its days begin.
    pub time_zone: String,
    /// The day on which it began to pay; months of its allowance begin on this day of the month (F22).
    pub subscription_started_on: Date,
    /// What it bought, where that is known: the earliest purchase that qualifies is the day above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purchases: Vec<Purchase>,
    /// Which of them do.
    #[serde(default, skip_serializing_if = "Qualifying::is_usual")]
    pub qualifying: Qualifying,
    /// How many conversations a month it may begin, on all its numbers together (F20).
    pub allowance: u32,
    /// How many conversations it may begin in 24 hours while Meta has not verified its business (F24).
    #[serde(default = "fifty", skip_serializing_if = "is_fifty")]
    pub unverified_limit: u32,
    /// A message that comes less than this after its ticket was closed reopens it; without it a new ticket is made (F8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopen_within: Option<SignedDuration>,
    /// A message of which nobody knows whether it was sent is sent again by itself after this; without it a person decides
    /// (F29).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_unconfirmed_after: Option<SignedDuration>,
    /// What is hidden of what its customers write (F13).
    #[serde(default, skip_serializing_if = "Moderation::is_usual")]
    pub moderation: Moderation,
    /// The words by which customers end marketing, and allow it again (F31).
    #[serde(default, skip_serializing_if = "WishWords::are_usual")]
    pub wish_words: WishWords,
    /// Whom a campaign may reach (F27).
    #[serde(default, skip_serializing_if = "ConsentRule::is_usual")]
    pub consent_rule: ConsentRule,
    /// So long before the session of an open ticket ends, somebody is reminded; without it nobody is (F19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_reminder_before: Option<SignedDuration>,
    /// Counts the edits, for `If-Match`.
    #[serde(default)]
    pub version: u64,
}

fn fifty() -> u32 {
    Portfolio::UNVERIFIED
}

fn is_fifty(limit: &u32) -> bool {
    *limit == Portfolio::UNVERIFIED
}

impl Tenant {
    /// The allowance of a tenant for whom nothing else was agreed (F20).
    pub const USUAL_ALLOWANCE: u32 = 1_000;
    /// A reminder comes at least so long before the end: the work that waits for a time is looked at every minute.
    pub const LATEST_REMINDER: SignedDuration = SignedDuration::from_mins(2);
    /// And at most so long, which leaves the customer's message an hour to be answered without one.
    pub const EARLIEST_REMINDER: SignedDuration = SignedDuration::from_hours(23);
    /// Statuses mostly come within seconds, but a webhook that failed is repeated minutes later: whoever is faster sends
    /// twice. A day later the session is over.
    pub const RESEND_AFTER: RangeInclusive<SignedDuration> =
        SignedDuration::from_mins(5)..=SignedDuration::from_hours(24);

    /// The period of its allowance that `now` is in (F22). It follows from the clock: nobody has to have turned the month.
    pub fn period(&self, now: Timestamp) -> Period {
        Period::at(self.subscription_started_on.day(), &zone(&self.time_zone), now)
    }

    /// How many periods it went through from the one that `moment` is in to this one.
    pub fn periods_since(&self, moment: Timestamp, period: &Period) -> u32 {
        period.since(moment, self.subscription_started_on.day(), &zone(&self.time_zone))
    }
}
