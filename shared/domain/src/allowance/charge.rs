//! What a message takes of the allowance, from its acceptance to its end (F21).

use serde::{Deserialize, Serialize};

use super::PeriodId;
use crate::delivery::Status;

/// A message's share of a period: it stays in the period in which the message was accepted, whenever it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    period: PeriodId,
    state: ChargeState,
}

/// How a charge is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeState {
    /// The message was accepted, and it may yet be sent.
    Reserved,
    /// It was sent.
    Used,
    /// It is known not to have been sent.
    Released,
}

/// What changes in the period's count when a charge follows its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub period: PeriodId,
    pub from: ChargeState,
    pub to: ChargeState,
}

impl Settlement {
    /// Whether it takes again what was given back, for which there may be no room any more.
    pub fn takes_again(self) -> bool {
        self.from == ChargeState::Released
    }
}

impl Charge {
    /// A message was accepted in this period.
    pub fn reserved(period: PeriodId) -> Self {
        Self { period, state: ChargeState::Reserved }
    }

    pub fn period(self) -> PeriodId {
        self.period
    }

    pub fn state(self) -> ChargeState {
        self.state
    }

    /// What the charge becomes with the message's status; nothing if it stays as it is.
    pub(crate) fn follow(&mut self, status: Status) -> Option<Settlement> {
        let to = match status {
            Status::Sent | Status::Delivered | Status::Read | Status::Played => ChargeState::Used,
            Status::Failed | Status::Discarded => ChargeState::Released,
            Status::Queued | Status::Sending | Status::Unconfirmed => ChargeState::Reserved,
        };
        let from = std::mem::replace(&mut self.state, to);
        (from != to).then_some(Settlement { period: self.period, from, to })
    }

    /// It was given back and others have it by now: so it stays.
    pub(crate) fn forgo(&mut self) {
        self.state = ChargeState::Released;
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::ChargeState::{Released, Reserved, Used};
    use super::*;
    use crate::delivery::{Delivery, Report};
    use crate::failure::Failure;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn failed() -> Report {
        Report::Failed(Failure { code: "131026".into(), reason: "undeliverable".into(), advice: "call".into() })
    }

    fn charged() -> Delivery {
        let mut delivery = Delivery::queued(now());
        delivery.charge_to("2026-10-28".parse().unwrap());
        delivery.claim(now()).unwrap();
        delivery
    }

    fn settled(delivery: &mut Delivery) -> Option<(ChargeState, ChargeState)> {
        delivery.settle_charge().map(|settlement| (settlement.from, settlement.to))
    }

    #[test]
    fn a_message_that_is_sent_is_used_once_whatever_follows() {
        let mut delivery = charged();
        delivery.sent(now());
        assert_eq!(settled(&mut delivery), Some((Reserved, Used)));
        for report in [Report::Sent, Report::Delivered, Report::Read] {
            delivery.report(&report, now());
            assert_eq!(settled(&mut delivery), None);
        }
    }

    #[test]
    fn what_is_known_not_to_have_been_sent_is_given_back() {
        let mut refused = charged();
        refused.report(&failed(), now());
        assert_eq!(settled(&mut refused), Some((Reserved, Released)));

        let mut later = charged();
        later.sent(now());
        settled(&mut later);
        later.report(&failed(), now());
        assert_eq!((settled(&mut later), settled(&mut later)), (Some((Used, Released)), None));
    }

    #[test]
    fn what_nobody_knows_yet_stays_reserved() {
        let mut delivery = charged();
        delivery.lose_answer(None, now()).unwrap();
        assert_eq!(settled(&mut delivery), None);
        delivery.resend(crate::delivery::Resender::Person, now()).unwrap();
        assert_eq!((settled(&mut delivery), delivery.charge().unwrap().state()), (None, Reserved));
    }

    #[test]
    fn a_discarded_message_is_given_back_and_taken_again_if_it_did_arrive() {
        let mut delivery = charged();
        delivery.lose_answer(None, now()).unwrap();
        delivery.discard(now()).unwrap();
        assert_eq!(settled(&mut delivery), Some((Reserved, Released)));
        delivery.report(&Report::Delivered, now());
        let again = delivery.settle_charge().unwrap();
        assert!(again.takes_again());
        assert_eq!((again.from, again.to), (Released, Used));
    }

    #[test]
    fn what_others_have_by_now_stays_given_back() {
        let mut delivery = charged();
        delivery.report(&failed(), now());
        settled(&mut delivery);
        delivery.report(&Report::Delivered, now());
        delivery.settle_charge();
        delivery.forgo_charge();
        assert_eq!(delivery.charge().unwrap().state(), Released);
    }

    #[test]
    fn a_message_inside_a_session_settles_nothing() {
        let mut delivery = Delivery::queued(now());
        delivery.sent(now());
        assert_eq!(delivery.settle_charge(), None);
    }

    proptest! {
        #[test]
        fn what_is_settled_adds_up_to_where_the_charge_is(reports in prop::collection::vec(0usize..5, 0..12), every in 1usize..4) {
            let all = [Report::Sent, Report::Delivered, Report::Read, Report::Played, failed()];
            let mut delivery = charged();
            // (taken, used), as the period's count has them.
            let mut count = (1, 0);
            for (turn, report) in reports.into_iter().enumerate() {
                delivery.report(&all[report], now());
                if turn % every != 0 {
                    continue;
                }
                if let Some((from, to)) = settled(&mut delivery) {
                    count.0 += i32::from(to != Released) - i32::from(from != Released);
                    count.1 += i32::from(to == Used) - i32::from(from == Used);
                }
            }
            let state = delivery.charge().unwrap().state();
            prop_assert_eq!(count, (i32::from(state != Released), i32::from(state == Used)));
        }
    }
}
