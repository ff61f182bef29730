//! A conversation's latest ticket, its work, and what waits for a number.

use std::collections::BTreeSet;

use domain::{DeferredReply, Session};
use jiff::SignedDuration;
use storage::conversations::Conversation;
use storage::held::Held;
use storage::messages::Whereabouts;
use storage::outbox::{Beside, Deferred, Latest};
use storage::{CommitError, DeferredPlace, Tenancy};

use crate::samples::*;
use crate::table::{now, table};

async fn tenancy() -> Tenancy {
    table().await.of(tenant_id(TENANT))
}

async fn advance(tenancy: &Tenancy, read: Option<u128>, next: u128) -> Result<(), CommitError> {
    let (read, next) = (read.map(ticket_id), ticket_id(next));
    write(tenancy, |transaction| transaction.advance_conversation(channel_id(), contact_id(7), read, next, None)).await
}

async fn latest(tenancy: &Tenancy) -> Option<domain::TicketId> {
    tenancy.conversation(channel_id(), contact_id(7)).await.unwrap().ticket_id
}

#[tokio::test]
async fn a_conversation_goes_on_from_the_ticket_that_was_read() {
    let tenancy = tenancy().await;
    advance(&tenancy, None, 1).await.unwrap();
    assert!(is_conflict(&advance(&tenancy, None, 2).await));
    advance(&tenancy, Some(1), 2).await.unwrap();
    assert!(is_conflict(&advance(&tenancy, Some(1), 3).await));
    let nudged = write(&tenancy, |transaction| {
        transaction.advance_conversation(channel_id(), contact_id(7), Some(ticket_id(1)), ticket_id(3), Some(now()));
    });
    assert!(is_conflict(&nudged.await));
    let anew = write(&tenancy, |transaction| {
        transaction.advance_conversation(channel_id(), contact_id(7), None, ticket_id(3), Some(now()));
    });
    assert!(is_conflict(&anew.await));
    assert_eq!(latest(&tenancy).await, Some(ticket_id(2)));
}

#[tokio::test]
async fn a_message_that_begins_a_ticket_makes_it_the_latest_after_the_one_that_was_read() {
    let tenancy = tenancy().await;
    let enter = async |read: Option<u128>, deferred: Deferred| {
        let beside = Beside { latest: Latest::Becomes { read: read.map(ticket_id) }, deferred, counted: None };
        write(&tenancy, |transaction| transaction.enter_outbox_and(&[message(1)], now(), beside)).await
    };
    let place = DeferredPlace { message_id: message(1).id, thread_id: message(1).thread_id };
    advance(&tenancy, None, 2).await.unwrap();
    for deferred in [Deferred::Same, Deferred::Waits(place), Deferred::Over(place)] {
        assert!(is_conflict(&enter(None, deferred).await), "{deferred:?}");
        assert!(is_conflict(&enter(Some(3), deferred).await), "{deferred:?}");
    }
    enter(Some(2), Deferred::Waits(place)).await.unwrap();
    assert_eq!(latest(&tenancy).await, Some(ticket_id(1)));
}

#[tokio::test]
async fn a_session_is_counted_once_by_whichever_thread_and_the_next_one_anew() {
    let tenancy = tenancy().await;
    let session = Session::opened_by(now());
    let count = async |number: u128, latest: Latest, session: Session| {
        let beside = Beside { latest, counted: Some(session), ..Beside::default() };
        write(&tenancy, |transaction| transaction.enter_outbox_and(&[message(number)], now(), beside)).await
    };
    count(1, Latest::Becomes { read: None }, session).await.unwrap();
    let longer = session.extended_by(now() + SignedDuration::from_hours(23));
    for again in [session, longer] {
        assert!(is_conflict(&count(2, Latest::Stays, again).await));
        assert!(is_conflict(&count(2, Latest::Becomes { read: Some(ticket_id(1)) }, again).await));
    }
    let counted_until = async || tenancy.conversation(channel_id(), contact_id(7)).await.unwrap().counted_until;
    assert_eq!(counted_until().await, Some(session.expires_at()));

    let next = Session::opened_by(session.expires_at());
    count(3, Latest::Stays, next).await.unwrap();
    assert_eq!(counted_until().await, Some(next.expires_at()));
}

#[tokio::test]
async fn conversations_are_joined_and_parted_as_they_were_read() {
    let tenancy = tenancy().await;
    let (merged, other) = (BTreeSet::from([contact_id(8)]), Conversation::default());
    let place = DeferredPlace { message_id: message(1).id, thread_id: message(1).thread_id };
    let counted_until = Some(now());
    let waiting = Conversation { deferred: BTreeSet::from([place]), counted_until, ..Conversation::default() };
    let join = async |read: Option<u128>, other: &Conversation| {
        let read = read.map(ticket_id);
        let next = ticket_id(5);
        write(&tenancy, |it| it.join_conversation(channel_id(), contact_id(7), (read, next), &merged, other, None))
            .await
    };
    let part = async |read: u128, next: Option<u128>| {
        let (read, next) = (ticket_id(read), next.map(ticket_id));
        write(&tenancy, |it| it.part_conversation(channel_id(), contact_id(7), read, next, &merged)).await
    };
    advance(&tenancy, None, 1).await.unwrap();
    for other in [&other, &waiting] {
        assert!(is_conflict(&join(None, other).await) && is_conflict(&join(Some(2), other).await));
    }
    join(Some(1), &waiting).await.unwrap();
    let joined = tenancy.conversation(channel_id(), contact_id(7)).await.unwrap();
    assert_eq!((joined.deferred, joined.counted_until), (waiting.deferred.clone(), counted_until));
    assert!(is_conflict(&part(1, None).await) && is_conflict(&part(1, Some(2)).await));
    part(5, Some(1)).await.unwrap();
    assert_eq!(latest(&tenancy).await, Some(ticket_id(1)));
}

#[tokio::test]
async fn nobody_says_that_nothing_waits_once_something_was_accepted() {
    let tenancy = tenancy().await;
    write(&tenancy, |transaction| transaction.enter_outbox(&[message(1)], now())).await.unwrap();
    let read = tenancy.conversation(channel_id(), contact_id(7)).await.unwrap();
    write(&tenancy, |transaction| transaction.enter_outbox(&[message(2)], now())).await.unwrap();
    assert!(!tenancy.clear_due(channel_id(), contact_id(7), &read).await.unwrap());
    let read = tenancy.conversation(channel_id(), contact_id(7)).await.unwrap();
    assert!(tenancy.clear_due(channel_id(), contact_id(7), &read).await.unwrap());
}

#[tokio::test]
async fn where_nothing_was_ever_accepted_nothing_waits() {
    let tenancy = tenancy().await;
    let rest = async || {
        let read = tenancy.conversation(channel_id(), contact_id(7)).await.unwrap();
        tenancy.clear_due(channel_id(), contact_id(7), &read).await.unwrap()
    };
    assert!(rest().await);
    advance(&tenancy, None, 1).await.unwrap();
    assert!(rest().await);
}

#[tokio::test]
async fn a_message_that_is_sent_again_meanwhile_keeps_its_place() {
    let tenancy = tenancy().await;
    write(&tenancy, |transaction| transaction.create_message(&message(1))).await.unwrap();
    write(&tenancy, |transaction| transaction.enter_outbox(&[message(1)], now())).await.unwrap();
    let mut changed = message(1);
    tenancy.save_message(&mut changed).await.unwrap();
    assert!(is_conflict(&tenancy.leave_outbox(&message(1)).await));
    assert!(tenancy.next_in_outbox(channel_id(), contact_id(7)).await.unwrap().is_some());
    tenancy.leave_outbox(&changed).await.unwrap();
    assert!(tenancy.next_in_outbox(channel_id(), contact_id(7)).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_waits_for_a_number_that_may_send_by_now() {
    let tenancy = tenancy().await;
    tenancy.connect(&mut channel(TENANT), &domain::Sealed::from(vec![1]), None).await.unwrap();
    let mut changed = channel(TENANT);
    tenancy.save_channel(&mut changed, None).await.unwrap();
    let read = Conversation::default();
    assert!(is_conflict(&tenancy.hold_conversation(&channel(TENANT), contact_id(7), &read, now()).await));
    tenancy.hold_conversation(&changed, contact_id(7), &read, now()).await.unwrap();
}

#[tokio::test]
async fn nobody_waits_for_a_number_past_what_was_accepted_meanwhile() {
    let tenancy = tenancy().await;
    tenancy.connect(&mut channel(TENANT), &domain::Sealed::from(vec![1]), None).await.unwrap();
    write(&tenancy, |transaction| transaction.enter_outbox(&[message(1)], now())).await.unwrap();
    let read = tenancy.conversation(channel_id(), contact_id(7)).await.unwrap();
    write(&tenancy, |transaction| transaction.enter_outbox(&[message(2)], now())).await.unwrap();
    assert!(is_conflict(&tenancy.hold_conversation(&channel(TENANT), contact_id(7), &read, now()).await));
    let read = tenancy.conversation(channel_id(), contact_id(7)).await.unwrap();
    tenancy.hold_conversation(&channel(TENANT), contact_id(7), &read, now()).await.unwrap();
}

#[tokio::test]
async fn those_who_wait_for_a_number_have_their_turn_one_after_the_other() {
    let tenancy = tenancy().await;
    tenancy.connect(&mut channel(TENANT), &domain::Sealed::from(vec![1]), None).await.unwrap();
    let next = async |last: Option<u128>| tenancy.next_held(channel_id(), last.map(contact_id)).await.unwrap();
    let held = |number| Some(Held::Conversation { contact_id: contact_id(number) });
    assert_eq!((next(None).await, next(Some(7)).await), (None, None));
    for number in [7, 9] {
        let read = Conversation::default();
        tenancy.hold_conversation(&channel(TENANT), contact_id(number), &read, now()).await.unwrap();
    }
    assert_eq!((next(None).await, next(Some(7)).await, next(Some(9)).await), (held(7), held(9), held(7)));
    // Whoever had the last turn need not wait any more.
    assert_eq!((next(Some(8)).await, next(Some(10)).await), (held(9), held(7)));
}

#[tokio::test]
async fn what_shows_before_its_message_keeps_its_place() {
    let tenancy = tenancy().await;
    let place = Whereabouts::from(&message(1));
    write(&tenancy, |it| it.enter_outbox(&[message(1)], now())).await.unwrap();
    write(&tenancy, |it| it.create_message(&message(1))).await.unwrap();
    assert!(is_conflict(&tenancy.clear_outbox(channel_id(), contact_id(7), &place).await));
    assert_eq!(tenancy.next_in_outbox(channel_id(), contact_id(7)).await.unwrap(), Some(place));
}

#[tokio::test]
async fn what_shows_before_its_reply_waits_on() {
    let tenancy = tenancy().await;
    let reply = DeferredReply::new(message(1).id, message(1).thread_id, ben(), Vec::new(), None, now());
    let place = DeferredPlace::from(&reply);
    let beside = Beside { deferred: Deferred::Waits(place), ..Beside::default() };
    write(&tenancy, |it| it.enter_outbox_and(&[message(1)], now(), beside)).await.unwrap();
    let waits = async || tenancy.conversation(channel_id(), contact_id(7)).await.unwrap().deferred.contains(&place);
    write(&tenancy, |it| it.create_deferred_reply(&reply)).await.unwrap();
    assert!(is_conflict(&tenancy.forget_missing_deferred(channel_id(), contact_id(7), place).await) && waits().await);
    let missing = DeferredPlace { message_id: message(9).id, ..place };
    tenancy.forget_missing_deferred(channel_id(), contact_id(7), missing).await.unwrap();
    assert!(waits().await);
    tenancy.forget_deferred(channel_id(), contact_id(7), place).await.unwrap();
    assert!(!waits().await);
}

#[tokio::test]
async fn what_waits_behind_a_message_is_found_whether_that_is_done_with_or_not() {
    let tenancy = tenancy().await;
    let place = |number| Whereabouts::from(&message(number));
    let behind = async |last: Option<u128>| {
        tenancy.next_in_outbox_behind(channel_id(), contact_id(7), last.map(place)).await.unwrap()
    };
    write(&tenancy, |it| it.enter_outbox(&[message(1), message(2), message(3)], now())).await.unwrap();
    tenancy.clear_outbox(channel_id(), contact_id(7), &place(2)).await.unwrap();
    for last in [Some(1), Some(2)] {
        assert_eq!(behind(last).await, Some(place(3)));
    }
    assert_eq!((behind(None).await, behind(Some(3)).await), (Some(place(1)), None));
}
