//! What the use-cases look at before they do something.

use super::{Edit, edit, guard};
use crate::list::{ACCEPTANCE, Guard, LIB};

const ACCOUNT_EVENTS: &str = "functions/account-events/src/lib.rs";
const ARRIVAL: &str = "shared/helpdesk/src/receive/arrival.rs";
const BESIDE: &str = "shared/helpdesk/src/receive/beside.rs";
const CONTACTS: &str = "shared/helpdesk/src/contacts.rs";
const DEFERRED: &str = "shared/helpdesk/src/deferred.rs";
const DIRECTORY: &str = "shared/storage/src/directory.rs";
const FETCH: &str = "shared/helpdesk/src/fetch.rs";
const GAPS: &str = "shared/helpdesk/src/gaps.rs";
const HEARD: &str = "shared/helpdesk/src/wishes.rs";
const JOINED: &str = "shared/helpdesk/src/merge/conversations.rs";
const KIND: &str = "shared/helpdesk/src/fetch/kind.rs";
const MERGE: &str = "shared/helpdesk/src/merge.rs";
const RECEIVE: &str = "shared/helpdesk/src/receive.rs";
const SETTLE: &str = "shared/helpdesk/src/settle.rs";
const STATUS: &str = "shared/helpdesk/src/status.rs";
const STATUS_UPDATES: &str = "functions/status-updates/src/lib.rs";
const TICKET_CREATION: &str = "functions/ticket-creation/src/lib.rs";
const TICKETS: &str = "shared/helpdesk/src/tickets.rs";
const UNDO: &str = "shared/helpdesk/src/merge/undo.rs";

pub(super) fn guards() -> Vec<Guard> {
    [of_what_comes(), of_what_is_changed(), of_what_is_missed()].concat()
}

/// What a journey shows.
pub(super) fn journey(name: &'static str, look: Edit, tests: &'static [&'static str]) -> Guard {
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
            &["undone::a_merge_that_was_wrong_is_undone_and_stays_so"],
        ),
        journey(
            "a ticket that was moved is its own contact's again, and so is where it is answered",
            edit(JOINED, "ticket.return_to(&merged, &before)", "ticket.contact_id = merged.id"),
            &["undone::after_an_undo_a_ticket_that_was_moved_is_answered_where_its_own_contact_is"],
        ),
        journey(
            "the survivor is answered in their own ticket where they are themselves again",
            edit(JOINED, "if «other.contact_id == survivor.id» {", "false"),
            &["undone::after_an_undo_the_ticket_that_went_on_is_answered_where_its_own_contact_is"],
        ),
        journey(
            "of merges that built on each other the last is undone first",
            edit(UNDO, "survivor.merged_into.is_some()", "false"),
            &["undone::of_merges_that_built_on_each_other_the_last_is_undone_first"],
        ),
        journey(
            "who brought a merge in line does not finish its undoing",
            edit(JOINED, "State::Undoing { by, undone_at } if «undoing» => {", "true"),
            &["races::who_was_about_to_finish_a_merge_does_not_finish_its_undoing"],
        ),
        journey(
            "what was given up while two were one is neither's after its undoing",
            edit(
                UNDO,
                "record.taken.identities.contains(identity)",
                "record.taken.identities.contains(identity) && false",
            ),
            &["undone::a_number_that_was_given_up_while_two_were_one_comes_back_to_neither"],
        ),
        journey(
            "what was refused while two were one counts for both",
            edit(UNDO, "merged.hear_refusals(&survivor, &record.taken, record.at)", "()"),
            &["undone::what_was_refused_while_two_were_one_counts_for_both_after_an_undo"],
        ),
        guard(
            "of merges whose tickets follow each other the last is undone first",
            [
                edit(UNDO, "other.builds_on(&record)", "{ let _ = other; false }"),
                edit(JOINED, "after.filter(|after| «after.contact_id == survivor.id»)", "{ let _ = after; true }"),
            ],
            (ACCEPTANCE, ACCEPTANCE),
            &["undone::of_merges_whose_tickets_follow_each_other_the_last_is_undone_first"],
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
