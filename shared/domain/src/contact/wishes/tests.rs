use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a timestamp")
}

fn eve() -> UserId {
    UserId::try_from("eve".to_owned()).expect("a user id")
}

fn opted_out(second: i64) -> Wishes {
    let mut wishes = Wishes::default();
    assert!(wishes.marketing.hear(Stance::OptedOut, at(second), Source::Message));
    wishes
}

fn agreed(status: ConsentStatus, second: i64) -> Wishes {
    let mut wishes = Wishes::default();
    let source = ConsentSource::try_from("sign-up form".to_owned()).expect("a source");
    assert!(wishes.consent.hear(Consent { status, source }, at(second), eve()));
    wishes
}

const CAMPAIGN: fn(ConsentRule) -> Approach<'static> = |rule| Approach::Campaign(&Category::Marketing, rule);

#[test]
fn who_opted_out_gets_no_marketing_and_everything_else() {
    let wishes = opted_out(10);
    let refused = Err(NotWanted::OptedOut { since: at(10) });
    let newer = Category::Other("marketing_lite".into());
    for category in [&Category::Marketing, &newer] {
        assert_eq!(wishes.allow(Approach::Template(category)), refused);
        assert_eq!(wishes.allow(Approach::Campaign(category, ConsentRule::NotWithdrawn)), refused);
    }
    for category in [&Category::Utility, &Category::Authentication] {
        assert_eq!(wishes.allow(Approach::Template(category)), Ok(()));
    }
    assert_eq!(wishes.allow(Approach::Reply), Ok(()));
    assert_eq!(Wishes::default().allow(Approach::Template(&Category::Marketing)), Ok(()));
}

#[test]
fn nothing_goes_to_who_is_blocked() {
    let mut wishes = opted_out(10);
    wishes.block(&eve(), at(20));
    wishes.block(&eve(), at(30));
    for approach in [Approach::Reply, Approach::Template(&Category::Utility), CAMPAIGN(ConsentRule::NotWithdrawn)] {
        assert_eq!(wishes.allow(approach), Err(NotWanted::Blocked { since: at(20) }));
    }
    assert!(!wishes.drop_what_was_sent(at(19)));
    assert!(wishes.drop_what_was_sent(at(20)));
}

#[test]
fn a_campaign_asks_for_consent_and_a_single_template_does_not() {
    let (unknown, given, withdrawn) =
        (Wishes::default(), agreed(ConsentStatus::Given, 1), agreed(ConsentStatus::Withdrawn, 2));
    assert_eq!(unknown.allow(CAMPAIGN(ConsentRule::NotWithdrawn)), Ok(()));
    assert_eq!(unknown.allow(CAMPAIGN(ConsentRule::Given)), Err(NotWanted::NoConsent));
    assert_eq!(given.allow(CAMPAIGN(ConsentRule::Given)), Ok(()));
    for rule in [ConsentRule::NotWithdrawn, ConsentRule::Given] {
        assert_eq!(withdrawn.allow(CAMPAIGN(rule)), Err(NotWanted::ConsentWithdrawn { since: at(2) }));
    }
    assert_eq!(withdrawn.allow(Approach::Template(&Category::Marketing)), Ok(()));
}

#[test]
fn an_older_word_never_replaces_a_newer_one_however_late_it_comes() {
    let mut wishes = opted_out(10);
    assert!(wishes.marketing.hear(Stance::OptedOut, at(30), Source::Whatsapp));
    assert!(!wishes.marketing.hear(Stance::Allowed, at(20), Source::Whatsapp));
    let last = wishes.marketing.last().expect("a decision");
    assert_eq!((last.choice, last.since, &last.source), (Stance::OptedOut, at(10), &Source::Message));
    assert!(wishes.marketing.hear(Stance::Allowed, at(30), Source::User(eve())));
    assert!(!wishes.marketing.hear(Stance::Allowed, at(30), Source::User(eve())));
    assert_eq!(wishes.marketing.iter().count(), 2);
}

#[test]
fn somebody_who_changes_their_mind_for_ever_stays_small() {
    let mut wishes = Wishes::default();
    for second in 0..1_000 {
        let stance = if second % 2 == 0 { Stance::OptedOut } else { Stance::Allowed };
        wishes.marketing.hear(stance, at(second), Source::Message);
    }
    assert_eq!(wishes.marketing.iter().count(), Decisions::<Stance, Source>::MOST);
    assert_eq!(wishes.marketing.last().map(|last| last.since), Some(at(999)));
}

#[test]
fn what_was_refused_while_two_were_one_counts_for_both_and_what_one_had_refused_before_for_that_one() {
    let mut survivor = opted_out(10);
    let known = survivor.clone();
    let mut merged = Wishes::default();
    merged.hear_refusals(&survivor, Some(&known), at(15));
    let mut blocked_before = Wishes::default();
    blocked_before.block(&eve(), at(1));
    merged.hear_refusals(&blocked_before, Some(&blocked_before), at(15));
    // Where it was not kept what was known then, what was said before is not heard meanwhile.
    merged.hear_refusals(&survivor, None, at(15));
    assert!(merged.are_none());

    survivor.marketing.hear(Stance::OptedOut, at(20), Source::Message);
    survivor.consent = agreed(ConsentStatus::Withdrawn, 30).consent;
    survivor.block(&eve(), at(40));
    let mut blocked = Wishes::default();
    blocked.block(&eve(), at(5));
    for (mut merged, since) in [(merged, at(40)), (blocked, at(5))] {
        merged.hear_refusals(&survivor, Some(&known), at(15));
        assert_eq!(merged.allow(Approach::Reply), Err(NotWanted::Blocked { since }));
        assert_eq!((merged.marketing, merged.consent), (survivor.marketing.clone(), survivor.consent.clone()));
    }
}

#[test]
fn a_later_word_of_their_own_counts_and_what_was_allowed_is_not_taken_over() {
    let mut merged = Wishes::default();
    merged.marketing.hear(Stance::Allowed, at(30), Source::Message);
    let before = merged.clone();
    merged.hear_refusals(&opted_out(20), None, at(15));
    assert_eq!(merged, before);

    let mut survivor = opted_out(40);
    survivor.marketing.hear(Stance::Allowed, at(50), Source::Message);
    survivor.consent = agreed(ConsentStatus::Given, 50).consent;
    merged.hear_refusals(&survivor, None, at(15));
    assert_eq!(merged, before);
}

#[test]
fn of_two_contacts_that_are_one_person_the_latest_word_counts_and_a_block_holds() {
    let mut resumed = opted_out(10);
    resumed.marketing.hear(Stance::Allowed, at(20), Source::Message);
    let mut blocked = opted_out(15);
    blocked.block(&eve(), at(40));
    let (one, other) = (resumed.with(&blocked), blocked.with(&resumed));
    assert_eq!(one, other);
    assert_eq!(one.marketing.last().map(|last| (last.choice, last.since)), Some((Stance::Allowed, at(20))));
    assert_eq!(one.allow(Approach::Reply), Err(NotWanted::Blocked { since: at(40) }));
    // Said again after the other contact had changed their mind: it counts.
    blocked.marketing.hear(Stance::OptedOut, at(30), Source::Whatsapp);
    let merged = blocked.with(&resumed).marketing;
    assert_eq!(merged.last().map(|last| last.choice), Some(Stance::OptedOut));
}
