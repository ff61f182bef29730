use proptest::prelude::*;

use super::*;

fn key(digits: &str) -> MatchingKey {
    MatchingKey::of_digits(digits)
}

#[test]
fn both_writings_of_a_mobile_number_match() {
    for (one, other) in [
        ("5531987654321", "553187654321"),
        ("5511961234567", "551161234567"),
        ("5215512345678", "525512345678"),
        ("5491112345678", "541112345678"),
        ("5492964123456", "542964123456"),
    ] {
        assert_eq!(key(one).as_str(), key(other).as_str(), "{one} {other}");
    }
}

#[test]
fn a_landline_is_not_given_a_9_and_numbers_of_other_countries_are_what_they_are() {
    for (one, other) in [
        // Brazil: 2 to 5 begin landlines.
        ("5531932654321", "553132654321"),
        ("5511951234567", "551151234567"),
        // A digit too few or too many is another number.
        ("553198765432", "55318765432"),
        ("52155123456", "5255123456"),
        ("549111234567", "54111234567"),
        // The same digits elsewhere mean nothing.
        ("15512345678", "5512345678"),
        ("3531987654321", "353187654321"),
        ("551387654321", "5501987654321"),
    ] {
        assert_ne!(key(one).as_str(), key(other).as_str(), "{one} {other}");
    }
}

#[test]
fn only_in_argentina_the_twin_may_be_somebody_else() {
    assert!(!key("5491112345678").is_exact() && !key("541112345678").is_exact());
    for digits in ["5531987654321", "525512345678", "15550100001", "54111", "4915112345678"] {
        assert!(key(digits).is_exact(), "{digits}");
    }
}

#[test]
fn a_business_scoped_id_has_no_key() {
    assert_eq!(MatchingKey::of(&Identity::Bsuid("BR.1".into())), None);
    assert_eq!(MatchingKey::of(&Identity::Phone("553187654321".into())), Some(key("5531987654321")));
}

#[test]
fn a_number_has_7_to_15_digits_and_begins_with_a_country() {
    for digits in ["15550100001", "2901234", "123456789012345"] {
        assert!(Phone::try_from(digits.to_owned()).is_ok(), "{digits}");
    }
    for digits in ["", "290123", "1234567890123456", "05550100001", "+15550100001", "1555010000a"] {
        assert_eq!(Phone::try_from(digits.to_owned()), Err(InvalidPhone), "{digits}");
    }
}

#[test]
fn a_number_does_not_print_itself() {
    let phone = Phone::try_from("15550100001".to_owned()).expect("a number");
    assert!(!format!("{phone:?} {:?}", phone.matching_key()).contains("0100"));
}

proptest! {
    #[test]
    fn a_key_is_its_own_key_and_no_longer_than_the_number(digits in "[0-9]{1,20}") {
        let once = key(&digits);
        prop_assert_eq!(&key(once.as_str()), &once);
        prop_assert!(digits.len() - once.as_str().len() <= 1);
    }

    #[test]
    fn every_brazilian_mobile_matches_with_and_without_its_9(area in 11u32..=99, local in 60_000_000u64..=99_999_999) {
        prop_assert_eq!(key(&format!("55{area}9{local}")), key(&format!("55{area}{local}")));
    }

    #[test]
    fn no_brazilian_landline_does(area in 11u32..=99, local in 20_000_000u64..=59_999_999) {
        prop_assert_ne!(key(&format!("55{area}9{local}")), key(&format!("55{area}{local}")));
    }

    #[test]
    fn every_mexican_and_argentine_number_matches_with_and_without_its_digit(local in 2_000_000_000u64..=9_999_999_999) {
        prop_assert_eq!(key(&format!("521{local}")), key(&format!("52{local}")));
        prop_assert_eq!(key(&format!("549{local}")), key(&format!("54{local}")));
    }
}
