//! Guards that functions ask AWS for: conditions, and what they say of failed records.

use local::guards::Guard as Wire;

use super::{Guard, Way, acceptance};

pub(super) fn guards() -> Vec<Guard> {
    vec![
        at_the_wire(
            "a message is only claimed as it was read",
            [condition("Put THREAD MESSAGE if version = :read")],
            &["races::two_senders_at_one_message_send_it_once"],
        ),
        at_the_wire(
            "a conversation is only left while nothing was accepted",
            [condition(
                "Update CONVERSATION REMOVE due_pk, due_sk if (attribute_not_exists(accepted) OR accepted = :read)",
            )],
            &["races::a_reply_that_comes_while_a_sender_leaves_is_not_forgotten"],
        ),
        at_the_wire(
            "a place of a thread is taken once",
            [condition("Put TICKET if version = :read"), condition("Put THREAD MESSAGE if attribute_not_exists(pk)")],
            &["races::two_replies_at_once_each_have_a_place_of_their_own"],
        ),
        at_the_wire(
            "what ticket-creation did not do comes again",
            [Wire::PartialBatch("ticket-creation".to_owned())],
            &["faults::what_each_function_of_a_queue_fails_at_once_is_done_later"],
        )
        .of_the_few(),
        at_the_wire(
            "what status-updates did not do comes again",
            [Wire::PartialBatch("status-updates".to_owned())],
            &["statuses::a_status_that_cannot_be_stored_at_first_is_stored_later"],
        ),
        at_the_wire(
            "what account-events did not do comes again",
            [Wire::PartialBatch("account-events".to_owned())],
            &["dead_letters::\
               a_poisonous_job_is_put_aside_with_its_reason_while_the_other_nine_of_its_batch_are_done"],
        ),
        at_the_wire(
            "a message of Meta's is one however often and by how many it comes",
            [
                condition("Put MESSAGE if attribute_not_exists(pk)"),
                condition("Put THREAD MESSAGE if attribute_not_exists(pk)"),
                condition("Put TICKET if version = :read"),
            ],
            &["batches::forty_posts_at_once_of_the_same_five_messages_make_one_ticket_with_five_messages"],
        )
        .of_the_few(),
        at_the_wire(
            "two who write at once make one contact",
            [
                condition("Put IDENTITY if attribute_not_exists(pk)"),
                condition("Put PHONE if attribute_not_exists(pk)"),
                condition("Put PHONE if version = :read"),
            ],
            &["races::a_person_who_comes_by_two_writings_at_once_is_one"],
        ),
        at_the_wire(
            "no more is accepted than the allowance has room for",
            [condition(
                "Update ALLOWANCE TAKEN SET taken = if_not_exists(taken, :none) + :more, most = :most \
                 if attribute_not_exists(taken) OR taken <= :room",
            )],
            &["counting::of_64_at_once_over_two_accounts_with_10_left_exactly_10_are_accepted"],
        )
        .of_the_few(),
    ]
}

fn at_the_wire<const N: usize>(name: &'static str, gone: [Wire; N], tests: &'static [&'static str]) -> Guard {
    let way = Way::AtTheWire(Vec::from(gone));
    Guard { name, way, tests: acceptance(tests), covers: &[], stands_for_its_kind: false, is_deadline: false }
}

fn condition(about: &str) -> Wire {
    Wire::Condition(about.to_owned())
}
