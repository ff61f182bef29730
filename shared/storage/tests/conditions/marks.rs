//! Marks of what waits for a time, and counts that several move at once.

use domain::allowance::LedgerEntry;
use domain::audit::Month;
use domain::notice::About;
use domain::{BlockId, Gap, GapKind, Portfolio};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use storage::directory::{Due, Work};
use storage::held::Held;
use storage::starts::{Beginning, Begun};
use storage::statuses::Parked;
use storage::{Directory, ReserveError, Table};
use uuid::Uuid;

use crate::samples::*;
use crate::table::{now, table};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

async fn due(table: &Table, until: Timestamp) -> Vec<Due> {
    let directory = Directory::new(table.clone());
    let mut all = Vec::new();
    for shard in 0..Directory::DUE_SHARDS {
        all.extend(directory.due(shard, until, 10).await.unwrap());
    }
    all
}

#[tokio::test]
async fn a_mark_that_somebody_has_moved_stays_where_they_put_it() {
    let table = table().await;
    let (tenancy, directory) = (table.of(tenant_id(TENANT)), Directory::new(table.clone()));
    tenancy.mark_due(channel_id(), contact_id(7), now()).await.unwrap();
    let [read] = due(&table, now()).await[..] else { panic!("one mark") };
    tenancy.mark_due(channel_id(), contact_id(7), now() + MINUTE).await.unwrap();

    assert!(!directory.look_again(&read, now() + 9 * MINUTE).await.unwrap());

    let [moved] = due(&table, now() + 20 * MINUTE).await[..] else { panic!("one mark") };
    assert_eq!(moved.at, now() + MINUTE);
    assert!(directory.look_again(&moved, now() + 9 * MINUTE).await.unwrap());
    assert_eq!(due(&table, now() + 20 * MINUTE).await[0].at, now() + 9 * MINUTE);
}

#[tokio::test]
async fn nobody_looks_for_a_file_that_nobody_waits_for() {
    let table = table().await;
    let tenancy = table.of(tenant_id(TENANT));
    let (thread, position) = (message(1).thread_id, message(1).position);
    tenancy.connect(&mut channel(TENANT), &domain::Sealed::from(vec![1]), None).await.unwrap();
    write(&tenancy, |transaction| transaction.create_message(&message(1))).await.unwrap();

    assert!(!tenancy.look_for_file(thread, position, now()).await.unwrap());
    let held = tenancy.hold_file(&channel(TENANT), thread, position, now()).await;
    let gone = message(2).position;
    assert!(!tenancy.look_for_file(thread, gone, now()).await.unwrap());
    tenancy.release(channel_id(), &Held::File { thread_id: thread, position: gone }, now()).await.unwrap();

    assert!(is_conflict(&held));
    // Connecting has left the mark of the daily look for gaps.
    assert!(due(&table, now() + MINUTE).await.iter().all(|due| due.work == Work::GapCheck));
    assert!(tenancy.message_in(thread, gone).await.unwrap().is_none());
}

#[tokio::test]
async fn a_status_that_was_applied_meanwhile_leaves_nothing() {
    let tenancy = table().await.of(tenant_id(TENANT));
    let (alias, parked) = (message(1).id, Parked { status: "read".into(), at: now(), failure: None });
    tenancy.park_status(alias, &parked, now()).await.unwrap();
    tenancy.unpark_status(alias, &parked).await.unwrap();
    assert!(!tenancy.leave_parked(alias, &parked).await.unwrap());
    assert!(tenancy.parked_statuses(alias).await.unwrap().is_empty());
    tenancy.park_status(alias, &parked, now()).await.unwrap();
    assert!(tenancy.leave_parked(alias, &parked).await.unwrap());
    assert!(!tenancy.leave_parked(alias, &parked).await.unwrap());
}

#[tokio::test]
async fn a_gap_that_several_find_at_once_is_told_once() {
    let tenancy = table().await.of(tenant_id(TENANT));
    for number in 0..10 {
        let kind = GapKind::ThreadWithoutTicket;
        let thread_id = Some(Uuid::from_u128(number).into());
        let gap = [Gap { kind, message_id: None, thread_id, since: now(), found_at: now() }];
        let found = join_all((0..4).map(|_| tenancy.record_gaps(&gap))).await;
        assert!(found.iter().all(|found| found.is_ok() || is_conflict(found)), "{found:?}");
    }
    let told = tenancy.notices(Month::of(now()), 10, None).await.unwrap().data;
    assert_eq!(told.iter().map(|notice| &notice.about).collect::<Vec<_>>(), [&About::GapsFound { count: 10 }]);
}

#[tokio::test]
async fn a_period_is_turned_once() {
    let tenancy = table().await.of(tenant_id(TENANT));
    let (first, next) = (period(now()), period(now() + SignedDuration::from_hours(30 * 24)));
    assert!(!tenancy.turn_period(first.ends_at, &next, now()).await.unwrap(), "nobody has set the tenant up");
    tenancy.create_tenant(&tenant(), &first).await.unwrap();
    assert!(tenancy.turn_period(first.ends_at, &next, now()).await.unwrap());
    assert!(!tenancy.turn_period(first.ends_at, &next, now()).await.unwrap());
}

async fn begin(tenancy: &storage::Tenancy, number: u128, limit: u32, last: Option<Begun>) -> Result<(), ReserveError> {
    hold(tenancy, number, number + 100, &Beginning::New { last, limit }).await
}

async fn hold(tenancy: &storage::Tenancy, number: u128, by: u128, beginning: &Beginning) -> Result<(), ReserveError> {
    let mut transaction = tenancy.transaction();
    transaction.hold_place(contact_id(number), beginning, &mut [message(by)], now());
    transaction.commit_reserving().await
}

#[tokio::test]
async fn no_more_conversations_are_begun_than_may_be_and_each_once() {
    let tenancy = table().await.of(tenant_id(TENANT));
    let none = begin(&tenancy, 1, 0, None).await;
    assert!(matches!(none, Err(ReserveError::TooManyBegun)));
    begin(&tenancy, 1, 2, None).await.unwrap();
    // Messages of their own: nothing but what they have read is in their way.
    let again = hold(&tenancy, 1, 111, &Beginning::New { last: None, limit: 9 }).await;
    assert!(matches!(again, Err(ReserveError::Commit(_))), "{again:?}");
    let another = Begun { at: now() - MINUTE, begun_by: message(55).id, holders: 1 };
    let of_another_time = hold(&tenancy, 1, 112, &Beginning::New { last: Some(another), limit: 9 }).await;
    assert!(matches!(of_another_time, Err(ReserveError::Commit(_))), "{of_another_time:?}");
    begin(&tenancy, 2, 2, None).await.unwrap();
    assert!(matches!(begin(&tenancy, 3, 2, None).await, Err(ReserveError::TooManyBegun)));
}

#[tokio::test]
async fn a_place_is_free_when_the_last_that_held_it_has_left_and_is_left_once() {
    let tenancy = table().await.of(tenant_id(TENANT));
    begin(&tenancy, 1, 1, None).await.unwrap();
    let first = message(101).id;
    let begun = tenancy.last_begun_with(contact_id(1)).await.unwrap().unwrap();
    hold(&tenancy, 1, 102, &Beginning::Holds(begun)).await.unwrap();
    let read = async || tenancy.place_held(contact_id(1), first).await.unwrap();
    let of_two = read().await.unwrap();
    let leave = |place| write(&tenancy, move |transaction| transaction.leave_place(contact_id(1), place));
    leave(of_two).await.unwrap();
    assert!(is_conflict(&leave(of_two).await));
    assert!(matches!(begin(&tenancy, 2, 1, None).await, Err(ReserveError::TooManyBegun)));

    let last = read().await.unwrap();
    leave(last).await.unwrap();
    assert!(is_conflict(&leave(last).await));
    assert_eq!(read().await, None);
    let too_late = hold(&tenancy, 1, 103, &Beginning::Holds(begun)).await;
    assert!(matches!(too_late, Err(ReserveError::Commit(_))), "{too_late:?}");
    begin(&tenancy, 2, 1, None).await.unwrap();
    // Begun anew it is another place.
    let empty = tenancy.last_begun_with(contact_id(1)).await.unwrap();
    hold(&tenancy, 1, 104, &Beginning::New { last: empty, limit: 2 }).await.unwrap();
    assert_eq!(read().await, None);
}

#[tokio::test]
async fn a_place_whose_window_is_over_gives_nothing_back() {
    let tenancy = table().await.of(tenant_id(TENANT));
    begin(&tenancy, 1, 1, None).await.unwrap();
    let open = tenancy.place_held(contact_id(1), message(101).id).await.unwrap().unwrap();
    assert!(tenancy.end_starts(now()).await.unwrap());
    let leave = |place| write(&tenancy, move |transaction| transaction.leave_place(contact_id(1), place));
    assert!(is_conflict(&leave(open).await), "it counts no more");
    let over = tenancy.place_held(contact_id(1), message(101).id).await.unwrap().unwrap();
    leave(over).await.unwrap();
    begin(&tenancy, 2, 1, None).await.unwrap();
    assert!(matches!(begin(&tenancy, 3, 1, None).await, Err(ReserveError::TooManyBegun)));
}

#[tokio::test]
async fn what_arrives_after_all_takes_its_place_again_once_and_whatever_the_limit() {
    let tenancy = table().await.of(tenant_id(TENANT));
    begin(&tenancy, 1, 1, None).await.unwrap();
    let first = message(101).id;
    let held = tenancy.place_held(contact_id(1), first).await.unwrap().unwrap();
    write(&tenancy, |transaction| transaction.leave_place(contact_id(1), held)).await.unwrap();
    begin(&tenancy, 2, 1, None).await.unwrap();

    let over = tenancy.place_left(contact_id(1), first, now() + Portfolio::WINDOW).await.unwrap();
    assert_eq!(over, None);
    let left = tenancy.place_left(contact_id(1), first, now() + MINUTE).await.unwrap().unwrap();
    let again = || write(&tenancy, move |transaction| transaction.return_to_place(contact_id(1), left));
    again().await.unwrap();
    assert!(is_conflict(&again().await));
    assert!(tenancy.place_held(contact_id(1), first).await.unwrap().is_some());
    assert!(matches!(begin(&tenancy, 3, 2, None).await, Err(ReserveError::TooManyBegun)));
    begin(&tenancy, 3, 3, None).await.unwrap();
}

#[tokio::test]
async fn what_several_take_out_at_once_is_taken_out_once() {
    let tenancy = table().await.of(tenant_id(TENANT));
    for number in 1..=3 {
        begin(&tenancy, number, 3, None).await.unwrap();
    }
    for ended in join_all((0..8).map(|_| tenancy.end_starts(now()))).await {
        ended.unwrap();
    }
    for number in 4..=6 {
        begin(&tenancy, number, 3, None).await.unwrap();
    }
    assert!(matches!(begin(&tenancy, 7, 3, None).await, Err(ReserveError::TooManyBegun)));
}

#[tokio::test]
async fn what_several_give_back_at_once_is_given_back_once() {
    let tenancy = table().await.of(tenant_id(TENANT));
    let period = period(now()).id;
    let block = BlockId::from(Uuid::from_u128(1));
    for (id, count) in [(block, 5), (Uuid::from_u128(2).into(), 5)] {
        let mut transaction = tenancy.transaction();
        transaction.reserve(period, &[LedgerEntry::of_block(id, period, count, now())], 10);
        transaction.commit_reserving().await.unwrap();
    }
    join_all((0..8).map(|_| tenancy.give_back(period, block, now()))).await;
    assert_eq!(tenancy.counted(period).await.unwrap().usage.reserved, 5);
}
