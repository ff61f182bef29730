//! Phone numbers as people write them.

use std::borrow::Cow;

use domain::Phone;
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

/// Why a text is not a phone number that can be matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNumber {
    /// It may be one within a country, but nobody said which.
    #[error("not in international form")]
    NotInternational,
    /// WhatsApp knows no extensions.
    #[error("a number with an extension")]
    HasExtension,
    /// It has no country code that is in use, too few digits or too many, or is no number at all.
    #[error("not a phone number")]
    NotANumber,
}

/// The country in which a number is written as people do there, by its two letters (ISO 3166-1), in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country(Region);

/// Why a text is not a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the two letters of a country that has phone numbers (ISO 3166-1), such as BR")]
pub struct InvalidCountry;

impl TryFrom<String> for Country {
    type Error = InvalidCountry;

    fn try_from(text: String) -> Result<Self, InvalidCountry> {
        let region: Region = text.parse().map_err(|_| InvalidCountry)?;
        // Any two letters are a region to the library.
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| Self(region)).ok_or(InvalidCountry)
    }
}

/// In bytes; far above the longest number with all its punctuation.
const LONGEST: usize = 64;

/// Reads a number as people write it: in international form (`+55 (11) 91234-5678`, `0055 11 91234-5678`), or as within its
/// country where that is known (`(11) 91234-5678`). Whether anybody has the number is not asked.
///
/// # Errors
/// [`InvalidNumber`].
pub fn read_number(text: &str, country: Option<Country>) -> Result<Phone, InvalidNumber> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(InvalidNumber::NotANumber);
    }
    let international = text.strip_prefix("00").map_or(Cow::Borrowed(text), |rest| format!("+{rest}").into());
    let abroad = international.starts_with(['+', '＋']);
    if !abroad && country.is_none() {
        return Err(InvalidNumber::NotInternational);
    }
    let region = country.filter(|_| !abroad).map(|Country(region)| region);
    let number = PHONE_NUMBER_UTIL.parse(&international, region).map_err(|_| InvalidNumber::NotANumber)?;
    if number.extension.as_ref().is_some_and(|extension| !extension.is_empty()) {
        return Err(InvalidNumber::HasExtension);
    }
    let written = number.format_as(PhoneNumberFormat::E164);
    Phone::try_from(written.trim_start_matches('+').to_owned()).map_err(|_| InvalidNumber::NotANumber)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, InvalidNumber> {
        read_number(text, None).map(String::from)
    }

    fn read_in(country: &str, text: &str) -> Result<String, InvalidNumber> {
        let country = Country::try_from(country.to_owned()).expect("a country");
        read_number(text, Some(country)).map(String::from)
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
        for text in ["", "(11) 91234-5678", "11912345678", "5511912345678", "0 11 91234 5678"] {
            assert_eq!(read(text), Err(InvalidNumber::NotInternational), "{text}");
        }
        assert_eq!(read_in("BR", "(11) 91234-5678"), Ok("5511912345678".into()));
        assert_eq!(read_in("gb", "020 7946 0018"), Ok("442079460018".into()));
        assert_eq!(read_in("US", "(202) 555-0142"), Ok("12025550142".into()));
        // Argentinians write 15 before a mobile number at home, and 9 before the area from abroad.
        assert_eq!(read_in("AR", "011 15-1234-5678"), Ok("5491112345678".into()));
        // The country is where the number is written, not where it belongs.
        assert_eq!(read_in("BR", "+44 20 7946 0018"), Ok("442079460018".into()));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["+", "+55", "+999 123 4567", "+1 234", "+123456789012345678", "+49 Ada", &"+1".repeat(100)] {
            assert_eq!(read(text), Err(InvalidNumber::NotANumber), "{text}");
        }
        assert_eq!(read("+1 202 555 0142 ext. 7"), Err(InvalidNumber::HasExtension));
    }

    #[test]
    fn a_country_is_two_letters_that_have_numbers() {
        for text in ["", "BRA", "ZZ", "55", "Ö1"] {
            assert_eq!(Country::try_from(text.to_owned()), Err(InvalidCountry), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "\\PC{0,80}", country in "[A-Z]{2}") {
            let _ = read_number(&text, None);
            if let Ok(country) = Country::try_from(country) {
                let _ = read_number(&text, Some(country));
            }
        }

        #[test]
        fn what_we_wrote_is_read_again(digits in "1202555[0-9]{4}") {
            let phone = Phone::try_from(digits).expect("a number");
            prop_assert_eq!(read_number(&phone.display(), None), Ok(phone));
        }
    }
}
