//! What the use-cases look at before they do something.

use super::{Edit, edit, guard};
use crate::list::{ACCEPTANCE, Guard, LIB};

const ACCEPT: &str = "shared/helpdesk/src/accept.rs";
const ACCOUNT_EVENTS: &str = "functions/account-events/src/lib.rs";
const ARRIVAL: &str = "shared/helpdesk/src/receive/arrival.rs";
const BESIDE: &str = "shared/helpdesk/src/receive/beside.rs";
const CONTACTS: &str = "shared/helpdesk/src/contacts.rs";
const DECIDE: &str = "shared/helpdesk/src/campaign/decide.rs";
const DEFERRED: &str = "shared/helpdesk/src/deferred.rs";
const DELIVER: &str = "shared/helpdesk/src/deliver.rs";
const DIRECTORY: &str = "shared/storage/src/directory.rs";
const FETCH: &str = "shared/helpdesk/src/fetch.rs";
const GAPS: &str = "shared/helpdesk/src/gaps.rs";
const HEARD: &str = "shared/helpdesk/src/wishes.rs";
const HOLD: &str = "shared/helpdesk/src/deliver/number.rs";
const JOINED: &str = "shared/helpdesk/src/merge/conversations.rs";
const KEY: &str = "shared/storage/src/key.rs";
const KIND: &str = "shared/helpdesk/src/fetch/kind.rs";
const MERGE: &str = "shared/helpdesk/src/merge.rs";
const PAGES: &str = "shared/storage/src/messages/joined.rs";
const PERSON: &str = "shared/helpdesk/src/person.rs";
const RECEIVE: &str = "shared/helpdesk/src/receive.rs";
const RELEASE: &str = "shared/helpdesk/src/wake/number.rs";
const SEND: &str = "shared/helpdesk/src/deliver/send.rs";
const SETBACK: &str = "shared/helpdesk/src/settle/setback.rs";
const SETTLE: &str = "shared/helpdesk/src/settle.rs";
const STATUS: &str = "shared/helpdesk/src/status.rs";
const STATUS_UPDATES: &str = "functions/status-updates/src/lib.rs";
const THREAD: &str = "shared/helpdesk/src/accept/thread.rs";
const TICKET_CREATION: &str = "functions/ticket-creation/src/lib.rs";
const TICKETS: &str = "shared/helpdesk/src/tickets.rs";
const UNCONFIRMED: &str = "shared/helpdesk/src/unconfirmed.rs";
const UNDO: &str = "shared/helpdesk/src/merge/undo.rs";

pub(super) fn guards() -> Vec<Guard> {
    [of_what_comes(), of_what_goes_out(), of_what_is_changed(), of_what_is_missed()].concat()
}

/// What a journey shows.
fn journey(name: &'static str, look: Edit, tests: &'static [&'static str]) -> Guard {
    guard(name, [look], (ACCEPTANCE, ACCEPTANCE), tests)
}

fn of_what_comes() -> Vec<Guard> {
    vec![
        journey(
            "what was written before a number was connected is not imported",
            edit(RECEIVE, "!channel.takes(inbound.sent_at)", "false"),
            &["channels::a_number_that_comes_back_keeps_its_history_and_misses_what_was_said_meanwhile"],
        ),
        journey(
            "what comes for a disconnected number is nobody's",
            edit(DIRECTORY, "last.filter(|route| «route.channel.is_connected()»)", "true"),
            &["channels::a_disconnected_number_is_as_one_that_nobody_connected"],
        ),
        journey(
            "what was written before a number was disconnected is received",
            edit(
                TICKET_CREATION,
                "self.directory.last_route(&job.phone_number_id).await",
                "self.directory.route(&job.phone_number_id).await",
            ),
            &["late::what_was_written_before_a_number_was_disconnected_is_received_after_it"],
        ),
        journey(
            "a status of a number that was disconnected meanwhile is applied",
            edit(
                STATUS_UPDATES,
                "self.directory.last_route(&item.phone_number_id).await?",
                "self.directory.route(&item.phone_number_id).await?",
            ),
            &["late::what_meta_reports_of_a_number_that_was_disconnected_meanwhile_is_shown"],
        ),
        journey(
            "an event that fails keeps none behind it from being heard",
            edit(ACCOUNT_EVENTS, "failed = «failed.or(Some(error))»;", "return Disposition::retry(&*error);"),
            &["wishes::what_a_person_tells_whatsapp_is_heard_whatever_fails_of_others_before_it"],
        ),
        journey(
            "a status that was early is applied when its message is known",
            edit(SETTLE, "status::apply_parked(tenancy, alias, message.id).await?", "()"),
            &["statuses::a_status_that_comes_before_the_send_is_recorded_is_not_lost"],
        ),
        journey(
            "a message that stands in a webhook twice is stored once",
            edit(RECEIVE, "let doubled = «rest.iter().any(|other| other.id == arrival.id)»;", "false"),
            &["batches::a_message_that_stands_in_a_webhook_twice_is_one"],
        ),
        journey(
            "what a message speaks of may have come with it",
            edit(ARRIVAL, "beside.has(named, by, sent_at)", "false"),
            &["batches::a_quote_a_reaction_and_a_deletion_name_the_message_that_came_in_the_same_webhook"],
        ),
        guard(
            "no message speaks of what enters no thread",
            [edit(BESIDE, "channel.takes(inbound.sent_at) && inbound.content.makes_work()", "true")],
            ("helpdesk", LIB),
            &["receive::beside::tests::what_enters_no_thread_is_not_spoken_of"],
        ),
        guard(
            "no message speaks of what was sent after it",
            [edit(
                BESIDE,
                "self.0.get(&named).is_some_and(|named_at| *named_at <= sent_at)",
                "self.0.contains_key(&named)",
            )],
            ("helpdesk", LIB),
            &["receive::beside::tests::\
               a_message_speaks_of_what_was_sent_before_it_wherever_that_stands_and_not_of_itself"],
        ),
        journey(
            "a status that is put aside while its message becomes known is applied",
            edit(STATUS, "match «tenancy.whereabouts(alias).await?» {", "None::<storage::messages::Whereabouts>"),
            &["statuses::a_status_that_is_put_aside_while_the_send_is_recorded_is_not_lost"],
        ),
        journey(
            "a status finds its message by our own id while Meta's is not known",
            edit(STATUS, "match «opaque.and_then(|id| id.parse::<MessageId>().ok())» {", "None::<MessageId>"),
            &["unconfirmed::a_lost_answer_is_settled_by_the_status"],
        ),
        journey(
            "that another call of a message failed says nothing of the one that sent it",
            edit(STATUS, "if «sent_as != *call» => Applied::Nothing", "false"),
            &["unconfirmed::that_the_first_call_failed_says_nothing_of_the_second"],
        ),
        journey(
            "a session that is opened before Meta tells of a refusal stays open",
            edit(STATUS, "number::left_at(message).map_or(at, |left| left.min(at))", "at"),
            &["sessions::a_session_that_the_customer_opened_after_meta_took_what_it_refused_stays_open"],
        ),
        journey(
            "a session that is opened while Meta refuses stays open",
            edit(SETTLE, "message.delivery().map_or(now, Delivery::since)", "now"),
            &["sessions::a_session_that_the_customer_opens_while_meta_refuses_stays_open"],
        ),
        journey(
            "a status of another number of ours touches nothing",
            edit(STATUS, "message.channel_id == route.channel.id", "true"),
            &["statuses::a_status_that_names_our_message_of_another_number_touches_nothing"],
        ),
        journey(
            "a status that comes again makes nobody one",
            edit(STATUS, "(&report, &update.recipient, «is_news(&message, &report, update.at)»)", "true"),
            &["contacts::a_status_that_comes_again_when_its_number_is_somebody_elses_joins_nobody"],
        ),
        journey(
            "no name is taken over from a status",
            edit(STATUS, "recipient.clone().nameless()", "recipient.clone()"),
            &["moderation::a_name_with_a_card_number_in_it_is_not_taken_over_from_a_status_either"],
        ),
        journey(
            "a file that is stored is not fetched again",
            edit(FETCH, "attachment().filter(|it| «it.pending().is_some()»).cloned()", "true"),
            &["media_trouble::a_job_that_comes_again_fetches_nothing_again"],
        ),
        guard(
            "no type with a control character in it is stored",
            [edit(KIND, "is_sound(declared) && may_be(&name, found)", "may_be(&name, found)")],
            ("helpdesk", LIB),
            &["fetch::kind::tests::what_they_do_not_is_what_they_show"],
        ),
        journey(
            "no file is fetched of who is blocked",
            edit(FETCH, "contact.is_some_and(|contact| contact.wishes.blocked.is_some())", "false"),
            &["wishes::a_file_that_waits_is_not_fetched_once_its_sender_is_blocked"],
        ),
        journey(
            "what a person told WhatsApp counts under each of their names",
            edit(
                HEARD,
                "hearer(tenancy, identity, word).await?",
                "{ if is_known { break } hearer(tenancy, identity, word).await? }",
            ),
            &["wishes::what_a_person_tells_whatsapp_counts_under_each_of_their_names"],
        ),
        journey(
            "two contacts that a person has parted stay two",
            edit(MERGE, "if «record.is_undone()» { Outcome::Apart }", "false"),
            &["merges::a_merge_that_was_wrong_is_undone_and_stays_so"],
        ),
        journey(
            "a ticket that was moved is its own contact's again, and so is where it is answered",
            edit(JOINED, "ticket.return_to(&merged, &before)", "ticket.contact_id = merged.id"),
            &["merges::after_an_undo_a_ticket_that_was_moved_is_answered_where_its_own_contact_is"],
        ),
        journey(
            "the survivor is answered in their own ticket where they are themselves again",
            edit(JOINED, "if «other.contact_id == survivor.id» {", "false"),
            &["merges::after_an_undo_the_ticket_that_went_on_is_answered_where_its_own_contact_is"],
        ),
        journey(
            "of merges that built on each other the last is undone first",
            edit(UNDO, "survivor.merged_into.is_some()", "false"),
            &["merges::of_merges_that_built_on_each_other_the_last_is_undone_first"],
        ),
        journey(
            "what was refused while two were one counts for both",
            edit(UNDO, "merged.hear_refusals(&survivor, &record.taken, record.at)", "()"),
            &["merges::what_was_refused_while_two_were_one_counts_for_both_after_an_undo"],
        ),
        guard(
            "of merges whose tickets follow each other the last is undone first",
            [
                edit(UNDO, "other.builds_on(&record)", "{ let _ = other; false }"),
                edit(JOINED, "after.filter(|after| «after.contact_id == survivor.id»)", "{ let _ = after; true }"),
            ],
            (ACCEPTANCE, ACCEPTANCE),
            &["merges::of_merges_whose_tickets_follow_each_other_the_last_is_undone_first"],
        ),
    ]
}

fn of_what_goes_out() -> Vec<Guard> {
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
            edit(SEND, "self.kept_back(&channel, &message).await?", "None::<Step>"),
            &["credentials::what_is_written_while_the_token_is_expired_goes_out_in_order_after_reconnecting"],
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
            edit(HOLD, "self.look_behind(message).await?", "None"),
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
            edit(DECIDE, "self.is_answered_by_another(campaign, &contact).await?", "false"),
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

fn of_what_is_changed() -> Vec<Guard> {
    vec![
        journey(
            "a deferred reply is changed as it was seen",
            edit(DEFERRED, "seen.is_some_and(|seen| seen != reply.version)", "false"),
            &["deferred::until_the_answer_it_can_be_changed_and_cancelled_and_then_no_more"],
        ),
        journey(
            "a ticket is changed as it was seen",
            edit(TICKETS, "seen.is_some_and(|seen| seen != ticket.version)", "false"),
            &["versions::what_has_changed_since_somebody_saw_it_stays_as_it_is"],
        ),
        journey(
            "a contact is changed as it was seen",
            edit(CONTACTS, "seen.is_some_and(|seen| seen != before.version)", "false"),
            &["contacts::a_contact_is_made_once_changed_by_those_who_saw_it_and_listed"],
        ),
        journey(
            "a tenant's settings are changed as they were seen",
            edit("functions/api-helpdesk/src/settings.rs", "seen.is_some_and(|seen| seen != tenant.version)", "false"),
            &["versions::what_has_changed_since_somebody_saw_it_stays_as_it_is"],
        ),
        journey(
            "a channel is changed as it was seen",
            edit("functions/api-channels/src/channels.rs", "seen.is_some_and(|seen| seen != channel.version)", "false"),
            &["versions::what_has_changed_since_somebody_saw_it_stays_as_it_is"],
        ),
        journey(
            "a number of whose business Meta did not answer is connected again",
            edit("functions/api-channels/src/channels.rs", "portfolio?", "portfolio.unwrap_or_default()"),
            &["messaging_limits::a_number_is_connected_again_when_meta_did_not_answer_what_its_business_may_do"],
        ),
        journey(
            "what Meta did not tell of a business is asked again",
            edit(
                "functions/api-channels/src/template_sync.rs",
                "tenancy.portfolio(&asked.waba_id).await?.is_verified().is_none()",
                "false",
            ),
            &["messaging_limits::what_meta_did_not_tell_of_a_business_is_asked_again_when_templates_are_synced"],
        ),
        journey(
            "a template is changed as it was seen",
            edit(
                "functions/api-channels/src/templates.rs",
                "seen.is_some_and(|seen| seen != template.version)",
                "false",
            ),
            &["template_changes::a_template_is_edited_once_and_reviewed_again"],
        ),
        journey(
            "a tenant is replaced as it was seen",
            edit(
                "functions/api-channels/src/tenants.rs",
                "seen.is_some() && seen != read.as_ref().map(|tenant| tenant.version)",
                "false",
            ),
            &["channels::a_tenant_is_replaced_whole_and_only_as_it_was_seen"],
        ),
    ]
}

fn of_what_is_missed() -> Vec<Guard> {
    let conversations = "in_conversations(tenancy, now, until - half, found).await";
    let conversations_first = "Ok(in_conversations(tenancy, now, until - half, found).await?)";
    let contacts = "tenancy.contact_ids(PAGE, after.as_ref()).await?";
    let readable_contacts = "let page = tenancy.contacts(PAGE, after.as_ref()).await?;
        storage::Page { data: page.data.iter().map(|contact| contact.id).collect(), next: page.next }";
    vec![
        journey(
            "what cannot be read hides no gap but its own",
            edit(GAPS, "matches!(error, Busy::Storage(StorageError::Unreadable { .. }))", "false"),
            &["gaps::a_ticket_or_a_message_that_cannot_be_read_hides_no_other"],
        ),
        journey(
            "a contact that cannot be read hides no other's gap",
            edit(GAPS, contacts, readable_contacts),
            &["gaps::a_contact_that_cannot_be_read_hides_no_other"],
        ),
        journey(
            "tickets are looked at for gaps whatever becomes of the conversations",
            edit(GAPS, conversations, conversations_first),
            &["gaps::a_number_that_cannot_be_read_hides_no_message"],
        ),
        journey(
            "gaps are looked for in the threads that another goes on for",
            edit(GAPS, ".chain(«joined»)", "joined.into_iter().take(0).collect::<Vec<_>>()"),
            &["gaps::a_message_without_outcome_is_found_in_a_thread_that_another_goes_on_for"],
        ),
    ]
}
