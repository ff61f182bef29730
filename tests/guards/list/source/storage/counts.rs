//! What waits for a time, and what is counted.

use super::condition;
use crate::list::Guard;
use crate::list::source::edit;

const ALLOWANCE: &str = "shared/storage/src/allowance.rs";
const DIRECTORY: &str = "shared/storage/src/directory.rs";
const MESSAGES: &str = "shared/storage/src/messages.rs";
const PERIODS: &str = "shared/storage/src/periods.rs";
const STARTS: &str = "shared/storage/src/starts.rs";
const STATUSES: &str = "shared/storage/src/statuses.rs";

pub(super) fn guards() -> Vec<Guard> {
    [of_marks(), of_counts()].concat()
}

fn of_marks() -> Vec<Guard> {
    vec![
        condition(
            "a mark that somebody has moved stays where they put it",
            [edit(DIRECTORY, ".condition_expression(«\"due_sk = :read\"»)", "\"due_sk = :read OR due_sk <> :read\"")],
            &["conditions::marks::a_mark_that_somebody_has_moved_stays_where_they_put_it"],
            &[
                "Update CAMPAIGN if due_sk = :read",
                "Update CHANNEL if due_sk = :read",
                "Update CONVERSATION if due_sk = :read",
                "Update GAPCHECK if due_sk = :read",
                "Update THREAD MESSAGE if due_sk = :read",
                "Update TICKET if due_sk = :read",
            ],
        ),
        condition(
            "a period is turned once",
            [edit(
                PERIODS,
                ".condition_expression(«\"due_sk = :read\"»)",
                "\"due_sk = :read OR due_sk <> :read OR attribute_not_exists(due_sk)\"",
            )],
            &["conditions::marks::a_period_is_turned_once"],
            &["Update ALLOWANCE if due_sk = :read"],
        )
        .of_the_few(),
        condition(
            "a status that was applied meanwhile leaves nothing",
            [edit(
                STATUSES,
                ".condition_expression(«\"attribute_exists(due_pk)\"»)",
                "\"attribute_exists(due_pk) OR attribute_not_exists(due_pk)\"",
            )],
            &["conditions::marks::a_status_that_was_applied_meanwhile_leaves_nothing"],
            &["Update PARKED STATUS if attribute_exists(due_pk)"],
        ),
    ]
}

fn of_counts() -> Vec<Guard> {
    vec![
        condition(
            "nothing is accepted beyond the allowance",
            [edit(
                ALLOWANCE,
                "\"attribute_not_exists(taken) OR taken <= :room\"",
                "\"attribute_not_exists(taken) OR taken <= :room OR taken > :room\"",
            )],
            &["of_64_at_once_with_10_left_exactly_10_are_accepted"],
            &["Update ALLOWANCE TAKEN if attribute_not_exists(taken) OR taken <= :room"],
        )
        .of_the_few(),
        condition(
            "more than all of an allowance never fits",
            [edit(
                ALLOWANCE,
                "\"attribute_exists(taken) AND taken <= :room\"",
                "\"attribute_not_exists(taken) OR taken <= :room OR taken > :room\"",
            )],
            &["an_allowance_of_nothing_takes_nothing_and_more_than_all_of_it_never_fits"],
            &["Update ALLOWANCE TAKEN if attribute_exists(taken) AND taken <= :room"],
        ),
        condition(
            "what was given back and taken by others stays theirs",
            [edit(ALLOWANCE, "Some(\"taken < most\")", "None")],
            &["what_was_given_back_is_taken_again_only_while_there_is_room"],
            &["Update ALLOWANCE TAKEN if taken < most"],
        ),
        condition(
            "each warning of the allowance is given once",
            [edit(
                ALLOWANCE,
                "format!(\"attribute_not_exists(warned_{percent})\")",
                "format!(\"attribute_not_exists(warned_{percent}) OR attribute_exists(warned_{percent})\")",
            )],
            &["each_warning_is_given_once_and_outlives_what_is_counted_later"],
            &[
                "Update ALLOWANCE TAKEN if attribute_not_exists(warned_75)",
                "Update ALLOWANCE TAKEN if attribute_not_exists(warned_100)",
            ],
        ),
        condition(
            "a line of the ledger is written once",
            [
                edit(
                    ALLOWANCE,
                    "self.create(item::write(&key, \"line of the ledger\", entry))",
                    "self.put_always(item::write(&key, \"line of the ledger\", entry))",
                ),
                edit(
                    MESSAGES,
                    r#"self.create(item::write(&keys.whereabouts(message.id), "whereabouts", &place))"#,
                    r#"self.put_always(item::write(&keys.whereabouts(message.id), "whereabouts", &place))"#,
                ),
                edit(MESSAGES, "self.create(write(keys, message))", "self.put_always(write(keys, message))"),
            ],
            &["a_message_that_is_there_already_is_a_conflict_and_changes_nothing_even_at_the_limit"],
            &["Put ALLOWANCE/LEDGER ENTRY if attribute_not_exists(pk)"],
        ),
        condition(
            "no more conversations are begun in a day than may be",
            [edit(
                STARTS,
                "\"attribute_not_exists(open_starts) OR open_starts < :limit\"",
                "\"attribute_not_exists(open_starts) OR open_starts < :limit OR open_starts >= :limit\"",
            )],
            &["conditions::marks::no_more_conversations_are_begun_than_may_be_and_each_once"],
            &["Update STARTS OPEN if attribute_not_exists(open_starts) OR open_starts < :limit"],
        ),
        condition(
            "where none may be begun none is",
            [edit(
                STARTS,
                "\"attribute_exists(open_starts) AND open_starts < :limit\"",
                "\"attribute_not_exists(open_starts) OR open_starts < :limit\"",
            )],
            &["conditions::marks::no_more_conversations_are_begun_than_may_be_and_each_once"],
            &["Update STARTS OPEN if attribute_exists(open_starts) AND open_starts < :limit"],
        ),
        condition(
            "a conversation that several begin at once counts once",
            [
                edit(STARTS, "None => «self.create(marker)»", "self.put_always(marker)"),
                edit(
                    STARTS,
                    "self.create(item::write(&keys.start(&place(begun.at, begun.begun_by)), \"beginning\", &start))",
                    "self.put_always(item::write(&keys.start(&place(begun.at, begun.begun_by)), \"beginning\", &start))",
                ),
            ],
            &["conditions::marks::no_more_conversations_are_begun_than_may_be_and_each_once"],
            &["Put STARTS START if attribute_not_exists(pk)", "Put CONTACT BEGUN if attribute_not_exists(pk)"],
        ),
        condition(
            "a conversation that several begin anew at once counts once",
            [edit(
                STARTS,
                "(marker, «\"#first = :last\"», (\"#first\", \"begun_by\")",
                "\"#first = :last OR #first <> :last\"",
            )],
            &["conditions::marks::no_more_conversations_are_begun_than_may_be_and_each_once"],
            &["Put CONTACT BEGUN if #first = :last"],
        ),
        condition(
            "nobody takes a share of a place that nobody holds any more",
            [edit(
                STARTS,
                "Some(\"begun_by = :first AND holders > :none\")",
                "Some(\"begun_by = :first AND holders >= :none\")",
            )],
            &["conditions::marks::a_place_is_free_when_the_last_that_held_it_has_left_and_is_left_once"],
            &["Update CONTACT BEGUN if begun_by = :first AND holders > :none"],
        ),
        condition(
            "a place is left once",
            [edit(
                STARTS,
                "Some(\"begun_by = :first AND holders = :read\")",
                "Some(\"begun_by = :first AND holders <= :read\")",
            )],
            &["conditions::marks::a_place_is_free_when_the_last_that_held_it_has_left_and_is_left_once"],
            &["Update CONTACT BEGUN if begun_by = :first AND holders = :read"],
        ),
        condition(
            "a place that is over gives nothing back",
            [edit(
                STARTS,
                "self.delete_existing(&keys.start(&place(begun.at, begun.begun_by)))",
                "self.delete(&keys.start(&place(begun.at, begun.begun_by)))",
            )],
            &["conditions::marks::a_place_whose_window_is_over_gives_nothing_back"],
            &["Delete STARTS START if attribute_exists(pk)"],
        ),
        condition(
            "what several take out of the window at once is taken out once",
            [edit(
                STARTS,
                "transaction.delete_existing(&self.keys.start(place))",
                "transaction.delete(&self.keys.start(place))",
            )],
            &["conditions::marks::what_several_take_out_at_once_is_taken_out_once"],
            &["Delete STARTS START if attribute_exists(pk)"],
        ),
    ]
}
