//! What becomes of a message of ours: what `domain` decides of it.

use super::edit;
use super::rules::rule;
use crate::list::Guard;

const DELIVERY: &str = "shared/domain/src/delivery.rs";

pub(super) fn guards() -> Vec<Guard> {
    let claim = r#"self.leave(&[Status::Queued], Status::Sending, "claimed", now)"#;
    let claim_again = r#"self.leave(&[Status::Queued, Status::Sending], Status::Sending, "claimed", now)"#;
    let claim_unconfirmed = r#"self.leave(&[Status::Queued, Status::Unconfirmed], Status::Sending, "claimed", now)"#;
    let postpone = r#"self.leave(&[Status::Sending], Status::Queued, "postponed", now)?"#;
    let postpone_sent = r#"self.leave(&[Status::Sending, Status::Sent], Status::Queued, "postponed", now)?"#;
    let put_off = r#"self.leave(&[Status::Queued], Status::Queued, "put off", now)?"#;
    let put_off_claimed = r#"self.leave(&[Status::Queued, Status::Sending], Status::Queued, "put off", now)?"#;
    let resend = r#"self.leave(&[Status::Unconfirmed], Status::Queued, "resent", now)?"#;
    let resend_sent = r#"self.leave(&[Status::Unconfirmed, Status::Sent], Status::Queued, "resent", now)?"#;
    let discard = r#"self.leave(&[Status::Unconfirmed], Status::Discarded, "discarded", now)?"#;
    let discard_sent = r#"self.leave(&[Status::Unconfirmed, Status::Sent], Status::Discarded, "discarded", now)?"#;
    let lose = r#"self.leave(&[Status::Sending], Status::Unconfirmed, "unconfirmed", now)?"#;
    let lose_sent = r#"self.leave(&[Status::Sending, Status::Sent], Status::Unconfirmed, "unconfirmed", now)?"#;
    vec![
        rule(
            "a status never goes back",
            edit(DELIVERY, "status.rank() > self.status.rank()", "status.rank() != self.status.rank()"),
            &["delivery::tests::read_then_delivered_then_sent_stays_read_and_knows_all_three"],
        )
        .of_the_few(),
        rule(
            "each step is kept with the first time it was reported",
            edit(DELIVERY, "self.steps.iter().any(|known| known.status == step.status)", "false"),
            &["delivery::tests::read_then_delivered_then_sent_stays_read_and_knows_all_three"],
        ),
        rule(
            "a message under way is not claimed again",
            edit(DELIVERY, claim, claim_again),
            &["delivery::tests::a_message_is_claimed_once"],
        )
        .of_the_few(),
        rule(
            "what a sender says of its call is not said of the next one",
            edit(DELIVERY, "self.claims == claims", "self.claims >= claims"),
            &["delivery::tests::what_a_sender_says_of_its_call_is_not_of_the_next_one"],
        )
        .of_the_few(),
        rule(
            "a refusal that is reported once more says nothing of the next call",
            edit(DELIVERY, "self.refused_calls > 0 && !self.status.is_settled()", "false"),
            &["delivery::tests::a_refusal_that_meta_reports_once_more_says_nothing_of_the_next_call"],
        ),
        rule(
            "an unconfirmed message is not claimed again",
            edit(DELIVERY, claim, claim_unconfirmed),
            &["delivery::tests::a_lost_answer_is_settled_by_any_status_and_by_nothing_else"],
        ),
        rule(
            "what Meta has is not put off any more",
            edit(DELIVERY, postpone, postpone_sent),
            &["delivery::tests::what_meta_has_is_neither_put_off_nor_lost_nor_decided_about"],
        ),
        rule(
            "what another sender has claimed is not put off",
            edit(DELIVERY, put_off, put_off_claimed),
            &["delivery::tests::what_another_sender_has_claimed_is_not_put_off"],
        ),
        rule(
            "what Meta has is not sent again",
            edit(DELIVERY, resend, resend_sent),
            &["delivery::tests::what_meta_has_is_neither_put_off_nor_lost_nor_decided_about"],
        ),
        rule(
            "what Meta has is not discarded",
            edit(DELIVERY, discard, discard_sent),
            &["delivery::tests::what_meta_has_is_neither_put_off_nor_lost_nor_decided_about"],
        ),
        rule(
            "what Meta has is not unconfirmed any more",
            edit(DELIVERY, lose, lose_sent),
            &["delivery::tests::what_meta_has_is_neither_put_off_nor_lost_nor_decided_about"],
        ),
        rule(
            "nothing is sent again by itself before its time",
            edit(DELIVERY, "by == Resender::Rule && self.resends_at().is_none_or(|at| now < at)", "false"),
            &["delivery::tests::an_unconfirmed_message_is_sent_again_by_itself_once_where_the_tenant_chose_so"],
        ),
        rule(
            "a message is sent again by itself once",
            edit(DELIVERY, "resend_after.filter(|_| self.resent_by != Some(Resender::Rule))", "resend_after"),
            &["delivery::tests::an_unconfirmed_message_is_sent_again_by_itself_once_where_the_tenant_chose_so"],
        ),
        rule(
            "a message that the rule had sent again is not sent again by it when a person had it sent again",
            edit(DELIVERY, "self.resent_by.filter(|by| *by == Resender::Rule).or(Some(by))", "Some(by)"),
            &["delivery::tests::what_a_person_had_sent_again_after_the_rule_is_not_sent_again_by_the_rule"],
        ),
        rule(
            "what was sent again and is refused may have arrived the first time",
            edit(DELIVERY, "if «others_in_doubt == 0» {", "true"),
            &["delivery::tests::what_was_sent_again_and_then_refused_or_not_sent_stays_in_the_doubt_of_its_first_call"],
        ),
        rule(
            "that an earlier call failed does not stop the next",
            edit(DELIVERY, "if «!others && !may_be_known» {", "true"),
            &["delivery::tests::that_an_earlier_call_failed_neither_stops_the_next_nor_settles_it"],
        ),
        rule(
            "a report of a failed call that comes again is not of another call",
            edit(DELIVERY, "if «self.failed_calls.contains(call) && !self.status.is_settled()» {", "false"),
            &["delivery::tests::of_two_calls_in_doubt_both_have_to_fail_and_each_is_counted_once"],
        ),
        rule(
            "a call that failed before Graph answered it has failed",
            edit(DELIVERY, "self.failure.clone().filter(|_| self.failed_calls.contains(call))", "None"),
            &[
                "delivery::tests::whichever_of_two_calls_fails_while_the_second_is_under_way_is_told_apart_by_its_answer",
            ],
        ),
    ]
}
