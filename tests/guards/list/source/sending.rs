//! What the use-cases look at before something is sent.

use super::helpdesk::journey;
use super::{edit, guard};
use crate::list::{ACCEPTANCE, Guard};

const ACCEPT: &str = "shared/helpdesk/src/accept.rs";
const DECIDE: &str = "shared/helpdesk/src/campaign/decide.rs";
const DELIVER: &str = "shared/helpdesk/src/deliver.rs";
const HOLD: &str = "shared/helpdesk/src/deliver/number.rs";
const JOINED: &str = "shared/helpdesk/src/merge/conversations.rs";
const KEY: &str = "shared/storage/src/key.rs";
const MERGE: &str = "shared/helpdesk/src/merge.rs";
const PAGES: &str = "shared/storage/src/messages/joined.rs";
const PERSON: &str = "shared/helpdesk/src/person.rs";
const RELEASE: &str = "shared/helpdesk/src/wake/number.rs";
const SEND: &str = "shared/helpdesk/src/deliver/send.rs";
const SETBACK: &str = "shared/helpdesk/src/settle/setback.rs";
const STATUS: &str = "shared/helpdesk/src/status.rs";
const THREAD: &str = "shared/helpdesk/src/accept/thread.rs";
const UNCONFIRMED: &str = "shared/helpdesk/src/unconfirmed.rs";

pub(super) fn guards() -> Vec<Guard> {
    let as_it_was = edit(PERSON, "«as_it_was_then(&mut named, introduced.at)»;", "()");
    vec![
        journey(
            "what is not wanted any more is not sent",
            edit(SEND, "allowed(self.tenancy, &message).await?", "Ok::<(), domain::contact::wishes::NotWanted>(())"),
            &["wishes::what_waits_to_be_sent_is_not_sent_any_more_once_it_is_not_wanted"],
        )
        .of_the_few(),
        journey(
            "what waited beyond its session is not sent",
            edit(SEND, "self.waited_beyond_its_session(&message).await?", "false"),
            &["refusals::a_message_that_waits_beyond_its_session_fails_and_says_so"],
        ),
        journey(
            "a number that Meta slows or refuses sends nothing",
            edit(SEND, "self.kept_back(&channel, conversation, &message).await?", "None::<Step>"),
            &["credentials::what_is_written_while_the_token_is_expired_goes_out_in_order_after_reconnecting"],
        ),
        journey(
            "whoever claimed a message and died keeps it no longer than others, also behind a template that waits",
            edit(HOLD, "«settle::answer_lost(self.tenancy, &mut message, (self.now)()).await?»;", "()"),
            &["credentials::whose_sender_died_is_unconfirmed_though_what_was_sent_again_before_it_waits"],
        ),
        journey(
            "who is written to all the time is looked at",
            edit(THREAD, "self.due_at.map_or(look_at, |due_at| due_at.min(look_at))", "look_at"),
            &["races::who_is_written_to_all_the_time_is_looked_at_all_the_same"],
        ),
        journey(
            "who has become somebody else since they were decided is decided anew",
            edit(
                "shared/helpdesk/src/accept/conversation.rs",
                ".filter(|contact| «contact.version == *version»)",
                "contact.version == *version || contact.version != *version",
            ),
            &[
                "campaign_people::who_turns_out_to_be_another_while_they_are_decided_gets_it_once",
                "campaign_people::whom_another_turns_out_to_be_while_they_are_decided_gets_it_once",
            ],
        ),
        journey(
            "a ticket that was overtaken between two looks takes no answer",
            edit("shared/helpdesk/src/receive/destination.rs", ".chain(«ticket.overtaken_at»)", "None::<Timestamp>"),
            &["races::an_answer_to_a_template_that_goes_to_an_earlier_thread_between_two_looks_is_heard_there"],
        ),
        journey(
            "what Meta may only not show is asked for again",
            edit("shared/helpdesk/src/fetch.rs", "begun_at.duration_since(message.sent_at) < BELIEVED_AFTER", "false"),
            &["media_trouble::what_meta_says_it_does_not_have_may_be_shown_later_and_is_believed_after_a_day"],
        ),
        journey(
            "files are fetched while messages wait for what is repaired",
            edit(RELEASE, "if «channel.can_ask_meta()» {\n            released += files", "false"),
            &["media_trouble::what_has_to_be_repaired_before_messages_go_out_keeps_no_file_from_being_fetched"],
        ),
        journey(
            "each who waits for what is repaired has a turn to try it",
            edit(RELEASE, "channel.tried_last()", "None"),
            &["credentials::\
               a_message_that_meta_refuses_again_and_again_keeps_no_other_and_fails_once_others_go_out"],
        ),
        journey(
            "a message that is refused alone does not stop its number again",
            edit(SETBACK, "delivery.is_refused_alone(code, channel)", "false"),
            &["credentials::\
               a_message_that_meta_refuses_again_and_again_keeps_no_other_and_fails_once_others_go_out"],
        ),
        journey(
            "a template that waits hides nobody behind it who leaves their session",
            edit(HOLD, "self.look_behind(conversation, message).await?", "None"),
            &["credentials::\
               what_leaves_its_session_behind_a_template_that_waits_fails_and_the_template_goes_out_later"],
        ),
        journey(
            "what waits behind a template fails only once its session is over",
            edit(HOLD, "self.waited_beyond_its_session(&message).await?", "true"),
            &["credentials::\
               what_leaves_its_session_behind_a_template_that_waits_fails_and_the_template_goes_out_later"],
        ),
        journey(
            "a pair that was too fast is left alone until its time",
            edit(DELIVER, "Turn::PutOff { until } if «now < until» =>", "false"),
            &["pace::a_pair_that_was_too_fast_is_left_alone_until_its_time_whatever_else_is_written"],
        ),
        journey(
            "what waits goes out in the order of time, whichever ticket it is in",
            edit(KEY, "format!(\"OUTBOX#{position}#{id}\")", "format!(\"OUTBOX#{:010}#{id}\", position.sequence())"),
            &["pace::what_is_written_in_a_later_ticket_goes_behind_what_waits_in_an_earlier_one"],
        ),
        journey(
            "a conversation is taken up where it is still the latest",
            edit(THREAD, "Place::Latest => «Latest::Becomes { read: Some(self.ticket.id) }»,", "Latest::Stays"),
            &["races::a_conversation_taken_up_while_the_customer_begins_another_goes_on_there"],
        ),
        journey(
            "the latest ticket has the conversation's session",
            edit(THREAD, "ticket.session = «thread.session»;", "ticket.session"),
            &["template_messages::a_template_in_an_old_thread_does_not_end_the_session_of_the_latest"],
        ),
        journey(
            "who writes into the latest ticket while another takes its place decides anew",
            edit(THREAD, "«transaction.save_ticket(overtaken)»;", "()"),
            &[
                "races::a_session_that_the_customer_opens_while_a_template_goes_to_an_earlier_thread_is_that_threads_too",
            ],
        ),
        journey(
            "a session that is opened between two looks at its tickets is seen",
            edit(THREAD, "let newest = «overtaken.as_ref().and_then(|overtaken| overtaken.session)»;", "None"),
            &["races::a_session_that_the_customer_opens_between_two_looks_at_their_tickets_is_seen"],
        ),
        journey(
            "a session that Meta says is over is over in whichever ticket it stands",
            edit(STATUS, "let later = «later_tickets(tenancy, &ticket).await?»;", "Vec::new()"),
            &["sessions::a_refusal_in_an_earlier_ticket_closes_the_session_of_the_later_one"],
        ),
        journey(
            "a number that came by a merge leads to nobody once it is given up",
            edit(MERGE, "«numbers.write(&mut transaction)»;", "()"),
            &["contacts::a_number_that_came_by_a_merge_and_was_given_up_leads_to_nobody"],
        ),
        guard(
            "a message that comes again makes nobody one",
            [edit(PERSON, "[one, ..] if «self.is_known(introduced.message).await?» =>", "false"), as_it_was],
            (ACCEPTANCE, ACCEPTANCE),
            &["contacts::a_message_that_comes_again_when_its_number_is_somebody_elses_joins_nobody"],
        ),
        journey(
            "who is named twice is written once",
            edit(PERSON, "named.iter().all(|known| known.identity != identity)", "true"),
            &["contacts::a_number_that_a_notice_names_as_the_previous_and_the_present_one_is_learned_once"],
        ),
        journey(
            "what somebody gave up later was theirs then",
            as_it_was,
            &["contacts::what_comes_late_of_a_number_that_is_somebody_elses_by_now_joins_nobody"],
        ),
        journey(
            "a page of several threads ends where one of them is not known any further",
            edit(PAGES, "nearest.is_none_or(|end| !comes_after(order, &message.position, &end))", "true"),
            &["merges::a_joined_thread_with_more_than_one_query_answers_is_read_whole_in_either_order"],
        ),
        journey(
            "an answer that comes by a merge is an answer",
            edit(JOINED, "let look_at = «is_awaited.then_some(record.at)»;", "None"),
            &["deferred::an_answer_that_turns_out_to_be_theirs_by_a_merge_releases_it"],
        ),
        journey(
            "what was just written goes on in the queue it came from",
            edit(DELIVER, "match «self.fresh» {\n            Some(queue)", "None::<&Queue>"),
            &["pace::what_was_just_written_goes_on_after_its_turn_in_the_queue_it_came_from"],
        ),
        journey(
            "what another sender has under way is left to it for a while",
            edit(DELIVER, "Turn::UnderWay { until } if «now < until» =>", "false"),
            &["unconfirmed::what_one_sender_has_under_way_is_in_no_doubt_because_another_comes"],
        ),
        journey(
            "a conversation with much to send lets the others have their turn",
            edit(DELIVER, "if «Instant::now() >= post.until» {", "false"),
            &["pace::what_was_just_written_goes_on_after_its_turn_in_the_queue_it_came_from"],
        ),
        guard(
            "no file is begun for which there is no time",
            [edit("shared/helpdesk/src/deliver/file.rs", "Instant::now() >= self.files_until", "false")],
            ("helpdesk", "files_in_time"),
            &["a_file_for_which_there_is_no_time_waits_with_its_message"],
        ),
        journey(
            "those behind an unconfirmed message wait for it",
            edit(DELIVER, "Turn::Unconfirmed { until } if «now < until» =>", "false"),
            &["unconfirmed::the_next_message_waits_30_seconds_for_it"],
        ),
        journey(
            "a file that Meta does not know any more is given again",
            edit(SEND, "file.is_stale(error)", "false"),
            &["outbound_media::a_file_that_meta_no_longer_knows_is_given_again"],
        ),
        journey(
            "an upload is put once",
            edit(
                "shared/storage/src/objects/invitation.rs",
                r#"put.if_none_match("*").tagging(UNUSED)"#,
                "put.tagging(UNUSED)",
            ),
            &["outbound_media::an_upload_takes_exactly_what_was_announced_and_once"],
        ),
        journey(
            "a key is good for one request",
            edit(ACCEPT, "earlier.fingerprint != key.fingerprint", "false"),
            &["replies::the_same_key_for_another_reply_is_refused"],
        )
        .of_the_few(),
        journey(
            "a message that is sent again with a key is sent again once",
            edit(UNCONFIRMED, "let is_repetition = «is_done(tenancy, key).await?»;", "false"),
            &["unconfirmed::a_resend_that_is_asked_for_again_with_its_key_is_one"],
        ),
        journey(
            "what a worker of a campaign that died had set aside is given back",
            edit(
                DECIDE,
                "blocks_of(&campaign, tenant, *attempt)) {\n                «self.give_back(block).await?»;",
                "{ let _ = block; }",
            ),
            &["campaigns::a_worker_that_dies_in_the_middle_makes_nobody_get_it_twice_or_never"],
        ),
        journey(
            "what another campaign holds for a moment is waited for",
            edit(
                "shared/helpdesk/src/allowance.rs",
                "patience == Patience::Waits && counted.holds_back(wanted, limit)",
                "false",
            ),
            &["campaign_people::what_another_campaign_holds_for_a_moment_is_waited_for"],
        ),
        journey(
            "what an earlier attempt accepted for who was merged since is not accepted again",
            edit(DECIDE, "terms.is_again", "false"),
            &["campaign_people::who_is_merged_after_a_worker_died_gets_it_once"],
        ),
        journey(
            "what a worker of a cancelled campaign that died accepted is known, whoever was merged since",
            edit(DECIDE, "self.tenancy.answered(&key.hash).await?", "None::<storage::idempotency::Answered>"),
            &["campaign_people::who_is_merged_after_a_worker_died_is_known_after_a_cancellation"],
        ),
        journey(
            "who has it as a contact that was merged into theirs since gets it no more",
            edit(DECIDE, "self.is_answered_by_another(campaign, contact).await?", "false"),
            &["campaign_people::who_turns_out_to_be_somebody_who_has_it_gets_it_no_more"],
        ),
        journey(
            "what a campaign accepted is known as long as it is",
            edit(DECIDE, "kept: «Campaign::KEPT»", "storage::idempotency::KEPT"),
            &["campaign_people::what_a_worker_accepted_that_died_is_known_days_later"],
        ),
        journey(
            "who cannot be read keeps nobody else from getting a campaign",
            edit(DECIDE, "matches!(error, Busy::Storage(StorageError::Unreadable { .. }))", "false"),
            &["campaign_people::who_cannot_be_read_is_refused_with_the_reason_and_the_others_get_it"],
        ),
    ]
}
