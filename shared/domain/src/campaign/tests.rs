use uuid::Uuid;

use super::*;
use crate::ids::{ContactId, MessageId};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a timestamp")
}

fn ben() -> UserId {
    UserId::try_from("ben".to_owned()).expect("a user id")
}

fn campaign(recipients: u32) -> Campaign {
    let template = CampaignTemplate {
        name: "offer".into(),
        language: "en".into(),
        category: None,
        variables: BTreeMap::new(),
        header: None,
    };
    Campaign::new(Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), template, recipients, ben(), at(0))
}

fn message(n: u128) -> MessageId {
    Uuid::from_u128(n).into()
}

/// A slice whose people get messages with these numbers; the others are refused.
fn slice(accepted: &[u128], refused: usize) -> Slice {
    let recipient = |outcome| {
        let (contact_id, variables) = (ContactId::from(Uuid::from_u128(9)), BTreeMap::new());
        Recipient { contact_id, variables, outcome: Some(outcome) }
    };
    let accepted =
        accepted.iter().map(|n| recipient(Outcome::Accepted { message_id: message(*n), left: Left::NotYet }));
    let refused = (0..refused).map(|_| recipient(Outcome::Refused(Refused::because("contact_blocked"))));
    Slice::of(accepted.chain(refused).collect())
}

/// Decides the next slice at a second.
fn decide(campaign: &mut Campaign, slice: &Slice, second: i64) {
    let number = campaign.next_slice(at(second)).expect("a slice to decide");
    let (attempt, _) = campaign.begin(number, at(second));
    assert!(campaign.decide(attempt, slice, at(second)));
}

#[test]
fn a_slice_waits_until_the_one_before_has_left_or_patience_is_over() {
    let mut campaign = campaign(60);
    assert_eq!((campaign.slices(), campaign.look_at()), (3, Some(at(0))));
    let mut first = slice(&[1, 2], 1);
    decide(&mut campaign, &first, 100);
    assert_eq!((campaign.next_slice(at(101)), campaign.look_at()), (None, Some(at(101))));

    assert_eq!(campaign.slices_to_look_at(at(101), 4), [0]);
    assert!(first.leave(message(1), Left::Sent) && !first.leave(message(1), Left::Sent));
    campaign.looked_at(0, &first, (1, 0), at(101));
    assert_eq!(campaign.next_slice(at(102)), None);
    assert!(first.leave(message(2), Left::Failed));
    campaign.looked_at(0, &first, (0, 1), at(103));
    assert_eq!(campaign.next_slice(at(103)), Some(1));

    decide(&mut campaign, &slice(&[3], 0), 103);
    assert_eq!(campaign.next_slice(at(132)), None);
    assert_eq!(campaign.next_slice(at(133)), Some(2));
    let Counts { accepted, sent, failed, refused } = campaign.counts.clone();
    assert_eq!((accepted, sent, failed, refused["contact_blocked"]), (3, 1, 1, 1));
}

#[test]
fn a_campaign_is_done_when_nothing_of_it_waits() {
    let mut campaign = campaign(2);
    assert_eq!(campaign.status(), Status::Running);
    let mut only = slice(&[1, 2], 0);
    decide(&mut campaign, &only, 0);
    assert_eq!(campaign.status(), Status::Sending);
    for n in [1, 2] {
        only.leave(message(n), Left::Sent);
    }
    campaign.looked_at(0, &only, (2, 0), at(1));
    assert_eq!((campaign.status(), campaign.look_at(), campaign.undecided()), (Status::Done, None, 0));
}

#[test]
fn what_does_not_leave_is_looked_at_less_and_less_often_as_long_as_the_campaign_is_kept() {
    let mut campaign = campaign(1);
    let stuck = slice(&[1], 0);
    decide(&mut campaign, &stuck, 0);
    let mut looks = Vec::new();
    while let Some(look_at) = campaign.look_at() {
        campaign.looked_at(0, &stuck, (0, 0), look_at);
        looks.push(look_at.duration_since(at(0)));
    }
    assert!(looks.len() < 200, "{looks:?}");
    let last = looks[looks.len() - 1];
    assert!(last > Campaign::KEPT - SignedDuration::from_hours(4 * 24) && last < Campaign::KEPT, "{last}");
    assert_eq!((campaign.status(), campaign.counts.waiting()), (Status::Sending, 1));
}

#[test]
fn what_leaves_after_days_is_counted_within_hours() {
    let mut campaign = campaign(1);
    let mut held = slice(&[1], 0);
    decide(&mut campaign, &held, 0);
    let three_days = at(3 * 24 * 3_600);
    let look_at = loop {
        let look_at = campaign.look_at().expect("a look");
        if look_at > three_days {
            break look_at;
        }
        campaign.looked_at(0, &held, (0, 0), look_at);
    };
    assert!(look_at <= three_days + SignedDuration::from_hours(3), "{look_at}");
    held.leave(message(1), Left::Sent);
    campaign.looked_at(0, &held, (1, 0), look_at);
    assert_eq!((campaign.status(), campaign.look_at()), (Status::Done, None));
}

#[test]
fn a_cancelled_campaign_decides_nobody_else_and_still_says_what_left() {
    let mut campaign = campaign(50);
    let mut first = slice(&[1], 24);
    decide(&mut campaign, &first, 0);
    assert!(campaign.cancel(&ben(), at(1)));
    assert!(!campaign.cancel(&ben(), at(2)));
    assert_eq!((campaign.next_slice(at(500)), campaign.undecided()), (None, 25));
    first.leave(message(1), Left::Sent);
    campaign.looked_at(0, &first, (1, 0), at(3));
    assert_eq!((campaign.status(), campaign.look_at()), (Status::Cancelled, None));
    let mut done = self::campaign(0);
    assert!(!done.cancel(&ben(), at(1)), "nothing is left to cancel");
}

#[test]
fn what_was_begun_when_it_was_cancelled_is_looked_at_when_whoever_began_it_is_gone() {
    let mut campaign = campaign(50);
    let (dead, _) = campaign.begin(0, at(0));
    assert!(campaign.cancel(&ben(), at(1)));
    assert_eq!((campaign.next_slice(at(89)), campaign.look_at()), (None, Some(at(90))));

    assert_eq!(campaign.next_slice(at(90)), Some(0));
    let (attempt, earlier) = campaign.begin(0, at(90));
    assert_eq!(earlier, [dead]);
    assert!(campaign.decide(attempt, &Slice::of(Vec::new()), at(91)));
    assert_eq!((campaign.next_slice(at(500)), campaign.look_at(), campaign.undecided()), (None, None, 50));
}

#[test]
fn of_two_who_decide_the_same_slice_the_later_beginner_counts() {
    let mut campaign = campaign(10);
    let (zeroth, earlier) = campaign.begin(0, at(0));
    assert_eq!(earlier, []);
    let (first, _) = campaign.begin(0, at(0));
    let (second, earlier) = campaign.begin(0, at(1));
    assert_eq!((earlier, second.number), (vec![zeroth, first], 3));
    assert!(!campaign.decide(first, &slice(&[1], 0), at(2)));
    assert!(campaign.decide(second, &slice(&[1], 0), at(2)));
    assert!(!campaign.decide(second, &slice(&[1], 0), at(3)));
    assert_eq!(campaign.counts.accepted, 1);
}

#[test]
fn whose_part_was_given_back_is_named_no_more_however_often_a_slice_is_begun() {
    let mut campaign = campaign(10);
    let mut last: Option<Attempt> = None;
    for number in 1..=100 {
        let (attempt, earlier) = campaign.begin(0, at(i64::from(number)));
        assert_eq!((attempt.number, earlier.as_slice()), (number, last.as_slice()));
        campaign.gave_back(&earlier);
        last = Some(attempt);
    }
    assert!(campaign.decide(last.expect("an attempt"), &slice(&[1], 0), at(200)));
}

#[test]
fn whoever_began_a_slice_is_left_alone_with_it_for_a_while() {
    let mut campaign = campaign(10);
    campaign.begin(0, at(5));
    assert_eq!((campaign.next_slice(at(94)), campaign.look_at()), (None, Some(at(95))));
    assert_eq!(campaign.next_slice(at(95)), Some(0));
}

#[test]
fn a_cancellation_in_the_middle_of_a_slice_keeps_what_was_accepted() {
    let mut campaign = campaign(50);
    let (attempt, _) = campaign.begin(0, at(0));
    campaign.cancel(&ben(), at(1));
    assert!(campaign.decide(attempt, &slice(&[1], 24), at(2)));
    assert_eq!((campaign.counts.accepted, campaign.undecided()), (1, 25));
}
