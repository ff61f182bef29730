//! A template that goes to many people (F27). Each of them is decided for themselves, a slice at a time, so that a campaign
//! is in nobody's way.
//!
//! ```text
//! running ──→ sending ──→ done
//!    └──→ cancelled
//! ```
//!
//! A slice is decided when the one before it has left, or has not within [`Campaign::PATIENCE`]: so no more than a slice of
//! a campaign stands in the queues at a time, and it goes as fast as Meta takes it.

pub mod recipient;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use recipient::{CampaignHeader, CampaignVariable, Left, Outcome, Recipient, Refused, Slice};

use crate::ids::{CampaignId, ChannelId, UserId};
use crate::template::Category;
use crate::trace::TraceId;

/// A template on its way to many people, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    pub id: CampaignId,
    pub channel_id: ChannelId,
    pub template: CampaignTemplate,
    pub author: UserId,
    pub created_at: Timestamp,
    /// How many people were named, the same one twice counts twice.
    pub recipients: u32,
    /// How many slices are decided.
    decided: u32,
    /// When the last of them was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_decided_at: Option<Timestamp>,
    /// The slices of which something waits to be sent, each with when it was decided and when to look at it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    open: BTreeMap<u32, Open>,
    /// Those who began to decide the next slice; the last one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<Attempt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancelled: Option<Cancelled>,
    pub counts: Counts,
    /// The request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

/// What is sent to all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignTemplate {
    pub name: String,
    pub language: String,
    /// What the sender takes it for; needed where Meta has changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, CampaignVariable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<CampaignHeader>,
}

/// A slice of which something waits to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    since: Timestamp,
    look_at: Timestamp,
}

/// One try at deciding a slice. What earlier ones set aside is given back by the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub slice: u32,
    pub number: u32,
    pub begun_at: Timestamp,
}

/// Somebody stopped it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub at: Timestamp,
    pub by: UserId,
}

/// What became of those who are decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Their message was accepted.
    pub accepted: u32,
    /// Of those, Meta has taken it.
    pub sent: u32,
    /// Of those, it failed.
    pub failed: u32,
    /// They get none, by the reason.
    pub refused: BTreeMap<String, u32>,
}

impl Counts {
    /// Accepted, and not known to have left or failed.
    pub fn waiting(&self) -> u32 {
        self.accepted.saturating_sub(self.sent).saturating_sub(self.failed)
    }

    fn decided(&self) -> u32 {
        self.accepted + self.refused.values().sum::<u32>()
    }
}

/// How far a campaign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Some are not decided yet.
    Running,
    /// All are decided, and some messages wait to be sent.
    Sending,
    Done,
    /// Those who were not decided by then get nothing.
    Cancelled,
}

impl Campaign {
    /// How many people one takes: their list is one request.
    pub const MOST_RECIPIENTS: usize = 5_000;
    /// How many are decided at once.
    pub const SLICE: usize = 25;
    /// How long a slice waits for the one before it to leave.
    pub const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
    /// Whoever began to decide a slice is left alone with it for so long, more than a slice takes: two who decide it at once
    /// would overtake each other, slice by slice, and neither would get to the end of it.
    pub const LEASE: SignedDuration = SignedDuration::from_secs(90);
    /// How long it and what became of its people can be looked up.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
    /// A slice is looked at this soon, and then less and less often: what a number holds may leave after weeks.
    const SOON: SignedDuration = SignedDuration::from_secs(1);
    const SELDOM: SignedDuration = SignedDuration::from_mins(10);
    /// When even that is a small part of how long it has waited, it is looked at this often in the same time again.
    const LOOKS_AT_LAST: i32 = 24;

    /// One that begins.
    pub fn new(
        id: CampaignId,
        channel_id: ChannelId,
        template: CampaignTemplate,
        recipients: u32,
        author: UserId,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            channel_id,
            template,
            author,
            created_at: at,
            recipients,
            decided: 0,
            last_decided_at: None,
            open: BTreeMap::new(),
            attempts: Vec::new(),
            cancelled: None,
            counts: Counts::default(),
            trace_id: None,
            version: 0,
        }
    }

    /// How many slices it has.
    pub fn slices(&self) -> u32 {
        self.recipients.div_ceil(Self::SLICE as u32)
    }

    pub fn status(&self) -> Status {
        if self.cancelled.is_some() {
            Status::Cancelled
        } else if self.decided < self.slices() {
            Status::Running
        } else if self.counts.waiting() > 0 {
            Status::Sending
        } else {
            Status::Done
        }
    }

    pub fn cancelled(&self) -> Option<&Cancelled> {
        self.cancelled.as_ref()
    }

    /// How many are not decided, and never will be if it is cancelled.
    pub fn undecided(&self) -> u32 {
        self.recipients.saturating_sub(self.counts.decided())
    }

    /// Stops it: what was accepted goes out, and nobody else gets anything. Says whether anything changed; one whose people
    /// are all decided stays as it is.
    pub fn cancel(&mut self, by: &UserId, now: Timestamp) -> bool {
        let is_running = self.status() == Status::Running;
        if is_running {
            self.cancelled = Some(Cancelled { at: now, by: by.clone() });
        }
        is_running
    }

    /// The slice to decide now, if one is.
    pub fn next_slice(&self, now: Timestamp) -> Option<u32> {
        (self.decides() && self.slice_from() <= now).then_some(self.decided)
    }

    /// Whether a slice is still to be decided. One that was begun when the campaign was cancelled is, too: whoever began it
    /// may have died, and what they accepted and set aside has to be known.
    fn decides(&self) -> bool {
        match self.status() {
            Status::Running => true,
            Status::Cancelled => !self.attempts.is_empty(),
            Status::Sending | Status::Done => false,
        }
    }

    /// Whether it is known of the people of a slice what became of them.
    pub fn has_decided(&self, slice: u32) -> bool {
        slice < self.decided
    }

    /// When the next slice may be decided.
    fn slice_from(&self) -> Timestamp {
        let last = self.last_decided_at.unwrap_or(self.created_at);
        let waits = self.decided.checked_sub(1).is_some_and(|last| self.open.contains_key(&last));
        let patience = if waits { Self::PATIENCE } else { SignedDuration::ZERO };
        let waited = last.saturating_add(patience).unwrap_or(Timestamp::MAX);
        let lease = self.attempts.last().map(|attempt| attempt.begun_at.saturating_add(Self::LEASE));
        lease.map_or(waited, |lease| waited.max(lease.unwrap_or(Timestamp::MAX)))
    }

    /// The slices to look at now, whether what waited has left: at most `most`.
    pub fn slices_to_look_at(&self, now: Timestamp, most: usize) -> Vec<u32> {
        // The last one holds up the next.
        let due = self.open.iter().rev().filter(|(_, open)| open.look_at <= now);
        due.map(|(slice, _)| *slice).take(most).collect()
    }

    /// When there is something to do next; nothing when all is done.
    pub fn look_at(&self) -> Option<Timestamp> {
        let looks = self.open.values().map(|open| open.look_at);
        let next = self.decides().then(|| self.slice_from());
        looks.chain(next).min()
    }

    /// Begins to decide a slice, and says which earlier tries at it may have left something behind: they stay named until
    /// that was [given back](Self::gave_back), since whoever cleans up after them may die, too.
    pub fn begin(&mut self, slice: u32, now: Timestamp) -> (Attempt, Vec<Attempt>) {
        let earlier = self.attempts.clone();
        let number = earlier.last().map_or(0, |earlier| earlier.number) + 1;
        let attempt = Attempt { slice, number, begun_at: now };
        self.attempts.push(attempt);
        (attempt, earlier)
    }

    /// What these tries had set aside was given back, so that nothing has to be known of them any more: the list stays short
    /// however often a slice is begun.
    pub fn gave_back(&mut self, earlier: &[Attempt]) {
        self.attempts.retain(|attempt| !earlier.contains(attempt));
    }

    /// The slice is decided, unless somebody else has done so or begun anew meanwhile. Says whether it is.
    pub fn decide(&mut self, attempt: Attempt, slice: &Slice, now: Timestamp) -> bool {
        if self.attempts.last() != Some(&attempt) || self.decided != attempt.slice {
            return false;
        }
        self.attempts.clear();
        self.decided += 1;
        self.last_decided_at = Some(now);
        for recipient in slice.recipients() {
            match &recipient.outcome {
                Some(Outcome::Accepted { .. }) => self.counts.accepted += 1,
                Some(Outcome::Refused(refused)) => {
                    *self.counts.refused.entry(refused.reason.clone()).or_default() += 1;
                }
                None => {}
            }
        }
        if slice.waits() {
            self.open.insert(attempt.slice, Open { since: now, look_at: now + Self::SOON });
        }
        true
    }

    /// A slice was looked at: so many of it have left since, and so many have failed. It is looked at again, less and less
    /// often, while something of it waits and the campaign is kept.
    pub fn looked_at(&mut self, number: u32, slice: &Slice, (sent, failed): (u32, u32), now: Timestamp) {
        self.counts.sent += sent;
        self.counts.failed += failed;
        let Some(open) = self.open.get_mut(&number) else { return };
        let age = now.duration_since(open.since);
        open.look_at = now + age.clamp(Self::SOON, Self::SELDOM.max(age / Self::LOOKS_AT_LAST));
        if !slice.waits() || open.look_at >= self.created_at + Self::KEPT {
            self.open.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests;
