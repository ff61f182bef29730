use uuid::Uuid;

use super::wishes::{Source, Stance};
use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a timestamp")
}

fn number(digits: &str) -> Identity {
    Identity::Phone(digits.into())
}

fn hidden() -> Identity {
    Identity::Bsuid("US.1".into())
}

fn contact(n: u128, identities: &[Identity]) -> Contact {
    let mut contact = Contact::new(ContactId::from(Uuid::from_u128(n)), at(0));
    if let [first, others @ ..] = identities {
        let sender =
            others.iter().fold(Sender::new(first.clone(), None), |sender, other| sender.also(Some(other.clone())));
        contact.learn(&sender, identities);
    }
    contact
}

fn shown(phone: Option<&Phone>) -> Option<String> {
    phone.map(Phone::display)
}

#[test]
fn a_contact_learns_a_second_identity_once() {
    let mut ada = contact(1, &[number("15550100001")]);
    let both = Sender::new(number("15550100001"), Some(hidden()));
    assert!(ada.learn(&both, [&hidden()]));
    assert!(!ada.learn(&both, [&hidden()]));
    assert_eq!(ada.identities.len(), 2);
}

#[test]
fn an_identity_of_somebody_else_is_not_learned() {
    let mut ada = contact(1, &[number("15550100001")]);
    ada.learn(&Sender::new(number("15550100001"), Some(hidden())), []);
    assert_eq!(ada.identities, [number("15550100001")]);
}

#[test]
fn the_first_number_that_whatsapp_shows_is_the_phone_unless_somebody_wrote_one() {
    let mut eve = contact(1, &[hidden()]);
    assert_eq!(eve.phone, None);
    eve.learn(&Sender::new(number("15550100001"), Some(hidden())), [&number("15550100001")]);
    assert_eq!(shown(eve.phone.as_ref()).as_deref(), Some("+15550100001"));
    eve.learn(&Sender::new(number("15550100002"), None), [&number("15550100002")]);
    assert_eq!(shown(eve.phone.as_ref()).as_deref(), Some("+15550100001"));
}

#[test]
fn a_number_that_was_given_up_is_not_shown_nor_matched_any_more() {
    let mut ada = contact(1, &[number("15550100001"), number("15550100002")]);
    ada.mobile_phone = Phone::try_from("15550100009".to_owned()).ok();
    ada.give_up(&[number("15550100001"), number("15550100007")], at(5));
    assert_eq!(ada.identities, [number("15550100002")]);
    assert_eq!(ada.former_identities, [FormerIdentity { identity: number("15550100001"), until: at(5) }]);
    assert_eq!(ada.numbers().collect::<Vec<_>>(), ["15550100002", "15550100009", "15550100002"]);
    ada.learn(&Sender::new(number("15550100001"), None), [&number("15550100001")]);
    assert!(ada.former_identities.is_empty());
}

#[test]
fn a_number_that_was_given_up_is_not_matched_in_its_other_writing_either() {
    let written = |digits: &str| Phone::try_from(digits.to_owned()).ok();
    let mut bia = contact(1, &[number("553187004301")]);
    (bia.phone, bia.mobile_phone) = (written("5531987004301"), written("15550100009"));
    bia.learn(&Sender::new(number("15550100002"), None), [&number("15550100002")]);
    bia.give_up(&[number("553187004301")], at(5));
    assert_eq!(bia.numbers().collect::<Vec<_>>(), ["15550100002", "15550100009", "15550100002"]);
    // In Argentina the other writing may be somebody else's landline.
    let mut gala = contact(1, &[number("5491155504305")]);
    gala.phone = written("541155504305");
    gala.give_up(&[number("5491155504305")], at(5));
    assert_eq!(gala.phone, written("541155504305"));
}

#[test]
fn what_was_given_up_was_theirs_until_then() {
    let mut ada = contact(1, &[number("15550100001"), hidden()]);
    ada.give_up(&[number("15550100001")], at(5));
    assert!(ada.gave_up_since(&number("15550100001"), at(4)) && ada.gave_up_since(&number("15550100001"), at(5)));
    assert!(!ada.gave_up_since(&number("15550100001"), at(6)));
    assert!(!ada.gave_up_since(&hidden(), at(4)) && !ada.gave_up_since(&number("15550100002"), at(4)));
}

#[test]
fn whatever_meta_sends_the_item_stays_small() {
    let mut ada = contact(1, &[]);
    for n in 0..200 {
        let identity = number(&format!("155501{n:05}"));
        ada.learn(&Sender::new(identity.clone(), None), [&identity]);
        if n % 2 == 0 {
            ada.give_up(&[identity], at(n));
        }
    }
    assert_eq!((ada.identities.len(), ada.former_identities.len()), (Contact::MAX_IDENTITIES, Contact::MAX_IDENTITIES));
}

#[test]
fn a_survivor_takes_over_what_it_lacks_and_gives_back_what_it_took() {
    let mut ada = contact(1, &[number("15550100001")]);
    ada.name = Some("Ada".into());
    let before = ada.clone();
    let mut eve = contact(2, &[hidden()]);
    (eve.name, eve.username) = (Some("Eve".into()), Some("eve".into()));
    eve.mobile_phone = Phone::try_from("15550100003".to_owned()).ok();

    let taken = ada.absorb(&eve).expect("there is room");

    assert_eq!((ada.name.as_deref(), ada.username.as_deref()), (Some("Ada"), Some("eve")));
    assert_eq!(ada.identities, [number("15550100001"), hidden()]);
    assert_eq!(ada.mobile_phone, eve.mobile_phone);
    ada.give_back(&taken);
    assert_eq!(ada, before);
}

#[test]
fn a_survivor_is_asked_for_what_the_other_gave_up() {
    let (mut ada, mut eve) = (contact(1, &[number("15550100001")]), contact(2, &[hidden(), number("15550100002")]));
    eve.give_up(&[number("15550100002")], at(5));
    let before = ada.clone();

    let taken = ada.absorb(&eve).expect("there is room");

    assert!(ada.gave_up_since(&number("15550100002"), at(4)) && !ada.gave_up_since(&number("15550100002"), at(6)));
    ada.give_back(&taken);
    assert_eq!(ada, before);
}

#[test]
fn what_was_changed_after_a_merge_stays_when_it_is_undone() {
    let mut ada = contact(1, &[number("15550100001")]);
    let mut eve = contact(2, &[hidden()]);
    eve.name = Some("Eve".into());
    let taken = ada.absorb(&eve).expect("there is room");
    ada.name = Some("Ada Byron".into());
    ada.give_back(&taken);
    assert_eq!(ada.name.as_deref(), Some("Ada Byron"));
}

#[test]
fn two_contacts_with_too_many_identities_stay_two() {
    let many = |from: u32| (from..from + 30).map(|n| number(&format!("155501{n:05}"))).collect::<Vec<_>>();
    let mut ada = contact(1, &many(0));
    let before = ada.clone();
    assert_eq!(ada.absorb(&contact(2, &many(100))), None);
    assert_eq!(ada, before);
}

#[test]
fn a_survivor_has_the_wishes_of_both_and_its_own_again_when_they_are_parted() {
    let (mut ada, mut eve) = (contact(1, &[number("15550100001")]), contact(2, &[hidden()]));
    eve.wishes.marketing.hear(Stance::OptedOut, at(5), Source::Message);

    let taken = ada.absorb(&eve).expect("there is room");
    assert_eq!(ada.wishes, eve.wishes);
    let mut changed = ada.clone();
    changed.wishes.marketing.hear(Stance::Allowed, at(9), Source::Message);
    let after = changed.wishes.clone();

    ada.give_back(&taken);
    changed.give_back(&taken);
    assert!(ada.wishes.are_none());
    assert_eq!(changed.wishes, after);
}
