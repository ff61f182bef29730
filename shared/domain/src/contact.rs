//! Who writes: a contact and the identities under which WhatsApp knows them (F11).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ContactId;

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

/// Who sent an inbound message: at least one identity, and what WhatsApp says of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    identity: Identity,
    other: Option<Identity>,
    pub profile_name: Option<String>,
    pub username: Option<String>,
}

impl Sender {
    /// A sender known by one identity, or by two when Meta names both.
    pub fn new(identity: Identity, other: Option<Identity>) -> Self {
        let other = other.filter(|other| *other != identity);
        Self { identity, other, profile_name: None, username: None }
    }

    /// The identity to answer to: the one the message came from.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Every identity, the one to answer to first.
    pub fn identities(&self) -> impl Iterator<Item = &Identity> {
        std::iter::once(&self.identity).chain(&self.other)
    }
}

/// One person who writes to a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    /// WhatsApp's profile name when the contact was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For display only: people change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Every identity known of this person; never empty, at most [`Contact::MAX_IDENTITIES`].
    pub identities: Vec<Identity>,
    pub created_at: Timestamp,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

impl Contact {
    /// A person changes number or id a few times in a lifetime; the bound keeps the item small whatever Meta sends.
    pub const MAX_IDENTITIES: usize = 50;

    /// The contact that a first message makes.
    pub fn from_sender(id: ContactId, sender: &Sender, at: Timestamp) -> Self {
        Self {
            id,
            name: sender.profile_name.clone(),
            username: sender.username.clone(),
            identities: sender.identities().cloned().collect(),
            created_at: at,
            version: 0,
        }
    }

    /// Adds what a later message tells of the same person. Says whether anything is new.
    pub fn learn(&mut self, sender: &Sender) -> bool {
        let mut learned = false;
        for identity in sender.identities() {
            if !self.identities.contains(identity) && self.identities.len() < Self::MAX_IDENTITIES {
                self.identities.push(identity.clone());
                learned = true;
            }
        }
        if self.name.is_none() && sender.profile_name.is_some() {
            self.name.clone_from(&sender.profile_name);
            learned = true;
        }
        if sender.username.is_some() && sender.username != self.username {
            self.username.clone_from(&sender.username);
            learned = true;
        }
        learned
    }
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
    fn an_identity_does_not_print_its_number() {
        assert!(!format!("{:?}", Identity::Phone("15550100001".into())).contains("0100"));
    }

    #[test]
    fn a_contact_learns_a_second_identity_once() {
        let phone = Identity::Phone("15550100001".into());
        let bsuid = Identity::Bsuid("US.1".into());
        let mut contact = Contact::from_sender(
            ContactId::from(uuid::Uuid::nil()),
            &Sender::new(phone.clone(), None),
            Timestamp::UNIX_EPOCH,
        );
        let both = Sender::new(phone, Some(bsuid));
        assert!(contact.learn(&both));
        assert!(!contact.learn(&both));
        assert_eq!(contact.identities.len(), 2);
    }
}
