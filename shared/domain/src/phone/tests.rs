use proptest::prelude::*;

use super::*;

fn key(digits: &str) -> MatchingKey {
    MatchingKey::of_digits(digits)
}

fn read(text: &str) -> Result<String, InvalidPhone> {
    Phone::read(text, None).map(String::from)
}

fn read_in(country: &str, text: &str) -> Result<String, InvalidPhone> {
    let country = Country::try_from(country.to_owned()).expect("a country");
    Phone::read(text, Some(country)).map(String::from)
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
fn a_number_in_international_form_is_read_however_it_is_written() {
    for text in
        ["+5511912345678", "+55 (11) 91234-5678", "0055 11 91234 5678", " +55.11.91234.5678 ", "＋55 11 91234‑5678"]
    {
        assert_eq!(read(text), Ok("5511912345678".into()), "{text}");
    }
    assert_eq!(read("+44 (0)20 7946 0018"), Ok("442079460018".into()));
    assert_eq!(read("+1 555 010 0001"), Ok("15550100001".into()));
}

#[test]
fn a_national_number_needs_its_country() {
    for text in ["(11) 91234-5678", "11912345678", "5511912345678", "0 11 91234 5678"] {
        assert_eq!(read(text), Err(InvalidPhone::NotInternational), "{text}");
    }
    assert_eq!(read_in("BR", "(11) 91234-5678"), Ok("5511912345678".into()));
    assert_eq!(read_in("GB", "020 7946 0018"), Ok("442079460018".into()));
    assert_eq!(read_in("US", "(202) 555-0142"), Ok("12025550142".into()));
    // Argentinians write 15 before a mobile number at home, and 9 before the area from abroad.
    assert_eq!(read_in("AR", "011 15-1234-5678"), Ok("5491112345678".into()));
    // The country is where the number is written, not where it belongs.
    assert_eq!(read_in("BR", "+44 20 7946 0018"), Ok("442079460018".into()));
}

#[test]
fn what_is_no_number_is_refused() {
    for text in ["+", "+55", "+999 123 4567", "+1 234", "+123456789012345678", "Ada", "+49 Ada", &"+1".repeat(100)] {
        assert!(read(text).is_err(), "{text}");
    }
    assert_eq!(read(""), Err(InvalidPhone::NotInternational));
    assert_eq!(read("+1 202 555 0142 ext. 7"), Err(InvalidPhone::HasExtension));
}

#[test]
fn a_country_is_two_letters_that_have_numbers() {
    for text in ["", "BRA", "ZZ", "55", "Ö1"] {
        assert_eq!(Country::try_from(text.to_owned()), Err(InvalidCountry), "{text}");
    }
}

#[test]
fn a_number_does_not_print_itself() {
    let phone = Phone::read("+1 555 010 0001", None).expect("a number");
    assert!(!format!("{phone:?} {:?}", phone.matching_key()).contains("0100"));
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in "\\PC{0,80}", country in "[A-Z]{2}") {
        let _ = Phone::read(&text, None);
        if let Ok(country) = Country::try_from(country) {
            let _ = Phone::read(&text, Some(country));
        }
    }

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

    #[test]
    fn what_was_written_by_us_is_read_again(digits in "1202555[0-9]{4}") {
        let phone = Phone::try_from(digits).expect("a number");
        prop_assert_eq!(Phone::read(&phone.display(), None), Ok(phone));
    }
}
