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
    delivery.claim(at(1)).expect("a queued message can be claimed");
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
    assert!(delivery.claim(at(2)).is_err());
    delivery.postpone(Obstacle::Pair, at(7), at(3)).expect("a message under way can be postponed");
    assert_eq!(delivery.turn(), Turn::PutOff { until: at(7) });
    assert!(delivery.claim(at(7)).is_ok());
    delivery.lose_answer(None, at(8)).expect("the answer of a call under way can be lost");
    delivery.resend(Resender::Person, at(9)).expect("what is unconfirmed can be sent again");
    assert_eq!(delivery.turn(), Turn::Ready);
}

#[test]
fn what_meta_has_is_neither_put_off_nor_lost_nor_decided_about() {
    let mut sent = sending();
    sent.sent(at(2));
    let before = sent.clone();
    assert!(sent.postpone(Obstacle::Pair, at(3), at(3)).is_err());
    assert!(sent.lose_answer(None, at(3)).is_err());
    assert!(sent.resend(Resender::Person, at(3)).is_err());
    assert!(sent.discard(at(3)).is_err());
    assert_eq!(sent, before);
}

#[test]
fn what_another_sender_has_claimed_is_not_put_off() {
    let mut delivery = Delivery::queued(at(0));
    delivery.put_off(Obstacle::File, at(5), at(1)).expect("a queued message can be put off");
    assert_eq!((delivery.turn(), delivery.obstructed_by(Obstacle::File)), (Turn::PutOff { until: at(5) }, 1));
    assert!(sending().put_off(Obstacle::File, at(5), at(2)).is_err());
}

#[test]
fn whoever_got_less_far_does_not_shorten_the_wait_of_whoever_was_told_it() {
    let mut delivery = sending();
    delivery.postpone(Obstacle::Pair, at(258), at(2)).expect("a message under way can be postponed");
    delivery.put_off(Obstacle::Network, at(60), at(3)).expect("nothing changes");
    assert_eq!((delivery.turn(), delivery.obstructed_by(Obstacle::Pair)), (Turn::PutOff { until: at(258) }, 1));
}

#[test]
fn one_obstacle_after_another_is_counted_for_itself() {
    let mut delivery = Delivery::queued(at(0));
    for obstacle in [Obstacle::Pair, Obstacle::Pair, Obstacle::Fault] {
        delivery.put_off(obstacle, at(1), at(1)).expect("a queued message can be put off");
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
    assert!(delivery.claim(at(11)).is_err());
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
    delivery.claim(at(311)).expect("a queued message can be claimed");
    delivery.lose_answer(after, at(320)).expect("the answer of a call under way can be lost");
    assert_eq!((delivery.resends_at(), delivery.without_outcome_since()), (None, Some(at(0))));
    delivery.resend(Resender::Person, at(400)).expect("a person may");
}

#[test]
fn what_a_person_had_sent_again_after_the_rule_is_not_sent_again_by_the_rule() {
    let after = Some(SignedDuration::from_secs(300));
    let mut delivery = unconfirmed(after);
    for by in [Resender::Rule, Resender::Person] {
        delivery.resend(by, at(400)).expect("its time has come");
        delivery.claim(at(401)).expect("a queued message can be claimed");
        delivery.lose_answer(after, at(402)).expect("the answer of a call under way can be lost");
        assert_eq!(delivery.resends_at(), None, "{by:?}");
    }
}

fn unconfirmed(resend_after: Option<SignedDuration>) -> Delivery {
    let mut delivery = sending();
    delivery.lose_answer(resend_after, at(10)).expect("the answer of a call under way can be lost");
    delivery
}

#[test]
fn what_was_sent_again_and_then_refused_or_not_sent_stays_in_the_doubt_of_its_first_call() {
    for is_claimed in [false, true] {
        let mut delivery = unconfirmed(None);
        delivery.resend(Resender::Person, at(20)).expect("what is unconfirmed can be sent again");
        assert_eq!(delivery.failure(), None);
        if is_claimed {
            delivery.claim(at(21)).expect("a queued message can be claimed");
        }
        delivery.failed(failure(), at(22));
        assert_eq!((delivery.status(), delivery.failure()), (Status::Unconfirmed, Some(&failure())));
        assert_eq!((delivery.resends_at(), delivery.leave_place()), (None, None));
        // It can be decided about as before, and what Meta says of that call settles it.
        assert!(delivery.clone().discard(at(23)).is_ok() && delivery.clone().resend(Resender::Person, at(23)).is_ok());
        delivery.report(&Report::Failed(failure()), at(24));
        assert_eq!(delivery.status(), Status::Failed);
    }
}

#[test]
fn a_refusal_that_comes_when_its_answer_counts_as_lost_is_the_answer() {
    let mut delivery = unconfirmed(None);
    delivery.failed(failure(), at(11));
    assert_eq!(delivery.status(), Status::Failed);

    let mut twice = unconfirmed(None);
    twice.resend(Resender::Person, at(12)).expect("what is unconfirmed can be sent again");
    twice.claim(at(13)).expect("a queued message can be claimed");
    twice.lose_answer(None, at(14)).expect("the answer of a call under way can be lost");
    twice.failed(failure(), at(15));
    assert_eq!((twice.status(), twice.failure()), (Status::Unconfirmed, None));
}

#[test]
fn a_refusal_takes_nothing_back_of_what_meta_says_of_the_first_call() {
    let mut delivery = unconfirmed(None);
    delivery.resend(Resender::Person, at(12)).expect("what is unconfirmed can be sent again");
    delivery.claim(at(13)).expect("a queued message can be claimed");
    delivery.report(&Report::Sent, at(14));
    delivery.failed(failure(), at(15));
    assert_eq!(delivery.status(), Status::Sent);
}

#[test]
fn that_an_earlier_call_failed_neither_stops_the_next_nor_settles_it() {
    let mut delivery = unconfirmed(None);
    delivery.resend(Resender::Person, at(12)).expect("what is unconfirmed can be sent again");
    assert_eq!(delivery.call_failed(&call("first"), &failure(), at(13)), Applied::Noted);
    assert_eq!((delivery.status(), delivery.turn()), (Status::Queued, Turn::Ready));
    assert_eq!(delivery.call_failed(&call("first"), &failure(), at(13)), Applied::Nothing);
    // It is known not to have arrived, so nothing is in doubt if it does not leave now.
    delivery.failed(failure(), at(14));
    assert_eq!(delivery.status(), Status::Failed);
}

fn call(name: &str) -> Wamid {
    Wamid::try_from(name.to_owned()).expect("a wamid")
}

#[test]
fn of_two_calls_in_doubt_both_have_to_fail_and_each_is_counted_once() {
    let mut delivery = sent_again(unconfirmed(None));
    delivery.lose_answer(None, at(14)).expect("the answer of a call under way can be lost");
    let told = [("first", Applied::Noted), ("first", Applied::Nothing)];
    for (name, applied) in told {
        assert_eq!(delivery.call_failed(&call(name), &failure(), at(15)), applied);
        assert_eq!((delivery.status(), delivery.failure()), (Status::Unconfirmed, None));
    }
    assert_eq!(delivery.call_failed(&call("second"), &failure(), at(16)), Applied::Advanced);
    assert_eq!((delivery.status(), delivery.failure()), (Status::Failed, Some(&failure())));
}

/// The second call is under way.
fn sent_again(mut delivery: Delivery) -> Delivery {
    delivery.resend(Resender::Person, at(12)).expect("what is unconfirmed can be sent again");
    delivery.claim(at(13)).expect("a queued message can be claimed");
    delivery
}

#[test]
fn whichever_of_two_calls_fails_while_the_second_is_under_way_is_told_apart_by_its_answer() {
    let mut delivery = sent_again(unconfirmed(None));
    assert_eq!(delivery.call_failed(&call("one"), &failure(), at(14)), Applied::Noted);
    assert_eq!(delivery.status(), Status::Sending);
    let (mut first, mut second, mut lost, mut refused) =
        (delivery.clone(), delivery.clone(), delivery.clone(), delivery);
    first.sent_as(&call("another"), at(15));
    assert_eq!((first.status(), first.failure()), (Status::Sent, None));
    second.sent_as(&call("one"), at(15));
    assert_eq!((second.status(), second.failure()), (Status::Failed, Some(&failure())));
    // One of the two has failed, and the other is in doubt.
    lost.lose_answer(None, at(15)).expect("the answer of a call under way can be lost");
    lost.call_failed(&call("one"), &failure(), at(16));
    assert_eq!(lost.status(), Status::Unconfirmed);
    lost.call_failed(&call("another"), &failure(), at(16));
    assert_eq!(lost.status(), Status::Failed);
    refused.failed(failure(), at(15));
    assert_eq!(refused.status(), Status::Failed);
}

#[test]
fn what_a_sender_says_of_its_call_is_not_of_the_next_one() {
    let mut delivery = sending();
    let mine = delivery.claims();
    delivery.postpone(Obstacle::File, at(3), at(3)).expect("a message under way can be postponed");
    assert!(delivery.as_claimed(mine).is_some(), "nobody else has claimed it");
    delivery.claim(at(4)).expect("a queued message can be claimed");
    assert!(delivery.as_claimed(mine).is_none() && delivery.status() == Status::Sending);
}

#[test]
fn a_refusal_that_meta_reports_once_more_says_nothing_of_the_next_call() {
    let again = || {
        let mut delivery = sending();
        delivery.postpone(Obstacle::Pair, at(3), at(2)).expect("a message under way can be postponed");
        delivery.claim(at(3)).expect("a queued message can be claimed");
        delivery
    };
    let mut sent = again();
    assert_eq!(sent.call_failed(&call("refused"), &failure(), at(4)), Applied::Noted);
    sent.sent_as(&call("second"), at(5));
    assert_eq!((sent.status(), sent.failure()), (Status::Sent, None));
    // If it was the call under way, its answer tells.
    let mut failed = again();
    failed.call_failed(&call("second"), &failure(), at(4));
    failed.sent_as(&call("second"), at(5));
    assert_eq!(failed.status(), Status::Failed);
    // If that is lost, it is in doubt, with the reason; only one more says that both have failed.
    let mut lost = again();
    lost.lose_answer(None, at(4)).expect("the answer of a call under way can be lost");
    lost.call_failed(&call("refused"), &failure(), at(5));
    assert_eq!((lost.status(), lost.failure()), (Status::Unconfirmed, Some(&failure())));
    lost.call_failed(&call("second"), &failure(), at(6));
    assert_eq!(lost.status(), Status::Failed);
    // Who was not reached has refused nothing.
    let mut unreached = sending();
    unreached.postpone(Obstacle::Network, at(3), at(2)).expect("a message under way can be postponed");
    unreached.claim(at(3)).expect("a queued message can be claimed");
    unreached.call_failed(&call("second"), &failure(), at(4));
    assert_eq!(unreached.status(), Status::Failed);
}

#[test]
fn of_the_only_call_a_failure_may_be_told_before_its_answer() {
    let mut delivery = sending();
    delivery.call_failed(&call("one"), &failure(), at(2));
    delivery.sent_as(&call("one"), at(3));
    assert_eq!(delivery.status(), Status::Failed);
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
    Claimed,
    Postponed,
    PutOff,
    AnswerLost,
    Resent,
    Refused,
    CallFailed(&'static str),
    SentAs(&'static str),
    Discarded,
    Reported(Report),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Claimed),
        Just(Event::Postponed),
        Just(Event::PutOff),
        Just(Event::AnswerLost),
        Just(Event::Resent),
        Just(Event::Refused),
        prop::sample::select(vec!["one", "another"]).prop_map(Event::CallFailed),
        prop::sample::select(vec!["one", "another"]).prop_map(Event::SentAs),
        Just(Event::Discarded),
        any_report().prop_map(Event::Reported),
    ]
}

fn happens(event: &Event, delivery: &mut Delivery, now: Timestamp) -> bool {
    match event {
        Event::Claimed => delivery.claim(now).is_ok(),
        Event::Postponed => delivery.postpone(Obstacle::Pair, now, now).is_ok(),
        Event::PutOff => delivery.put_off(Obstacle::File, now, now).is_ok(),
        Event::AnswerLost => delivery.lose_answer(None, now).is_ok(),
        Event::Resent => delivery.resend(Resender::Person, now).is_ok(),
        Event::Refused => delivery.failed(failure(), now) != Applied::Nothing,
        Event::CallFailed(name) => delivery.call_failed(&call(name), &failure(), now) != Applied::Nothing,
        Event::SentAs(name) => delivery.sent_as(&call(name), now) != Applied::Nothing,
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
                Event::Claimed if happened => prop_assert!(std::mem::replace(&mut free, false)),
                Event::Postponed | Event::Resent if happened => free = true,
                _ => {}
            }
            let steps: Vec<u8> = delivery.steps().iter().map(|step| step.status.rank()).collect();
            prop_assert!(steps.is_sorted() && steps.len() <= 8);
            prop_assert!(delivery.failure().is_some() || delivery.status() != Status::Failed);
            let may_fail = matches!(delivery.status(), Status::Failed | Status::Unconfirmed);
            prop_assert!(delivery.failure().is_none() || may_fail);
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

#[test]
fn only_what_is_known_not_to_have_been_sent_leaves_its_place_and_what_arrives_after_all_returns_to_it() {
    let first = MessageId::from(uuid::Uuid::from_u128(7));
    let mut delivery = sending();
    delivery.hold_place_of(first);
    assert_eq!(delivery.leave_place(), None);
    delivery.sent(at(2));
    assert_eq!(delivery.leave_place(), None);
    delivery.report(&Report::Failed(failure()), at(3));
    assert_eq!((delivery.leave_place(), delivery.leave_place()), (Some(first), None));
    assert_eq!(delivery.return_to_place(), None);
    delivery.report(&Report::Delivered, at(4));
    assert_eq!((delivery.return_to_place(), delivery.return_to_place()), (Some(first), None));
    assert_eq!(delivery.leave_place(), None);

    let mut discarded = sending();
    discarded.hold_place_of(first);
    discarded.lose_answer(None, at(2)).expect("a message that is sent can lose its answer");
    discarded.discard(at(3)).expect("an unconfirmed one can be given up");
    assert_eq!(discarded.leave_place(), None);
}
