//! Rules of the product: what `domain` decides.

use super::{Edit, edit, guard};
use crate::list::{ACCEPTANCE, Guard, LIB};

const LIMITS: &str = "shared/domain/src/delivery/limits.rs";
const REFUSAL: &str = "shared/domain/src/delivery/refusal.rs";
const TICKET: &str = "shared/domain/src/ticket.rs";
const JOINING: &str = "shared/domain/src/ticket/joining.rs";
const REMINDER: &str = "shared/domain/src/ticket/reminder.rs";
const SESSION: &str = "shared/domain/src/session.rs";
const DEFERRED: &str = "shared/domain/src/deferred.rs";
const CHARGE: &str = "shared/domain/src/allowance/charge.rs";
const CAMPAIGN: &str = "shared/domain/src/campaign.rs";
const CHANNEL: &str = "shared/domain/src/channel.rs";
const TROUBLE: &str = "shared/domain/src/channel/trouble.rs";
const SLOWDOWN: &str = "shared/domain/src/channel/slowdown.rs";
const ATTACHMENT: &str = "shared/domain/src/attachment.rs";
const LOCATION: &str = "shared/domain/src/content/location.rs";
const REPORT: &str = "shared/domain/src/template/report.rs";

pub(super) fn guards() -> Vec<Guard> {
    [of_contents(), of_conversations(), of_the_allowance(), of_campaigns(), of_numbers(), of_templates()].concat()
}

/// A rule that a test beside it holds.
pub(super) fn rule(name: &'static str, rule: Edit, tests: &'static [&'static str]) -> Guard {
    guard(name, [rule], ("domain", LIB), tests)
}

fn of_contents() -> Vec<Guard> {
    let stored = "let pending = «self.pending().is_some()»;\n        if pending {\n            self.mime_type";
    let given_up = "let pending = «self.pending().is_some()»;\n        if pending {\n            self.state";
    vec![
        rule(
            "a file is stored once",
            edit(ATTACHMENT, stored, "true"),
            &["attachment::tests::what_has_ended_stays_as_it_is"],
        ),
        rule(
            "a file that is stored is not given up",
            edit(ATTACHMENT, given_up, "true"),
            &["attachment::tests::what_has_ended_stays_as_it_is"],
        ),
        rule(
            "no angle of a place is so small that the table refuses it",
            edit(LOCATION, "degrees.abs() < Self::SMALLEST", "false"),
            &["content::location::tests::an_angle_that_is_as_good_as_none_is_none"],
        ),
    ]
}

fn of_conversations() -> Vec<Guard> {
    vec![
        rule(
            "a session ends",
            edit(SESSION, "now < self.expires_at", "now <= self.expires_at"),
            &["session::tests::the_last_second_is_inside_and_the_24th_hour_is_not"],
        ),
        rule(
            "a session that the customer opened after Meta's refusal stays",
            edit(SESSION, "self.expires_at > Self::opened_by(at).expires_at", "false"),
            &["session::tests::metas_refusal_closes_it_and_the_next_message_opens_it_again"],
        ),
        rule(
            "what was sent before Meta's refusal opens no session",
            edit(SESSION, "self.closed_at.max(other.closed_at)", "None"),
            &["session::tests::what_was_sent_before_metas_refusal_and_comes_late_opens_nothing"],
        ),
        rule(
            "what comes in the second of Meta's refusal and after it opens a session",
            edit(SESSION, "whole_second(*at)", "*at"),
            &["session::tests::what_comes_in_the_second_of_the_refusal_and_after_it_opens_a_session"],
        ),
        rule(
            "a late message shortens no session",
            edit(TICKET, "self.session.map_or(opened, |session| session.max(opened))", "opened"),
            &["ticket::tests::a_late_message_stands_where_it_was_sent_and_is_not_the_last"],
        ),
        rule(
            "nothing free-form is accepted outside a session",
            edit(
                TICKET,
                "return Err(ReplyRefused::SessionClosed { expired_at: session.map(Session::expires_at) })",
                "()",
            ),
            &["ticket::tests::a_reply_in_the_last_second_is_taken_and_one_later_is_refused"],
        )
        .of_the_few(),
        rule(
            "a late message is nobody's last word",
            edit(TICKET, "self.last_message.as_ref().is_none_or(|last| last.position < position)", "true"),
            &["ticket::tests::a_late_message_stands_where_it_was_sent_and_is_not_the_last"],
        ),
        rule(
            "a late message does not say where the customer is by now",
            edit(TICKET, "self.heard_of_at().is_none_or(|heard_at| heard_at <= inbound.sent_at)", "true"),
            &[
                "ticket::tests::a_late_message_moves_no_answer_back_to_a_number_that_was_given_up",
                "ticket::tests::\
                 an_answer_goes_to_where_the_customer_wrote_from_last_not_to_where_a_late_message_came_from",
            ],
        ),
        rule(
            "a new ticket knows when the customer was last heard of",
            edit(TICKET, "customer_at: «earlier.heard_of_at()»", "None"),
            &["ticket::tests::a_late_message_moves_no_answer_back_to_a_number_that_was_given_up"],
        ),
        rule(
            "a ticket that does not say when it heard of the customer goes by its session",
            edit(TICKET, "kept.or_else(|| session.map(|session| begins(session.expires_at())))", "kept"),
            &["ticket::tests::a_ticket_that_does_not_say_when_it_heard_of_the_customer_goes_by_its_session"],
        ),
        rule(
            "who was heard of last in a ticket that another goes on for is answered there",
            edit(JOINING, "heard_of_at(self.customer_at, self.session) < other.heard_of_at()", "false"),
            &["ticket::joining::tests::\
               a_joined_ticket_is_answered_where_the_customer_was_heard_of_last_be_it_by_a_notice"],
        ),
        rule(
            "a ticket that was given back is answered where its own contact is",
            edit(JOINING, "if «is_theirs(&self.customer)» {", "true"),
            &["ticket::joining::tests::a_ticket_that_was_given_back_is_answered_where_its_own_contact_is"],
        ),
        rule(
            "a ticket that was given back is answered where its contact is still",
            edit(JOINING, "was.filter(|was| «is_theirs(&was.customer)»)", "true"),
            &["ticket::joining::tests::a_ticket_is_not_answered_where_its_contact_is_no_more"],
        ),
        rule(
            "a session that two shared is each one's own again",
            edit(JOINING, "restore(&mut self.session, &shared, was.session)", "{ let _ = (shared, was); }"),
            &["ticket::joining::tests::a_session_that_two_shared_is_each_ones_own_again_unless_it_went_on"],
        ),
        rule(
            "a reply stands below what was there",
            edit(TICKET, "position.not_before(last.position)", "position"),
            &["ticket::tests::a_reply_stands_below_what_was_there_when_it_was_accepted_whatever_the_clocks_say"],
        ),
        rule(
            "a closed ticket is only reopened where the tenant wants that",
            edit(TICKET, "reopen_within.is_some_and(|within| message.sent_at.duration_since(at) < within)", "true"),
            &["ticket::tests::a_message_on_a_closed_ticket_makes_a_new_one_unless_the_tenant_reopens"],
        ),
        rule(
            "somebody is reminded once a session",
            edit(
                REMINDER,
                "self.reminder.look_at.is_none() && self.reminded_at().is_none()",
                "self.reminder.look_at.is_none()",
            ),
            &["ticket::reminder::tests::\
               a_timer_is_set_once_however_often_the_customer_writes_and_set_anew_when_it_runs_out"],
        ),
        rule(
            "nobody is reminded of a closed ticket",
            edit(REMINDER, "!self.is_open()", "false"),
            &["ticket::reminder::tests::nobody_is_reminded_of_what_is_closed_over_or_not_wanted"],
        ),
        rule(
            "a closed ticket is not looked at",
            edit(REMINDER, "self.reminder.look_at.filter(|_| self.is_open())", "self.reminder.look_at"),
            &["ticket::reminder::tests::\
               a_ticket_that_is_reopened_after_its_time_to_remind_is_looked_at_at_once"],
        ),
        rule(
            "a timer that ran out while its ticket was closed runs out when it is reopened",
            edit(REMINDER, "self.look_at.map(|at| at.max(now))", "self.look_at"),
            &["ticket::reminder::tests::\
               a_ticket_that_is_reopened_after_its_time_to_remind_is_looked_at_at_once"],
        ),
        rule(
            "nobody is reminded of a session that was extended",
            edit(REMINDER, "if «now < due» {", "false"),
            &["ticket::reminder::tests::\
               a_timer_is_set_once_however_often_the_customer_writes_and_set_anew_when_it_runs_out"],
        ),
        rule(
            "a deferred reply is released, changed or cancelled only while it waits",
            edit(DEFERRED, "match «self.status(now)» {", "DeferredStatus::Waiting"),
            &["deferred::tests::one_that_is_cancelled_is_never_released"],
        )
        .of_the_few(),
        rule(
            "a deferred reply waits for a week",
            edit(DEFERRED, "now < self.expires_at()", "true"),
            &["deferred::tests::after_a_week_it_is_over"],
        ),
    ]
}

fn of_the_allowance() -> Vec<Guard> {
    vec![
        guard(
            "what was given back is only taken again while there is room",
            [edit(CHARGE, "self.from == ChargeState::Released", "false")],
            ("storage", "allowance"),
            &["what_was_given_back_is_taken_again_only_while_there_is_room"],
        ),
        rule(
            "what arrives after all takes its place again",
            edit(LIMITS, "self.left_place_of.take_if(|_| self.status.is_delivered())", "None"),
            &[
                "delivery::tests::only_what_is_known_not_to_have_been_sent_leaves_its_place_and_what_arrives_after_all_returns_to_it",
            ],
        ),
        rule(
            "what is known not to have been sent is given back",
            edit(CHARGE, "Status::Failed | Status::Discarded => «ChargeState::Released»", "ChargeState::Used"),
            &["allowance::charge::tests::what_is_known_not_to_have_been_sent_is_given_back"],
        ),
        rule(
            "what nobody knows yet stays reserved",
            edit(
                CHARGE,
                "Status::Queued | Status::Sending | Status::Unconfirmed => «ChargeState::Reserved»",
                "ChargeState::Released",
            ),
            &["allowance::charge::tests::what_nobody_knows_yet_stays_reserved"],
        ),
    ]
}

fn of_campaigns() -> Vec<Guard> {
    vec![
        rule(
            "a slice of a campaign is decided once",
            edit(CAMPAIGN, "self.attempts.last() != Some(&attempt) || self.decided != attempt.slice", "false"),
            &["campaign::tests::of_two_who_decide_the_same_slice_the_later_beginner_counts"],
        ),
        rule(
            "a campaign names no attempt at a slice whose part was given back",
            edit(CAMPAIGN, "!earlier.contains(attempt)", "true"),
            &["campaign::tests::whose_part_was_given_back_is_named_no_more_however_often_a_slice_is_begun"],
        ),
        rule(
            "what a campaign holds is looked at less and less often",
            edit(CAMPAIGN, "Self::SELDOM.max(age / Self::LOOKS_AT_LAST)", "Self::SELDOM"),
            &["campaign::tests::\
               what_does_not_leave_is_looked_at_less_and_less_often_as_long_as_the_campaign_is_kept"],
        ),
        rule(
            "whoever decides a slice is left alone with it for a while",
            edit(CAMPAIGN, "waited.max(lease.unwrap_or(Timestamp::MAX))", "waited"),
            &["campaign::tests::whoever_began_a_slice_is_left_alone_with_it_for_a_while"],
        ),
        rule(
            "a cancelled campaign decides nobody else",
            edit(CAMPAIGN, "Status::Cancelled => «!self.attempts.is_empty()»,", "self.decided < self.slices()"),
            &["campaign::tests::a_cancelled_campaign_decides_nobody_else_and_still_says_what_left"],
        ),
        rule(
            "a slice waits for the one before it",
            edit(CAMPAIGN, "if waits { Self::PATIENCE } else { SignedDuration::ZERO }", "SignedDuration::ZERO"),
            &["campaign::tests::a_slice_waits_until_the_one_before_has_left_or_patience_is_over"],
        ),
        guard(
            "who is named twice gets a campaign once",
            [edit("shared/helpdesk/src/campaign/create.rs", "!named.insert(recipient.contact_id)", "false")],
            ("helpdesk", LIB),
            &["campaign::create::tests::who_is_named_twice_is_decided_by_the_first_time"],
        ),
    ]
}

fn of_numbers() -> Vec<Guard> {
    let old_token = "let old_token = «self.token != read.token || !self.is_connected()»;";
    let may_try = "self.trouble.as_ref().is_none_or(|trouble| trouble.try_at.is_some_and(|try_at| now >= try_at))";
    let until_disconnected = "self.disconnected_at.is_none_or(|disconnected_at| second <= disconnected_at.as_second())";
    vec![
        rule(
            "what was written before a number was connected stays outside",
            edit(CHANNEL, "self.connected_at.as_second() <= second", "true"),
            &["channel::tests::a_message_in_the_second_of_the_connection_is_taken_and_an_earlier_one_is_not"],
        ),
        rule(
            "what is written to a disconnected number stays outside",
            edit(CHANNEL, until_disconnected, "true"),
            &["channel::tests::what_was_written_before_it_was_disconnected_is_taken_however_late_it_comes"],
        ),
        rule(
            "what was written in an earlier connection is taken",
            edit(CHANNEL, "self.earlier.iter().any(|connection| connection.has(second))", "false"),
            &[
                "channel::tests::what_was_written_before_it_was_disconnected_is_taken_however_late_it_comes",
                "channel::tests::what_was_written_in_a_second_with_a_connection_is_taken_and_nothing_else",
            ],
        ),
        rule(
            "no more connections are remembered than have room",
            edit(CHANNEL, "self.earlier.len().saturating_sub(Self::REMEMBERED)", "0"),
            &["channel::tests::of_many_connections_the_last_ten_before_this_one_are_remembered"],
        ),
        rule(
            "what is written in the last second of one tenant's is not the next one's",
            edit(CHANNEL, "Timestamp::from_second(at.as_second() + 1).unwrap_or(at)", "at"),
            &["channel::tests::what_is_written_in_the_last_second_of_one_tenants_is_not_the_next_ones"],
        ),
        rule(
            "a refusal of the old token says nothing of the new one",
            edit(TROUBLE, old_token, "false"),
            &["channel::trouble::tests::a_refusal_of_the_old_token_says_nothing_of_the_new_one"],
        ),
        rule(
            "the admins hear of a trouble once",
            edit(TROUBLE, "known.remedy == remedy", "false"),
            &["channel::trouble::tests::an_expired_token_is_news_once_and_a_new_one_ends_it_and_wakes_who_waits"],
        )
        .of_the_few(),
        rule(
            "a number that cannot send is not tried all the time",
            edit(TROUBLE, may_try, "true"),
            &["channel::trouble::tests::\
               what_is_repaired_at_meta_is_tried_every_quarter_of_an_hour_and_ends_with_a_message_that_goes_out"],
        ),
        rule(
            "who was let go last to try what is repaired is remembered",
            edit(TROUBLE, "trouble.tried = Some(contact)", "()"),
            &["channel::trouble::tests::who_was_let_go_to_try_is_remembered_while_the_trouble_lasts"],
        ),
        rule(
            "a refusal of what was asked before others went out says nothing of what is repaired",
            edit(TROUBLE, "self.repairs != read.repairs", "false"),
            &["channel::trouble::tests::\
               a_refusal_of_what_was_asked_before_another_message_went_out_says_nothing_of_what_is_repaired"],
        ),
        rule(
            "a message is refused alone only once others went out",
            edit(TROUBLE, "self.repairs > repairs", "true"),
            &["delivery::refusal::tests::what_is_refused_once_more_before_others_went_out_is_not"],
        ),
        rule(
            "no message is refused alone while its number is in trouble",
            edit(TROUBLE, "«self.trouble.is_none()» && self.repairs", "true"),
            &["delivery::refusal::tests::what_is_refused_once_more_while_its_number_is_in_trouble_anew_is_not"],
        ),
        rule(
            "a message is refused alone only with what it was refused with before",
            edit(REFUSAL, "before.code == code", "true"),
            &["delivery::refusal::tests::what_is_refused_once_more_after_others_went_out_is_refused_alone"],
        ),
        rule(
            "of many who are slowed at once the first counts",
            edit(SLOWDOWN, "self.slowdown(now).is_some()", "false"),
            &["channel::slowdown::tests::many_refusals_at_once_are_one_and_the_next_wait_is_longer"],
        ),
    ]
}

fn of_templates() -> Vec<Guard> {
    let is_outdated = "self.foretold_at.is_some_and(|foretold_at| at.as_second() < foretold_at.as_second())";
    vec![
        rule(
            "what was announced and has come is not to come",
            edit(REPORT, "coming.category == present || coming.at.as_second() <= known.at.as_second()", "false"),
            &["template::tests::\
               an_announcement_is_heard_beside_a_later_listing_until_it_has_come_or_meta_said_something_else"],
        ),
        rule(
            "what was announced earlier replaces nothing that Meta said later",
            edit(REPORT, is_outdated, "false"),
            &["template::tests::\
               an_announcement_is_heard_beside_a_later_listing_until_it_has_come_or_meta_said_something_else"],
        ),
        rule(
            "a reason is of the status that it was told of",
            edit(REPORT, "told.status == known.status", "true"),
            &["template::tests::a_reason_is_heard_beside_a_later_listing_of_the_same_status"],
        ),
        guard(
            "what listings do not tell of a template is heard though it was listed since",
            [edit(
                "functions/account-events/src/templates.rs",
                "template.hear_beside_listing(news.update.clone(), at)",
                "false",
            )],
            (ACCEPTANCE, ACCEPTANCE),
            &["templates::what_listings_do_not_tell_of_a_template_is_heard_though_it_was_listed_since"],
        ),
    ]
}
