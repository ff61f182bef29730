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
//! decides after all.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::allowance::{Charge, PeriodId, Settlement};
use crate::failure::Failure;

/// A step on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted by us and waiting for its turn.
    Queued,
    /// Claimed: the one call to Graph is under way.
    Sending,
    /// The call's answer was lost. Never sent again by itself.
    Unconfirmed,
    /// A person decided not to send an unconfirmed message again.
    Discarded,
    /// Meta took it.
    Sent,
    Failed,
    Delivered,
    Read,
    /// A voice note was listened to.
    Played,
}

impl Status {
    /// How far along a step is: a message never goes back to a smaller rank.
    ///
    /// `Failed` stands below `Delivered` because Meta's statuses come in any order and a failure only counts when
    /// nothing later was seen (Meta, "messages/status"); it stands above `Sent` because that may arrive after it. What
    /// is not known to have left has no rank at all: any status of Meta's settles it.
    fn rank(self) -> u8 {
        match self {
            Self::Queued | Self::Sending | Self::Unconfirmed | Self::Discarded => 0,
            Self::Sent => 1,
            Self::Failed => 2,
            Self::Delivered => 3,
            Self::Read => 4,
            Self::Played => 5,
        }
    }

    /// Whether it has reached the customer.
    pub fn is_delivered(self) -> bool {
        self.rank() >= Self::Delivered.rank()
    }

    /// Whether Meta has said what became of the message (or we know that it never left).
    pub fn is_settled(self) -> bool {
        self.rank() > 0
    }
}

/// When a step was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub status: Status,
    pub at: Timestamp,
}

/// A status that Meta reports of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    Sent,
    Delivered,
    Read,
    Played,
    Failed(Failure),
}

impl Report {
    fn status(&self) -> Status {
        match self {
            Self::Sent => Status::Sent,
            Self::Delivered => Status::Delivered,
            Self::Read => Status::Read,
            Self::Played => Status::Played,
            Self::Failed(_) => Status::Failed,
        }
    }
}

/// What a report changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The message is further along.
    Advanced,
    /// A step was learned that lies behind where the message is.
    Noted,
    /// Known already.
    Nothing,
}

/// What a sender finds when it wants to send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It may be claimed.
    Ready,
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
    /// When it is sent again by itself, while it is unconfirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resends_at: Option<Timestamp>,
    /// Who had it sent again last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resent_by: Option<Resender>,
    /// Who claimed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed_by: Option<Uuid>,
    /// What it takes of the tenant's allowance, if it takes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charge: Option<Charge>,
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
            resends_at: None,
            resent_by: None,
            claimed_by: None,
            charge: None,
        }
    }

    pub fn status(&self) -> Status {
        self.status
    }

    /// When it entered its present status.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// What it takes of the allowance; nothing for what counts nothing.
    pub fn charge(&self) -> Option<Charge> {
        self.charge
    }

    /// It takes its share of the period in which it is accepted (F21).
    pub fn charge_to(&mut self, period: PeriodId) {
        self.charge = Some(Charge::reserved(period));
    }

    /// The charge follows the status. Says what that changes in the period's count.
    pub fn settle_charge(&mut self) -> Option<Settlement> {
        let status = self.status;
        self.charge.as_mut()?.follow(status)
    }

    /// What was given back is taken by others, and stays given back.
    pub fn forgo_charge(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.forgo();
        }
    }

    /// The steps reached so far, in the order of a message's life, each with the first time it was reported.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Why it failed, while it counts as failed.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref().filter(|_| self.status == Status::Failed)
    }

    /// Whether it had to wait for something else than its turn since it was queued: for `patience` counts as that.
    pub fn has_waited(&self, patience: SignedDuration, now: Timestamp) -> bool {
        self.postponed > 0 || now.duration_since(self.since) > patience
    }

    /// How often in a row this obstacle was what kept it from leaving.
    pub fn obstructed_by(&self, obstacle: Obstacle) -> u32 {
        self.obstructed.filter(|last| last.by == obstacle).map_or(0, |last| last.times)
    }

    /// What a sender may do with it now.
    pub fn turn(&self) -> Turn {
        let until = |wait| self.since.saturating_add(wait).unwrap_or(Timestamp::MAX);
        match self.status {
            Status::Queued => Turn::Ready,
            Status::Sending => Turn::UnderWay { until: until(Self::CLAIM) },
            Status::Unconfirmed => Turn::Unconfirmed { until: until(Self::UNCONFIRMED_WAIT) },
            _ => Turn::Over,
        }
    }

    /// Takes the message for the one call to Graph. `by` is the sender's own for this one claim: it is how a sender that
    /// never got the answer to its claim finds out whether it holds it.
    pub fn claim(&mut self, by: Uuid, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Queued], Status::Sending, "claimed", now)?;
        self.claimed_by = Some(by);
        Ok(())
    }

    /// Whether the call to Graph is this sender's to make.
    pub fn is_claimed_by(&self, by: Uuid) -> bool {
        self.status == Status::Sending && self.claimed_by == Some(by)
    }

    /// Graph took it.
    pub fn sent(&mut self, now: Timestamp) -> Applied {
        self.report(&Report::Sent, now)
    }

    /// Graph refused it for good, or we know that it cannot be sent.
    pub fn failed(&mut self, failure: Failure, now: Timestamp) -> Applied {
        self.report(&Report::Failed(failure), now)
    }

    /// It did not leave, and will be tried again later.
    pub fn postpone(&mut self, obstacle: Obstacle, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Sending], Status::Queued, "postponed", now)?;
        self.obstruct(obstacle);
        Ok(())
    }

    /// It could not be made ready to leave, and will be tried again later.
    pub fn put_off(&mut self, obstacle: Obstacle, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Queued], Status::Queued, "put off", now)?;
        self.obstruct(obstacle);
        Ok(())
    }

    fn obstruct(&mut self, by: Obstacle) {
        self.obstructed = Some(Obstructed { by, times: self.obstructed_by(by).saturating_add(1) });
        self.postponed = self.postponed.saturating_add(1);
    }

    /// The answer of the call was lost, or its sender was. After `resend_after` it is sent again by itself, if the tenant
    /// chose so and it was not already.
    pub fn lose_answer(&mut self, resend_after: Option<SignedDuration>, now: Timestamp) -> Result<(), NotAllowed> {
        self.leave(&[Status::Sending], Status::Unconfirmed, "unconfirmed", now)?;
        self.note(Step { status: Status::Unconfirmed, at: now });
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
        self.resent_by = Some(by);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a timestamp")
    }

    fn failure() -> Failure {
        Failure { code: "131026".into(), reason: "undeliverable".into(), advice: "call".into() }
    }

    fn sending() -> Delivery {
        let mut delivery = Delivery::queued(at(0));
        delivery.claim(Uuid::from_u128(1), at(1)).expect("a queued message can be claimed");
        delivery
    }

    fn statuses(delivery: &Delivery) -> Vec<Status> {
        delivery.steps().iter().map(|step| step.status).collect()
    }

    #[test]
    fn read_then_delivered_then_sent_stays_read_and_knows_all_three() {
        let mut delivery = sending();
        assert_eq!(delivery.report(&Report::Read, at(9)), Applied::Advanced);
        assert_eq!(delivery.report(&Report::Delivered, at(8)), Applied::Noted);
        assert_eq!(delivery.report(&Report::Sent, at(7)), Applied::Noted);
        assert_eq!(delivery.report(&Report::Sent, at(7)), Applied::Nothing);
        assert_eq!(delivery.status(), Status::Read);
        assert_eq!(statuses(&delivery), [Status::Queued, Status::Sent, Status::Delivered, Status::Read]);
    }

    #[test]
    fn a_failure_after_delivered_changes_nothing_and_a_delivery_after_failure_does() {
        let mut delivered = sending();
        delivered.report(&Report::Delivered, at(5));
        delivered.report(&Report::Failed(failure()), at(6));
        assert_eq!((delivered.status(), delivered.failure()), (Status::Delivered, None));

        let mut failed = sending();
        failed.report(&Report::Failed(failure()), at(5));
        assert_eq!(failed.failure(), Some(&failure()));
        failed.report(&Report::Sent, at(4));
        assert_eq!(failed.status(), Status::Failed);
        failed.report(&Report::Delivered, at(6));
        assert_eq!((failed.status(), failed.failure()), (Status::Delivered, None));
    }

    #[test]
    fn a_message_is_claimed_once() {
        let mut delivery = sending();
        assert!(delivery.claim(Uuid::from_u128(2), at(2)).is_err());
        delivery.postpone(Obstacle::Pair, at(3)).expect("a message under way can be postponed");
        assert!(delivery.claim(Uuid::from_u128(2), at(4)).is_ok());
    }

    #[test]
    fn what_another_sender_has_claimed_is_not_put_off() {
        let mut delivery = Delivery::queued(at(0));
        delivery.put_off(Obstacle::File, at(1)).expect("a queued message can be put off");
        assert_eq!((delivery.turn(), delivery.obstructed_by(Obstacle::File)), (Turn::Ready, 1));
        assert!(sending().put_off(Obstacle::File, at(2)).is_err());
    }

    #[test]
    fn one_obstacle_after_another_is_counted_for_itself() {
        let mut delivery = Delivery::queued(at(0));
        for obstacle in [Obstacle::Pair, Obstacle::Pair, Obstacle::Fault] {
            delivery.put_off(obstacle, at(1)).expect("a queued message can be put off");
        }
        assert_eq!((delivery.obstructed_by(Obstacle::Fault), delivery.obstructed_by(Obstacle::Pair)), (1, 0));
    }

    #[test]
    fn a_message_that_stood_in_line_for_long_has_waited_without_being_put_off() {
        let patience = SignedDuration::from_secs(60);
        let delivery = Delivery::queued(at(0));
        assert!(!delivery.has_waited(patience, at(60)) && delivery.has_waited(patience, at(61)));
    }

    #[test]
    fn a_lost_answer_is_settled_by_any_status_and_by_nothing_else() {
        let mut delivery = sending();
        delivery.lose_answer(None, at(10)).expect("the answer of a call under way can be lost");
        assert_eq!(delivery.turn(), Turn::Unconfirmed { until: at(40) });
        assert!(delivery.claim(Uuid::from_u128(2), at(11)).is_err());
        delivery.report(&Report::Delivered, at(12));
        assert_eq!((delivery.status(), delivery.turn()), (Status::Delivered, Turn::Over));
        assert!(delivery.resend(Resender::Person, at(13)).is_err());
    }

    #[test]
    fn an_unconfirmed_message_is_sent_again_by_itself_once_where_the_tenant_chose_so() {
        let after = Some(SignedDuration::from_secs(300));
        let mut delivery = sending();
        delivery.lose_answer(after, at(10)).expect("the answer of a call under way can be lost");
        assert_eq!(delivery.resends_at(), Some(at(310)));
        assert!(delivery.resend(Resender::Rule, at(309)).is_err());
        delivery.resend(Resender::Rule, at(310)).expect("its time has come");
        assert!(delivery.resend(Resender::Rule, at(310)).is_err());
        delivery.claim(Uuid::from_u128(2), at(311)).expect("a queued message can be claimed");
        delivery.lose_answer(after, at(320)).expect("the answer of a call under way can be lost");
        assert_eq!((delivery.resends_at(), delivery.without_outcome_since()), (None, Some(at(0))));
        delivery.resend(Resender::Person, at(400)).expect("a person may");
    }

    #[test]
    fn what_a_status_settles_is_not_sent_again_by_itself() {
        let mut delivery = sending();
        delivery.lose_answer(Some(SignedDuration::from_secs(300)), at(10)).expect("the answer can be lost");
        delivery.report(&Report::Sent, at(11));
        assert_eq!(delivery.resends_at(), None);
        assert!(delivery.resend(Resender::Rule, at(1_000)).is_err());
    }

    #[test]
    fn a_discarded_message_that_did_arrive_says_so() {
        let mut delivery = sending();
        delivery.lose_answer(None, at(10)).expect("the answer of a call under way can be lost");
        delivery.discard(at(11)).expect("an unconfirmed message can be discarded");
        delivery.report(&Report::Sent, at(2));
        assert_eq!(delivery.status(), Status::Sent);
    }

    fn any_report() -> impl Strategy<Value = Report> {
        prop_oneof![
            Just(Report::Sent),
            Just(Report::Delivered),
            Just(Report::Read),
            Just(Report::Played),
            Just(Report::Failed(failure())),
        ]
    }

    /// Anything that may happen to a message of ours, by whoever and whenever.
    #[derive(Clone, Debug)]
    enum Event {
        Claimed(u128),
        Postponed,
        PutOff,
        AnswerLost,
        Resent,
        Discarded,
        Reported(Report),
    }

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            (0u128..3).prop_map(Event::Claimed),
            Just(Event::Postponed),
            Just(Event::PutOff),
            Just(Event::AnswerLost),
            Just(Event::Resent),
            Just(Event::Discarded),
            any_report().prop_map(Event::Reported),
        ]
    }

    fn happens(event: &Event, delivery: &mut Delivery, now: Timestamp) -> bool {
        match event {
            Event::Claimed(by) => delivery.claim(Uuid::from_u128(*by), now).is_ok(),
            Event::Postponed => delivery.postpone(Obstacle::Pair, now).is_ok(),
            Event::PutOff => delivery.put_off(Obstacle::File, now).is_ok(),
            Event::AnswerLost => delivery.lose_answer(None, now).is_ok(),
            Event::Resent => delivery.resend(Resender::Person, now).is_ok(),
            Event::Discarded => delivery.discard(now).is_ok(),
            Event::Reported(report) => delivery.report(report, now) != Applied::Nothing,
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_no_status_goes_back_and_no_call_is_made_twice(events in prop::collection::vec(any_event(), 0..30)) {
            let mut delivery = Delivery::queued(at(0));
            let mut free = true;
            for (second, event) in (1..).zip(&events) {
                let before = delivery.clone();
                let happened = happens(event, &mut delivery, at(second));
                prop_assert!(delivery.status().rank() >= before.status().rank());
                prop_assert!(happened || delivery == before);
                // Between two claims somebody has said that the call before did not send it, or wants it sent again.
                match event {
                    Event::Claimed(_) if happened => prop_assert!(std::mem::replace(&mut free, false)),
                    Event::Postponed | Event::Resent if happened => free = true,
                    _ => {}
                }
                let steps: Vec<u8> = delivery.steps().iter().map(|step| step.status.rank()).collect();
                prop_assert!(steps.is_sorted() && steps.len() <= 8);
                prop_assert_eq!(delivery.failure().is_some(), delivery.status() == Status::Failed);
            }
        }

        #[test]
        fn reports_in_any_order_and_number_end_the_same(reports in prop::collection::vec(any_report(), 0..12), seed in any::<u64>()) {
            let apply = |reports: &[Report]| {
                let mut delivery = sending();
                let mut rank = 0;
                for report in reports {
                    delivery.report(report, at(5));
                    assert!(delivery.status().rank() >= rank, "a status went backwards");
                    rank = delivery.status().rank();
                }
                (delivery.status(), statuses(&delivery))
            };
            let mut shuffled = reports.clone();
            shuffled.rotate_left(if reports.is_empty() { 0 } else { seed as usize % reports.len() });
            shuffled.reverse();
            shuffled.extend(reports.clone());
            prop_assert_eq!(apply(&reports), apply(&shuffled));
        }
    }
}
