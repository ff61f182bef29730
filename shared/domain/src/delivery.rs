//! How a message of ours is doing: queued, sent, delivered, read or played, failed; unconfirmed when Graph's answer was
//! lost (F14, F29).
//!
//! ```text
//! queued → sending → sent → delivered → read → played
//!    ↑        │ ├──→ failed
//!    └─ due later│
//!             └──→ unconfirmed → (status webhook) sent …  |  resend → queued  |  discard → discarded
//! ```
//!
//! What becomes of an unconfirmed message that no status settles is decided by a person, who sees what it says: a reminder
//! that comes twice does no harm, an instruction to pay does. A tenant to whom a missing message is worse than a double one
//! may choose that it is sent again by itself after a time; that happens once, and if the answer is lost again, a person
//! decides after all. So does a person where the second call is refused or not made: the first may have arrived.

mod limits;
mod refusal;
mod status;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::allowance::Charge;
use crate::failure::Failure;
use crate::ids::MessageId;
use crate::message::Wamid;

use refusal::NumberRefused;
pub use status::{Report, Status, Step};

/// What a report changed, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applied {
    /// Known already.
    Nothing,
    /// A step was learned that lies behind where the message is.
    Noted,
    /// The message is further along.
    Advanced,
}

/// What a sender finds when it wants to send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It may be claimed.
    Ready,
    /// It has been put off until this time.
    PutOff { until: Timestamp },
    /// Somebody's call is under way, or was when they died; at this time it counts as lost.
    UnderWay { until: Timestamp },
    /// Its answer was lost; those behind it wait until this time.
    Unconfirmed { until: Timestamp },
    /// There is nothing left to do for it.
    Over,
}

/// What kept a message from leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// Too much to one customer.
    Pair,
    /// Something of the number's: its pace, its token, its account.
    Number,
    /// Meta works on something, for minutes.
    Maintenance,
    /// A fault that may pass.
    Fault,
    /// Meta was not reached.
    Network,
    /// Its file has to be given to Meta anew.
    File,
}

/// The last obstacle, and how often it was met without another between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Obstructed {
    by: Obstacle,
    times: u32,
}

/// Who wants an unconfirmed message sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resender {
    /// A person, knowing that the customer may get it twice.
    Person,
    /// The rule that the tenant chose.
    Rule,
}

/// A transition that the message's state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message that is {from:?} cannot be {to}")]
pub struct NotAllowed {
    pub from: Status,
    pub to: &'static str,
}

/// Where a message of ours is, and how it got there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    status: Status,
    /// When the message entered its present status, by our clock where the status is ours.
    since: Timestamp,
    steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    /// How often it had to wait.
    #[serde(default)]
    postponed: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    obstructed: Option<Obstructed>,
    /// The last refusal that was put down to its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number_refused: Option<NumberRefused>,
    /// Until when it is put off: with the message itself, so that a sender who claims it has seen this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    /// When it is sent again by itself, while it is unconfirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resends_at: Option<Timestamp>,
    /// Who had it sent again: the rule, if it ever did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resent_by: Option<Resender>,
    /// How often it was claimed.
    #[serde(default, skip_serializing_if = "are_none")]
    claims: u32,
    /// Calls that Meta refused with its answer; it may report them once more.
    #[serde(default, skip_serializing_if = "are_none")]
    refused_calls: u32,
    /// Calls of which nobody knows whether they arrived.
    #[serde(default, skip_serializing_if = "are_none")]
    in_doubt: u32,
    /// Those that Meta said have failed, while it was not known by which it has the message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failed_calls: Vec<Wamid>,
    /// What it takes of the tenant's allowance, if it takes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charge: Option<Charge>,
    /// The message that began the conversation, while this one holds a place in it against Meta's limit (F24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holds_place_of: Option<MessageId>,
    /// The same of one that failed and holds it no more; which Meta may take back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_place_of: Option<MessageId>,
}

impl Delivery {
    /// A claim older than this belongs to a sender that is gone: longer than the one call to Graph and storing its answer
    /// may take, which is all that follows a claim.
    pub const CLAIM: SignedDuration = SignedDuration::from_secs(90);
    /// How long later messages of a conversation wait for an unconfirmed one (F29).
    pub const UNCONFIRMED_WAIT: SignedDuration = SignedDuration::from_secs(30);

    /// Accepted at `at`.
    pub fn queued(at: Timestamp) -> Self {
        Self {
            status: Status::Queued,
            since: at,
            steps: vec![Step { status: Status::Queued, at }],
            failure: None,
            postponed: 0,
            obstructed: None,
            number_refused: None,
            not_before: None,
            resends_at: None,
            resent_by: None,
            claims: 0,
            refused_calls: 0,
            in_doubt: 0,
            failed_calls: Vec::new(),
            charge: None,
            holds_place_of: None,
            left_place_of: None,
        }
    }

    pub fn status(&self) -> Status {
        self.status
    }

    /// When it entered its present status.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// The steps reached so far, in the order of a message's life, each with the first time it was reported.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Why it failed, while it counts as failed; or why an unconfirmed one was not sent again.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref().filter(|_| matches!(self.status, Status::Failed | Status::Unconfirmed))
    }

    /// Whether it had to wait for something else than its turn since it was queued: for `patience` counts as that.
    pub fn has_waited(&self, patience: SignedDuration, now: Timestamp) -> bool {
        self.postponed > 0 || now.duration_since(self.since) > patience
    }

    /// How often in a row this obstacle was what kept it from leaving.
    pub fn obstructed_by(&self, obstacle: Obstacle) -> u32 {
        self.obstructed.filter(|last| last.by == obstacle).map_or(0, |last| last.times)
    }

    /// What a sender finds.
    pub fn turn(&self) -> Turn {
        let until = |wait| self.since.saturating_add(wait).unwrap_or(Timestamp::MAX);
        match self.status {
            Status::Queued => self.not_before.map_or(Turn::Ready, |until| Turn::PutOff { until }),
            Status::Sending => Turn::UnderWay { until: until(Self::CLAIM) },
            Status::Unconfirmed => Turn::Unconfirmed { until: until(Self::UNCONFIRMED_WAIT) },
            _ => Turn::Over,
        }
    }

    /// Takes the message for the one call to Graph.
    pub fn claim(&mut self, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Queued], Status::Sending, "claimed", now)?;
        self.claims = self.claims.saturating_add(1);
        Ok(())
    }

    /// How often it was claimed.
    pub fn claims(&self) -> u32 {
        self.claims
    }

    /// The same, unless somebody has claimed it since it had been so often: whatever a sender has to say of its own call, or
    /// of one that it found, is not of theirs.
    pub fn as_claimed(&mut self, claims: u32) -> Option<&mut Self> {
        (self.claims == claims).then_some(self)
    }

    /// Graph took it.
    pub fn sent(&mut self, now: Timestamp) -> Applied {
        self.report(&Report::Sent, now)
    }

    /// Graph refused it for good, or we know that it cannot be sent. Where an earlier call may have arrived, that is all
    /// that is known: whoever writes it once more may write it twice.
    pub fn failed(&mut self, failure: Failure, now: Timestamp) -> Applied {
        let others_in_doubt = match self.status {
            Status::Unconfirmed => self.in_doubt.saturating_sub(1),
            _ => self.in_doubt,
        };
        if others_in_doubt == 0 {
            return self.report(&Report::Failed(failure), now);
        }
        if self.leave(&[Status::Queued, Status::Sending], Status::Unconfirmed, "unconfirmed", now).is_err() {
            return Applied::Nothing;
        }
        self.note(Step { status: Status::Unconfirmed, at: now });
        self.failure = Some(failure);
        self.resends_at = None;
        Applied::Noted
    }

    /// It did not leave, and will be tried again, not before `until`.
    pub fn postpone(&mut self, obstacle: Obstacle, until: Timestamp, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Sending], Status::Queued, "postponed", now)?;
        // Who was not reached has refused nothing.
        self.refused_calls = self.refused_calls.saturating_add(u32::from(obstacle != Obstacle::Network));
        self.obstruct(obstacle, until);
        Ok(())
    }

    /// It could not be made ready to leave, and will be tried again, not before `until`. Another sender may have got
    /// further and been told to wait for longer; then that holds.
    pub fn put_off(&mut self, obstacle: Obstacle, until: Timestamp, now: Timestamp) -> Result<(), NotAllowed> {
        if matches!(self.turn(), Turn::PutOff { until: already } if until < already) {
            return Ok(());
        }
        self.leave(&[Status::Queued], Status::Queued, "put off", now)?;
        self.obstruct(obstacle, until);
        Ok(())
    }

    fn obstruct(&mut self, by: Obstacle, until: Timestamp) {
        self.not_before = Some(until);
        self.obstructed = Some(Obstructed { by, times: self.obstructed_by(by).saturating_add(1) });
        self.postponed = self.postponed.saturating_add(1);
    }

    /// The answer of the call was lost, or its sender was. After `resend_after` it is sent again by itself, if the tenant
    /// chose so and it was not already.
    pub fn lose_answer(&mut self, resend_after: Option<SignedDuration>, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Sending], Status::Unconfirmed, "unconfirmed", now)?;
        self.note(Step { status: Status::Unconfirmed, at: now });
        self.in_doubt = self.in_doubt.saturating_add(1);
        self.failure = None;
        let once = resend_after.filter(|_| self.resent_by != Some(Resender::Rule));
        self.resends_at = once.and_then(|after| now.saturating_add(after).ok());
        Ok(())
    }

    /// When it is sent again by itself; nothing when a person decides.
    pub fn resends_at(&self) -> Option<Timestamp> {
        self.resends_at.filter(|_| self.status == Status::Unconfirmed)
    }

    /// Since when it waits to be sent, or nobody knows whether it was; nothing when that is settled.
    pub fn without_outcome_since(&self) -> Option<Timestamp> {
        let waits = matches!(self.status, Status::Queued | Status::Sending | Status::Unconfirmed);
        self.steps.first().filter(|_| waits).map(|step| step.at)
    }

    /// An unconfirmed message is sent again.
    pub fn resend(&mut self, by: Resender, now: Timestamp) -> Result<(), NotAllowed> {
        let too_early = by == Resender::Rule && self.resends_at().is_none_or(|at| now < at);
        if too_early {
            return Err(NotAllowed { from: self.status, to: "resent by itself" });
        }
        self.leave(&[Status::Unconfirmed], Status::Queued, "resent", now)?;
        self.steps.retain(|step| step.status != Status::Unconfirmed);
        self.resent_by = self.resent_by.filter(|by| *by == Resender::Rule).or(Some(by));
        self.in_doubt = self.in_doubt.max(1);
        self.failure = None;
        // It has waited; beyond its session it is not tried.
        self.postponed = self.postponed.saturating_add(1);
        Ok(())
    }

    /// A person decides about it after all.
    pub fn leave_to_a_person(&mut self) {
        self.resends_at = None;
    }

    /// A person does not want an unconfirmed message sent again.
    pub fn discard(&mut self, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Unconfirmed], Status::Discarded, "discarded", now)?;
        self.note(Step { status: Status::Discarded, at: now });
        Ok(())
    }

    /// Meta reports that a call failed, while it is not known by which call it has the message. Nothing is settled by that
    /// while the message waits to be sent (again), or another call may have arrived, or it may be one that Meta has refused
    /// already ("Errors come synchronously, by webhook, or both"); a report that comes again says nothing.
    pub fn call_failed(&mut self, call: &Wamid, failure: &Failure, at: Timestamp) -> Applied {
        let others = match self.status {
            Status::Queued => true,
            Status::Sending => self.in_doubt > 0,
            Status::Unconfirmed => self.in_doubt > 1,
            _ => false,
        };
        if self.failed_calls.contains(call) && !self.status.is_settled() {
            return Applied::Nothing;
        }
        let may_be_known = self.refused_calls > 0 && !self.status.is_settled();
        if !others && !may_be_known {
            return self.report(&Report::Failed(failure.clone()), at);
        }
        self.failed_calls.push(call.clone());
        if may_be_known {
            self.refused_calls -= 1;
        } else {
            self.in_doubt = self.in_doubt.saturating_sub(1);
        }
        if self.status == Status::Sending || may_be_known && self.status == Status::Unconfirmed {
            // It may be the one under way, or the one that is in doubt.
            self.failure = Some(failure.clone());
        }
        Applied::Noted
    }

    /// Graph took it, and calls it so.
    pub fn sent_as(&mut self, call: &Wamid, now: Timestamp) -> Applied {
        let applied = self.sent(now);
        match self.failure.clone().filter(|_| self.failed_calls.contains(call)) {
            Some(failure) => applied.max(self.report(&Report::Failed(failure), now)),
            None => applied,
        }
    }

    /// Applies what Meta reports, in whatever order and however often it comes.
    pub fn report(&mut self, report: &Report, at: Timestamp) -> Applied {
        let status = report.status();
        let noted = self.note(Step { status, at });
        if let (Report::Failed(failure), true) = (report, noted) {
            self.failure = Some(failure.clone());
        }
        if status.rank() > self.status.rank() {
            self.status = status;
            self.since = at;
            Applied::Advanced
        } else if noted {
            Applied::Noted
        } else {
            Applied::Nothing
        }
    }

    fn leave(&mut self, from: &[Status], to: Status, word: &'static str, now: Timestamp) -> Result<(), NotAllowed> {
        if !from.contains(&self.status) {
            return Err(NotAllowed { from: self.status, to: word });
        }
        self.status = to;
        self.since = now;
        self.not_before = None;
        Ok(())
    }

    /// Keeps the first time of each step, in the order of a message's life. Says whether the step is new.
    fn note(&mut self, step: Step) -> bool {
        if self.steps.iter().any(|known| known.status == step.status) {
            return false;
        }
        let place = self.steps.partition_point(|known| known.status.rank() <= step.status.rank());
        self.steps.insert(place, step);
        true
    }
}

fn are_none(calls: &u32) -> bool {
    *calls == 0
}

#[cfg(test)]
mod tests;
