//! The names under which WhatsApp knows a person.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One name under which WhatsApp reaches a person, exactly as WhatsApp gave it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Identity {
    /// A `wa_id`: digits with country code, without `+`. Mostly, but not always, the number itself.
    Phone(String),
    /// A business-scoped user id such as `US.13491208655302741918`, for people who hide their number.
    Bsuid(String),
}

impl Identity {
    /// Reads what Meta puts into `from` or `wa_id`: documented as digits, seen with a business-scoped id in it.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Phone(digits.to_owned()));
        }
        Self::read_bsuid(text)
    }

    /// Reads a business-scoped user id: a country, a dot, up to 128 letters and digits; the parent form has `.ENT.`.
    pub fn read_bsuid(text: &str) -> Option<Self> {
        let (country, rest) = text.split_once('.')?;
        let rest_is_sound = !rest.is_empty()
            && rest.len() <= 140
            && rest.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        let sound = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) && rest_is_sound;
        sound.then(|| Self::Bsuid(text.to_owned()))
    }

    /// Whether the other takes this one's place when a person has it instead: a number that of a number, an id that of an
    /// id, a parent's that of a parent's.
    pub fn replaces(&self, other: &Self) -> bool {
        let kind = |identity: &Self| match identity {
            Self::Phone(_) => 0,
            Self::Bsuid(id) if id.contains(".ENT.") => 1,
            Self::Bsuid(_) => 2,
        };
        self != other && kind(self) == kind(other)
    }

    /// The text WhatsApp uses.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(text) | Self::Bsuid(text) => text,
        }
    }

    /// As people write it: a number with `+`, a business-scoped id as it is.
    pub fn display(&self) -> String {
        match self {
            Self::Phone(digits) => format!("+{digits}"),
            Self::Bsuid(id) => id.clone(),
        }
    }
}

/// Prints the kind only: numbers and ids of people stay out of logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phone(_) => "Phone(…)",
            Self::Bsuid(_) => "Bsuid(…)",
        })
    }
}

/// An identity that a person had until then. What comes from it later is somebody else's: numbers are given away anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerIdentity {
    pub identity: Identity,
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_or_without_plus_and_a_bsuid_whole() {
        assert_eq!(Identity::read("+15550100001"), Some(Identity::Phone("15550100001".into())));
        assert_eq!(Identity::read("US.13491208"), Some(Identity::Bsuid("US.13491208".into())));
        assert_eq!(Identity::read("US.ENT.118157"), Some(Identity::Bsuid("US.ENT.118157".into())));
        for text in ["", "+", "us.123", "US.", "US.1..2", "Ada", "US.1 2"] {
            assert_eq!(Identity::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_number_takes_the_place_of_a_number_and_an_id_that_of_an_id() {
        let [number, other] = ["15550100001", "15550100002"].map(|digits| Identity::Phone(digits.into()));
        let [id, parent] = ["US.1", "US.ENT.1"].map(|id| Identity::Bsuid(id.into()));
        assert!(number.replaces(&other) && id.replaces(&Identity::Bsuid("US.2".into())));
        assert!(!number.replaces(&number) && !id.replaces(&number) && !parent.replaces(&id));
    }

    #[test]
    fn an_identity_does_not_print_its_number() {
        assert!(!format!("{:?}", Identity::Phone("15550100001".into())).contains("0100"));
    }
}
