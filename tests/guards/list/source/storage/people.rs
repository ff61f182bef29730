//! Messages, tickets, and who people are.

use super::{PUT_ALWAYS, REPLACE_ALWAYS, condition};
use crate::list::Guard;
use crate::list::source::edit;

const CONTACTS: &str = "shared/storage/src/contacts.rs";
const CONVERSATIONS: &str = "shared/storage/src/conversations.rs";
const DEFERRED: &str = "shared/storage/src/deferred.rs";
const HELD: &str = "shared/storage/src/held.rs";
const HIDDEN: &str = "shared/storage/src/hidden.rs";
const MERGES: &str = "shared/storage/src/merges.rs";
const MESSAGES: &str = "shared/storage/src/messages.rs";
const OUTBOX: &str = "shared/storage/src/outbox.rs";
const GAPS: &str = "shared/storage/src/gaps.rs";
const TICKETS: &str = "shared/storage/src/tickets.rs";
const WORDS: &str = "shared/storage/src/words.rs";

pub(super) fn guards() -> Vec<Guard> {
    [of_messages(), of_tickets(), of_people(), of_what_is_kept()].concat()
}

fn of_messages() -> Vec<Guard> {
    vec![
        condition(
            "a message is stored once for its id",
            [edit(
                MESSAGES,
                r#"self.create(item::write(&keys.whereabouts(message.id), "whereabouts", &place))"#,
                r#"self.put_always(item::write(&keys.whereabouts(message.id), "whereabouts", &place))"#,
            )],
            &["conditions::items::a_message_is_made_once_and_changed_as_it_was_read"],
            &["Put MESSAGE if attribute_not_exists(pk)"],
        )
        .of_the_few(),
        condition(
            "a place of a thread holds one message",
            [edit(MESSAGES, "self.create(write(keys, message))", "self.put_always(write(keys, message))")],
            &["conditions::items::a_message_is_made_once_and_changed_as_it_was_read"],
            &["Put THREAD MESSAGE if attribute_not_exists(pk)"],
        ),
        condition(
            "a message is changed as it was read, alone",
            [edit(
                MESSAGES,
                "self.table.replace(write(self.keys, message)?, read).await",
                "{ let _ = read; Ok(self.table.put(write(self.keys, message)?).await?) }",
            )],
            &["conditions::items::a_message_is_made_once_and_changed_as_it_was_read"],
            &["Put THREAD MESSAGE if version = :read"],
        )
        .of_the_few(),
        condition(
            "a message is changed as it was read, with others",
            [edit(MESSAGES, "self.replace(item, read)", REPLACE_ALWAYS)],
            &["conditions::items::a_message_is_made_once_and_changed_as_it_was_read"],
            &["Put THREAD MESSAGE if version = :read"],
        ),
        condition(
            "nobody looks for a file that nobody waits for",
            [edit(
                MESSAGES,
                r#".condition_expression(«"attribute_exists(due_sk)"»)"#,
                r#""attribute_exists(due_sk) OR attribute_not_exists(due_sk)""#,
            )],
            &["conditions::marks::nobody_looks_for_a_file_that_nobody_waits_for"],
            &["Update THREAD MESSAGE if attribute_exists(due_sk)"],
        ),
        condition(
            "nobody waits for a number with a file that is not waited for",
            [edit(HELD, r#"let condition = «Some("attribute_exists(due_sk)")»;"#, "None")],
            &["conditions::marks::nobody_looks_for_a_file_that_nobody_waits_for"],
            &["Update THREAD MESSAGE if attribute_exists(due_sk)"],
        ),
        condition(
            "nobody is let go with a file that is not waited for",
            [edit(HELD, r#""SET due_sk = :now", «Some("attribute_exists(due_sk)")», values"#, "None")],
            &["conditions::marks::nobody_looks_for_a_file_that_nobody_waits_for"],
            &["Update THREAD MESSAGE if attribute_exists(due_sk)"],
        ),
        condition(
            "what shows before its message keeps its place",
            [edit(OUTBOX, "«transaction.check_absent(&self.keys.message(place.thread_id, place.position))»;", "()")],
            &["conditions::conversations::what_shows_before_its_message_keeps_its_place"],
            &["ConditionCheck THREAD MESSAGE if attribute_not_exists(pk)"],
        ),
        condition(
            "what shows before its reply waits on",
            [edit(
                DEFERRED,
                "«transaction.check_absent(&self.keys.deferred(place.thread_id, place.message_id))»;",
                "()",
            )],
            &["conditions::conversations::what_shows_before_its_reply_waits_on"],
            &["ConditionCheck THREAD DEFERRED if attribute_not_exists(pk)"],
        ),
        condition(
            "a message is left behind in the outbox as it was read",
            [edit(
                OUTBOX,
                "«transaction.check(&self.keys.message(message.thread_id, message.position), message.version)»;",
                "()",
            )],
            &["conditions::conversations::a_message_that_is_sent_again_meanwhile_keeps_its_place"],
            &["ConditionCheck THREAD MESSAGE if version = :read"],
        ),
        condition(
            "what is hidden is kept once",
            [edit(
                HIDDEN,
                r#"self.create(item::write(&key, "hidden", &Item { original: original.into() }))"#,
                r#"self.put_always(item::write(&key, "hidden", &Item { original: original.into() }))"#,
            )],
            &["conditions::items::what_is_hidden_is_kept_once"],
            &["Put HIDDEN if attribute_not_exists(pk)"],
        ),
        condition(
            "a deferred reply is made once",
            [edit(DEFERRED, "self.create(item)", PUT_ALWAYS)],
            &["conditions::items::a_deferred_reply_is_made_once_and_changed_as_it_was_read"],
            &["Put THREAD DEFERRED if attribute_not_exists(pk)"],
        ),
        condition(
            "a deferred reply is cancelled or changed as it was read",
            [edit(
                DEFERRED,
                "self.table.replace(write(self.keys, reply)?, read).await",
                "{ let _ = read; Ok(self.table.put(write(self.keys, reply)?).await?) }",
            )],
            &["conditions::items::a_deferred_reply_is_made_once_and_changed_as_it_was_read"],
            &["Put THREAD DEFERRED if version = :read"],
        ),
        condition(
            "a deferred reply is released as it was read",
            [edit(DEFERRED, "self.replace(item, read)", REPLACE_ALWAYS)],
            &["conditions::items::a_deferred_reply_is_made_once_and_changed_as_it_was_read"],
            &["Put THREAD DEFERRED if version = :read"],
        ),
    ]
}

fn of_tickets() -> Vec<Guard> {
    vec![
        condition(
            "a ticket is made once",
            [edit(TICKETS, "self.create(item)", PUT_ALWAYS)],
            &["conditions::items::a_ticket_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["Put TICKET if attribute_not_exists(pk)"],
        ),
        condition(
            "a ticket is changed as it was read, alone",
            [edit(TICKETS, "self.table.replace(write(self.keys, ticket)?, read).await", "{ let _ = read; Ok(self.table.put(write(self.keys, ticket)?).await?) }")],
            &["conditions::items::a_ticket_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["Put TICKET if version = :read"],
        ),
        condition(
            "a ticket is changed as it was read, with others",
            [edit(TICKETS, "self.replace(item, read)", REPLACE_ALWAYS)],
            &["conditions::items::a_ticket_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["Put TICKET if version = :read"],
        ),
        condition(
            "a ticket follows one that is still closed",
            [edit(TICKETS, "self.check(&key, version)", "{ let _ = (key, version); }")],
            &["conditions::items::a_ticket_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["ConditionCheck TICKET if version = :read"],
        ),
        condition(
            "a conversation goes on from its latest ticket",
            [edit(CONVERSATIONS, "values.extend(more);\n        }\n        let condition = match read {\n            None => \"attribute_not_exists(ticket_id)\",\n            Some(read) => {\n                values.push((\":read\", text(read)));\n                \"ticket_id = :read\"\n            }\n        };\n        self.update(&key, &change, «Some(condition)», values)", "{ let _ = condition; values.retain(|(name, _)| *name != \":read\"); None }")],
            &["conditions::conversations::a_conversation_goes_on_from_the_ticket_that_was_read"],
            &["Update CONVERSATION if ticket_id = :read", "Update CONVERSATION if attribute_not_exists(ticket_id)"],
        )
        .of_the_few(),
        condition(
            "conversations are joined as they were read",
            [edit(CONVERSATIONS, "change = format!(\"{change} ADD {added}\");\n        let condition = match read {\n            None => \"attribute_not_exists(ticket_id)\",\n            Some(read) => {\n                values.push((\":read\", text(read)));\n                \"ticket_id = :read\"\n            }\n        };\n        self.update(&key, &change, «Some(condition)», values)", "{ let _ = condition; values.retain(|(name, _)| *name != \":read\"); None }")],
            &["conditions::conversations::conversations_are_joined_and_parted_as_they_were_read"],
            &[],
        ),
        condition(
            "conversations are parted as they were read",
            [
                edit(CONVERSATIONS, "«Some(\"ticket_id = :read\")», values);\n            }\n            Some(next)", "Some(\"ticket_id = :read OR ticket_id <> :read\")"),
                edit(CONVERSATIONS, "self.update(&key, change, «Some(\"ticket_id = :read\")», values)", "Some(\"ticket_id = :read OR ticket_id <> :read\")"),
            ],
            &["conditions::conversations::conversations_are_joined_and_parted_as_they_were_read"],
            &[],
        ),
        condition(
            "a message that begins a ticket follows the latest one",
            [edit(OUTBOX, "Some(read.map_or(\"attribute_not_exists(ticket_id)\", |_| \"ticket_id = :read\"))", "{ values.retain(|(name, _)| *name != \":read\"); None }")],
            &["conditions::conversations::a_message_that_begins_a_ticket_makes_it_the_latest_after_the_one_that_was_read"],
            &[],
        ),
        condition(
            "a session is counted once by whichever thread of the conversation",
            [edit(
                OUTBOX,
                "\"(attribute_not_exists(counted_until) OR counted_until <= :begun)\"",
                "\"(attribute_not_exists(counted_until) OR counted_until <= :begun OR counted_until > :begun)\"",
            )],
            &["conditions::conversations::a_session_is_counted_once_by_whichever_thread_and_the_next_one_anew"],
            &["Update CONVERSATION if (attribute_not_exists(counted_until) OR counted_until <= :begun)"],
        ),
        condition(
            "nobody says that nothing waits once something was accepted",
            [edit(
                CONVERSATIONS,
                r#".condition_expression(«"(attribute_not_exists(accepted) OR accepted = :read)"»)"#,
                "\"(attribute_not_exists(accepted) OR accepted = :read OR accepted <> :read)\"",
            )],
            &["conditions::conversations::nobody_says_that_nothing_waits_once_something_was_accepted"],
            &["Update CONVERSATION if (attribute_not_exists(accepted) OR accepted = :read)"],
        ),
        condition(
            "nobody waits for a number past what was accepted meanwhile",
            [edit(
                HELD,
                r#"let condition = Some(«"(attribute_not_exists(accepted) OR accepted = :read)"»);"#,
                "\"(attribute_not_exists(accepted) OR accepted = :read OR accepted <> :read)\"",
            )],
            &["conditions::conversations::nobody_waits_for_a_number_past_what_was_accepted_meanwhile"],
            &["Update CONVERSATION if (attribute_not_exists(accepted) OR accepted = :read)"],
        ),
    ]
}

fn of_people() -> Vec<Guard> {
    vec![
        condition(
            "a contact is made once",
            [edit(CONTACTS, "write(self.tenancy.keys, contact);\n        «self.create(item)»", PUT_ALWAYS)],
            &["conditions::people::a_contact_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["Put CONTACT if attribute_not_exists(pk)"],
        ),
        condition(
            "a contact is changed as it was read, alone",
            [edit(
                CONTACTS,
                "self.table.replace(write(self.keys, contact)?, read).await",
                "{ let _ = read; Ok(self.table.put(write(self.keys, contact)?).await?) }",
            )],
            &["conditions::people::a_contact_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["Put CONTACT if version = :read"],
        ),
        condition(
            "a contact is changed as it was read, with others",
            [edit(CONTACTS, "self.replace(item, contact.version)", PUT_ALWAYS)],
            &["conditions::people::a_contact_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["Put CONTACT if version = :read"],
        ),
        condition(
            "a ticket is not made for somebody who is another by now",
            [edit(CONTACTS, "self.check(&key, contact.version)", "{ let _ = key; }")],
            &["conditions::people::a_contact_is_made_once_and_changed_and_relied_on_as_it_was_read"],
            &["ConditionCheck CONTACT if version = :read"],
        ),
        condition(
            "an identity is one person's",
            [edit(
                CONTACTS,
                "self.create(item::write(&key, \"identity\", owner))",
                "self.put_always(item::write(&key, \"identity\", owner))",
            )],
            &["conditions::people::an_identity_goes_to_another_only_from_whom_it_was_read"],
            &["Put IDENTITY if attribute_not_exists(pk)"],
        ),
        condition(
            "an identity that was given up goes to one other",
            [edit(
                CONTACTS,
                "Some(_) => «\"contact_id = :was AND given_up_at = :was_at\"»",
                "\"contact_id = :was OR attribute_exists(contact_id) OR given_up_at = :was_at\"",
            )],
            &["conditions::people::an_identity_goes_to_another_only_from_whom_it_was_read"],
            &["Update IDENTITY if contact_id = :was AND given_up_at = :was_at"],
        ),
        condition(
            "an identity is given up once",
            [edit(
                CONTACTS,
                "None => «\"contact_id = :was AND attribute_not_exists(given_up_at)\"»",
                "\"contact_id = :was OR attribute_exists(contact_id)\"",
            )],
            &["conditions::people::an_identity_goes_to_another_only_from_whom_it_was_read"],
            &["Update IDENTITY if contact_id = :was AND attribute_not_exists(given_up_at)"],
        ),
        condition(
            "the first who has a number is not forgotten",
            [edit(CONTACTS, "0 => «self.create(item)»", PUT_ALWAYS)],
            &["conditions::people::the_holders_of_a_number_are_changed_as_they_were_read"],
            &["Put PHONE if attribute_not_exists(pk)"],
        ),
        condition(
            "nobody who has a number is forgotten",
            [edit(CONTACTS, "read => «self.replace(item, read)»", REPLACE_ALWAYS)],
            &["conditions::people::the_holders_of_a_number_are_changed_as_they_were_read"],
            &["Put PHONE if version = :read"],
        ),
        condition(
            "a merge is recorded once",
            [edit(
                MERGES,
                "self.create(item::write(&key, \"merge\", merge))",
                "self.put_always(item::write(&key, \"merge\", merge))",
            )],
            &["conditions::items::a_merge_is_recorded_once_and_changed_as_it_was_read"],
            &["Put CONTACT MERGE if attribute_not_exists(pk)"],
        ),
        condition(
            "a merge is changed and undone as it was read",
            [edit(
                MERGES,
                "self.replace(item::write(&key, \"merge\", merge), read)",
                "{ let _ = read; self.put_always(item::write(&key, \"merge\", merge)) }",
            )],
            &["conditions::items::a_merge_is_recorded_once_and_changed_as_it_was_read"],
            &["Put CONTACT MERGE if version = :read"],
        ),
    ]
}

fn of_what_is_kept() -> Vec<Guard> {
    const WORD: &[&str] = &["conditions::people::a_word_is_kept_and_taken_as_it_was_read"];
    vec![
        condition(
            "a word is kept by the first who hears it",
            [edit(WORDS, "None => «transaction.create(item)»", "transaction.put_always(item)")],
            WORD,
            &["Put WORD if attribute_not_exists(pk)"],
        ),
        condition(
            "a word is kept after the one that was read",
            [edit(WORDS, "(item, «\"#at = :read\"», (\"#at\", \"at\")", "\"#at = :read OR #at <> :read\"")],
            WORD,
            &["Put WORD if #at = :read"],
        ),
        condition(
            "whoever appears takes the word that was kept meanwhile",
            [edit(WORDS, "None => «self.check_absent(&key)»", "{ let _ = key; }")],
            WORD,
            &["ConditionCheck WORD if attribute_not_exists(pk)"],
        ),
        condition(
            "whoever appears takes the word as it was read",
            [edit(WORDS, "self.delete_if(&key, «\"#at = :read\"»", "\"#at = :read OR #at <> :read\"")],
            WORD,
            &["Delete WORD if #at = :read"],
        ),
        condition(
            "the admins hear of a gap once",
            [edit(GAPS, "transaction.create(self.gap_item(gap))", "transaction.put_always(self.gap_item(gap))")],
            &["conditions::marks::a_gap_that_several_find_at_once_is_told_once"],
            &["Put GAPS GAP if attribute_not_exists(pk)"],
        ),
    ]
}
