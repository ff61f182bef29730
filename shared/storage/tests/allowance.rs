//! The count of an allowance against a table that keeps DynamoDB's conditions and transactions.

#![expect(clippy::unwrap_used, reason = "this is all tests")]

mod table;

use domain::allowance::{ChargeState, LedgerEntry, Period, PeriodId, Reason, Threshold, Usage, zone};
use domain::audit::Month;
use domain::delivery::{Delivery, Report};
use domain::message::Direction;
use domain::notice::About;
use domain::{BlockId, Content, Failure, Identity, Message, Notice, Position, UserId};
use futures::future::join_all;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::contextualize_config;
use storage::{ReserveError, Tenancy};
use table::{now, table};
use uuid::Uuid;

/// A tenant's part of a new, empty table.
async fn tenancy() -> Tenancy {
    table().await.of(Uuid::from_u128(1).into())
}

fn period() -> PeriodId {
    whole_period().id
}

fn whole_period() -> Period {
    Period::at(28, &zone("Europe/Berlin"), now())
}

fn message(number: u128) -> Message {
    let author = UserId::try_from("usr_ben".to_owned()).unwrap();
    let mut delivery = Delivery::queued(now());
    delivery.charge_to(period());
    Message {
        id: Uuid::from_u128(number).into(),
        thread_id: Uuid::from_u128(5).into(),
        channel_id: Uuid::from_u128(6).into(),
        contact_id: Uuid::from_u128(7).into(),
        position: Position::new(now(), u64::try_from(number).unwrap()),
        sent_at: now(),
        content: Content::Text { text: "your parcel is here".into() },
        reply_to: None,
        wamid: None,
        trace_id: None,
        direction: Direction::Outgoing { to: Identity::Phone("15550100001".into()), author, delivery },
        version: 0,
    }
}

fn line(message: &Message) -> LedgerEntry {
    LedgerEntry::of_message(message, period(), Reason::OutsideSession)
}

async fn accept(tenancy: &Tenancy, message: &Message, limit: u32) -> Result<(), ReserveError> {
    let mut transaction = tenancy.transaction();
    transaction.create_message(message);
    transaction.reserve(period(), &[line(message)], limit);
    transaction.commit_reserving().await
}

/// What a status does, as whoever applies it does it.
async fn report(tenancy: &Tenancy, message: &mut Message, report: &Report) -> Result<(), ReserveError> {
    let mut changed = message.clone();
    let delivery = changed.delivery_mut().unwrap();
    delivery.report(report, now());
    let settlement = delivery.settle_charge();
    let mut transaction = tenancy.transaction();
    transaction.save_message(&mut changed);
    if let Some(settlement) = settlement {
        transaction.settle_charge(&changed, settlement);
    }
    transaction.commit_reserving().await?;
    *message = changed;
    Ok(())
}

fn failed() -> Report {
    Report::Failed(Failure { code: "131026".into(), reason: "undeliverable".into(), advice: "call".into() })
}

async fn usage(tenancy: &Tenancy) -> (u64, u64) {
    let Usage { used, reserved } = tenancy.counted(period()).await.unwrap().usage;
    (used, reserved)
}

async fn ledger(tenancy: &Tenancy) -> Vec<LedgerEntry> {
    tenancy.ledger(period(), 100, None).await.unwrap().data
}

/// What the lines add up to, as (used, reserved).
async fn sums(tenancy: &Tenancy) -> (u64, u64) {
    let lines = ledger(tenancy).await;
    let sum = |state| lines.iter().filter(|line| line.state == state).map(LedgerEntry::counts).sum();
    (sum(ChargeState::Used), sum(ChargeState::Reserved))
}

fn is_exhausted(result: &Result<(), ReserveError>) -> bool {
    matches!(result, Err(ReserveError::Exhausted))
}

#[tokio::test]
async fn of_64_at_once_with_10_left_exactly_10_are_accepted() {
    let tenancy = tenancy().await;
    let messages: Vec<Message> = (1..=64).map(message).collect();

    let results = join_all(messages.iter().map(|message| accept(&tenancy, message, 10))).await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10);
    assert!(results.iter().all(|result| result.is_ok() || is_exhausted(result)), "{results:?}");
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 10), (0, 10)));
    for (message, result) in messages.iter().zip(results) {
        assert_eq!(tenancy.message(message.id).await.unwrap().is_some(), result.is_ok());
    }
}

#[tokio::test]
async fn an_allowance_of_nothing_takes_nothing_and_more_than_all_of_it_never_fits() {
    let tenancy = tenancy().await;
    assert!(is_exhausted(&accept(&tenancy, &message(1), 0).await));
    let mut two = tenancy.transaction();
    two.reserve(period(), &[line(&message(1)), line(&message(2))], 1);
    assert!(is_exhausted(&two.commit_reserving().await));
    assert!(accept(&tenancy, &message(1), 1).await.is_ok());
    assert!(is_exhausted(&accept(&tenancy, &message(2), 1).await));
}

#[tokio::test]
async fn a_message_that_is_there_already_is_a_conflict_and_changes_nothing_even_at_the_limit() {
    let tenancy = tenancy().await;
    accept(&tenancy, &message(1), 1).await.unwrap();
    for limit in [1, 10] {
        let again = accept(&tenancy, &message(1), limit).await;
        assert!(matches!(again, Err(ReserveError::Commit(_))), "{again:?}");
    }
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 1), (0, 1)));
}

#[tokio::test]
async fn a_message_is_used_when_it_is_sent_and_given_back_when_it_turns_out_not_to_be() {
    let tenancy = tenancy().await;
    let (mut sent, mut refused) = (message(1), message(2));
    accept(&tenancy, &sent, 10).await.unwrap();
    accept(&tenancy, &refused, 10).await.unwrap();

    report(&tenancy, &mut sent, &Report::Sent).await.unwrap();
    report(&tenancy, &mut refused, &failed()).await.unwrap();
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((1, 0), (1, 0)));
    let lines = ledger(&tenancy).await;
    assert_eq!((lines[0].used_at, lines[0].reversal.clone()), (Some(now()), None));
    assert_eq!(lines[1].reversal.as_ref().map(|it| it.reason.as_str()), Some("131026"));

    report(&tenancy, &mut sent, &failed()).await.unwrap();
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 0), (0, 0)));
}

#[tokio::test]
async fn the_same_report_twice_at_once_counts_once() {
    let tenancy = tenancy().await;
    let mut message = message(1);
    accept(&tenancy, &message, 10).await.unwrap();
    let mut copy = message.clone();

    let (one, other) =
        tokio::join!(report(&tenancy, &mut message, &Report::Sent), report(&tenancy, &mut copy, &Report::Delivered));

    assert!(one.is_ok() != other.is_ok());
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((1, 0), (1, 0)));
}

#[tokio::test]
async fn what_was_given_back_is_taken_again_only_while_there_is_room() {
    let tenancy = tenancy().await;
    let (mut first, mut second) = (message(1), message(2));
    accept(&tenancy, &first, 1).await.unwrap();
    report(&tenancy, &mut first, &failed()).await.unwrap();
    accept(&tenancy, &second, 1).await.unwrap();

    assert!(is_exhausted(&report(&tenancy, &mut first, &Report::Delivered).await));
    assert_eq!(usage(&tenancy).await, (0, 1));

    report(&tenancy, &mut second, &failed()).await.unwrap();
    report(&tenancy, &mut first, &Report::Delivered).await.unwrap();
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((1, 0), (1, 0)));
    assert_eq!(ledger(&tenancy).await[0].reversal, None);
}

#[tokio::test]
async fn a_campaign_takes_what_it_has_set_aside_and_gives_the_rest_back_once() {
    let tenancy = tenancy().await;
    let block: BlockId = Uuid::from_u128(99).into();
    let mut aside = tenancy.transaction();
    aside.reserve(period(), &[LedgerEntry::of_block(block, period(), 8, now())], 10);
    aside.commit_reserving().await.unwrap();
    assert_eq!(usage(&tenancy).await, (0, 8));

    let messages: Vec<Message> = (1..=12).map(message).collect();
    let take = async |message: &Message| {
        let mut transaction = tenancy.transaction();
        transaction.create_message(message);
        transaction.reserve_from(period(), block, &[line(message)]);
        transaction.commit_reserving().await
    };
    // Others have the two that are left.
    let (own, others) = messages.split_at(5);
    join_all(own.iter().map(take)).await.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
    let results = join_all(others.iter().map(|message| accept(&tenancy, message, 10))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 10), (0, 10)));

    assert_eq!(tenancy.give_back(period(), block, now()).await.unwrap(), 3);
    assert_eq!(tenancy.give_back(period(), block, now()).await.unwrap(), 0);
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 7), (0, 7)));
    assert!(is_exhausted(&take(&message(20)).await));
}

#[tokio::test]
async fn what_is_set_aside_is_held_back_until_it_is_given_back_even_if_all_of_it_was_used() {
    let tenancy = tenancy().await;
    let block: BlockId = Uuid::from_u128(99).into();
    let is_held_back = async |wanted| tenancy.counted(period()).await.unwrap().holds_back(wanted, 2);
    accept(&tenancy, &message(1), 2).await.unwrap();
    assert!(!is_held_back(2).await, "nobody holds what was used up");
    let mut aside = tenancy.transaction();
    aside.reserve(period(), &[LedgerEntry::of_block(block, period(), 1, now())], 2);
    aside.commit_reserving().await.unwrap();
    assert!(is_held_back(1).await);

    let message = message(2);
    let mut transaction = tenancy.transaction();
    transaction.create_message(&message);
    transaction.reserve_from(period(), block, &[line(&message)]);
    transaction.commit_reserving().await.unwrap();
    assert!(is_held_back(1).await);
    assert_eq!(tenancy.give_back(period(), block, now()).await.unwrap(), 0);
    assert!(!is_held_back(1).await);
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 2), (0, 2)));
}

#[tokio::test]
async fn a_block_never_gives_more_than_it_has() {
    let tenancy = tenancy().await;
    let block: BlockId = Uuid::from_u128(99).into();
    let mut aside = tenancy.transaction();
    aside.reserve(period(), &[LedgerEntry::of_block(block, period(), 3, now())], 10);
    aside.commit_reserving().await.unwrap();

    let messages: Vec<Message> = (1..=16).map(message).collect();
    let results = join_all(messages.iter().map(async |message| {
        let mut transaction = tenancy.transaction();
        transaction.create_message(message);
        transaction.reserve_from(period(), block, &[line(message)]);
        transaction.commit_reserving().await
    }))
    .await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    assert_eq!((usage(&tenancy).await, sums(&tenancy).await), ((0, 3), (0, 3)));
}

#[tokio::test]
async fn each_warning_is_given_once_and_outlives_what_is_counted_later() {
    let tenancy = tenancy().await;
    assert!(tenancy.warn(&whole_period(), Threshold::ThreeQuarters, now()).await.unwrap());
    assert!(
        !tenancy.warn(&whole_period(), Threshold::ThreeQuarters, now() + SignedDuration::from_secs(1)).await.unwrap()
    );
    accept(&tenancy, &message(1), 10).await.unwrap();
    let counted = tenancy.counted(period()).await.unwrap();
    assert_eq!(counted.warned_at(Threshold::ThreeQuarters), Some(now()));
    assert_eq!((counted.warned_at(Threshold::All), counted.usage.taken()), (None, 1));
    let heard = tenancy.notices(Month::of(now()), 10, None).await.unwrap().data;
    let about = About::AllowanceReached { percent: 75, resets_at: whole_period().ends_at };
    assert_eq!(heard, [Notice { at: now(), about }]);
}

#[tokio::test]
async fn a_ledger_is_read_in_pages() {
    let tenancy = tenancy().await;
    for number in 1..=5 {
        accept(&tenancy, &message(number), 10).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = tenancy.ledger(period(), 2, after.as_ref()).await.unwrap();
        seen.extend(page.data);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ledger(&tenancy).await);
    assert_eq!(seen.len(), 5);
}

proptest! {
    #![proptest_config(contextualize_config(ProptestConfig::with_cases(24)))]

    /// Each step is done by somebody who read an old copy, or twice, or not at all.
    #[test]
    fn whatever_is_done_twice_late_or_never_the_lines_add_up_to_the_count(
        steps in prop::collection::vec((0usize..6, 0usize..6, any::<bool>()), 1..40), limit in 1u32..5,
    ) {
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        executor.block_on(async {
            let tenancy = tenancy().await;
            let mut copies: Vec<Message> = (1..=6).map(message).collect();
            for (which, what, from_an_old_copy) in steps {
                let reports = [Report::Sent, Report::Delivered, Report::Read, failed(), failed()];
                let stored = tenancy.message(copies[which].id).await.unwrap();
                match (stored, reports.get(what)) {
                    (None, _) | (_, None) => drop(accept(&tenancy, &message(which as u128 + 1), limit).await),
                    (Some(stored), Some(said)) => {
                        let mut message = if from_an_old_copy { copies[which].clone() } else { stored };
                        if report(&tenancy, &mut message, said).await.is_ok() && which % 2 == 0 {
                            copies[which] = message;
                        }
                    }
                }
                let (used, reserved) = usage(&tenancy).await;
                assert!(used + reserved <= u64::from(limit));
                assert_eq!((used, reserved), sums(&tenancy).await);
            }
        });
    }
}
