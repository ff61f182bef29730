//! Phone numbers, and what makes two of them the same for matching (F11).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contact::Identity;

/// A number in international form: its digits with country code, without `+` (E.164).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Phone(String);

/// Why digits are no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a number in international form has {} to {} digits and begins with its country's",
    Phone::MIN_DIGITS,
    Phone::MAX_DIGITS
)]
pub struct InvalidPhone;

impl Phone {
    /// E.164's most.
    pub const MAX_DIGITS: usize = 15;
    /// The shortest numbers in use have seven digits, country code included.
    pub const MIN_DIGITS: usize = 7;

    /// The digits, country code first.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// As people write it, with `+`.
    pub fn display(&self) -> String {
        format!("+{}", self.0)
    }

    pub fn matching_key(&self) -> MatchingKey {
        MatchingKey::of_digits(&self.0)
    }
}

impl TryFrom<String> for Phone {
    type Error = InvalidPhone;

    fn try_from(digits: String) -> Result<Self, InvalidPhone> {
        let sound = (Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        if sound { Ok(Self(digits)) } else { Err(InvalidPhone) }
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.0
    }
}

/// Prints nothing of the number: it stays out of logs.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// What two writings of one subscriber's number have in common. It is for finding only and never called: a message goes
/// to exactly the number that WhatsApp gave.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchingKey(String);

impl MatchingKey {
    /// The key of a number in international digits.
    ///
    /// Three countries write one mobile number in two ways, and WhatsApp may use either:
    /// - Brazil put a 9 before its mobile numbers: `55 DD 9 8765-4321` was `55 DD 8765-4321`. A landline begins with 2 to
    ///   5 and has no such twin.
    /// - Mexico gave up the 1 before its mobile numbers: `52 1` and ten digits, or `52` and the same ten.
    /// - Argentina puts a 9 before its mobile numbers when they are called from abroad: `54 9` and ten digits, or `54` and
    ///   the same ten. The ten may be a landline's, too: see [`MatchingKey::is_exact`].
    pub fn of_digits(digits: &str) -> Self {
        Self(without_mobile_prefix(digits).into_owned())
    }

    /// The key of a number under which WhatsApp knows somebody.
    pub fn of(identity: &Identity) -> Option<Self> {
        match identity {
            Identity::Phone(digits) => Some(Self::of_digits(digits)),
            Identity::Bsuid(_) => None,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether numbers of this key are surely one subscriber's, however they are written. In Argentina a contact that has
    /// the very number goes before one that has its twin, which may be a landline.
    pub fn is_exact(&self) -> bool {
        !(self.0.starts_with(ARGENTINA) && self.0.len() == ARGENTINA.len() + TEN)
    }
}

/// Prints nothing of the number: it stays out of logs.
impl fmt::Debug for MatchingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MatchingKey(…)")
    }
}

const BRAZIL: &str = "55";
const MEXICO: &str = "52";
const ARGENTINA: &str = "54";
/// The digits of a whole national number in Mexico and Argentina, and of an old one in Brazil.
const TEN: usize = 10;

fn without_mobile_prefix(digits: &str) -> Cow<'_, str> {
    let national = |country: &str| digits.strip_prefix(country).filter(|national| national.len() == TEN + 1);
    let dropped = |country: &str, prefix: char| {
        let rest = national(country)?.strip_prefix(prefix)?;
        Some(Cow::Owned(format!("{country}{rest}")))
    };
    let brazilian = || {
        let (area, local) = national(BRAZIL)?.split_at_checked(2)?;
        let mobile = local.strip_prefix('9').filter(|local| local.starts_with(['6', '7', '8', '9']))?;
        Some(Cow::Owned(format!("{BRAZIL}{area}{mobile}")))
    };
    brazilian().or_else(|| dropped(MEXICO, '1')).or_else(|| dropped(ARGENTINA, '9')).unwrap_or(Cow::Borrowed(digits))
}

#[cfg(test)]
mod tests;
