//! One person who writes, and the identities under which WhatsApp knows them (F11).

mod address;
pub mod identity;
pub mod merge;
pub mod properties;
mod sender;
pub mod wishes;

use std::collections::BTreeSet;

pub use identity::{FormerIdentity, Identity};
use jiff::Timestamp;
pub use merge::{Merge, MergeId};
pub use properties::Properties;
pub use sender::Sender;
use serde::{Deserialize, Serialize};
pub use wishes::Wishes;

use crate::ids::ContactId;
use crate::phone::{MatchingKey, Phone};

/// One person who writes to a tenant, or may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    /// WhatsApp's profile name when the contact was made, until somebody writes another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For display only: people change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// As somebody wrote it, or the first number that WhatsApp showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    /// What they want to hear, and whether somebody has blocked them.
    #[serde(default, skip_serializing_if = "Wishes::are_none")]
    pub wishes: Wishes,
    /// Every identity known of this person, at most [`Contact::MAX_IDENTITIES`]; none before they first write.
    pub identities: Vec<Identity>,
    /// Those they gave up, the latest [`Contact::MAX_IDENTITIES`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_identities: Vec<FormerIdentity>,
    pub created_at: Timestamp,
    /// The contact that this one turned out to be: it stands for this one everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ContactId>,
    /// How many turned out to be this one, those that were parted from it again too: whether there are merges to look
    /// for.
    #[serde(default)]
    pub merges: u32,
    /// The merges, or their undoing, whose tickets are not all in line yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<MergeId>,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

impl Contact {
    /// A person changes number or id a few times in a lifetime; the bound keeps the item small whatever Meta sends.
    pub const MAX_IDENTITIES: usize = 40;

    /// A contact of whom nothing is known.
    pub fn new(id: ContactId, at: Timestamp) -> Self {
        Self {
            id,
            name: None,
            username: None,
            phone: None,
            mobile_phone: None,
            properties: Properties::default(),
            wishes: Wishes::default(),
            identities: Vec::new(),
            former_identities: Vec::new(),
            created_at: at,
            merged_into: None,
            merges: 0,
            unsettled: Vec::new(),
            version: 0,
        }
    }

    /// The contact that a first message makes.
    pub fn from_sender(id: ContactId, sender: &Sender, at: Timestamp) -> Self {
        let mut contact = Self::new(id, at);
        contact.learn(sender, sender.identities());
        contact
    }

    /// Adds what a message tells of the same person: the `new` ones of its sender's identities, which belong to nobody
    /// else. Says whether anything is new.
    pub fn learn<'a>(&mut self, sender: &Sender, new: impl IntoIterator<Item = &'a Identity>) -> bool {
        let before = self.clone();
        for identity in new {
            self.take(identity);
        }
        if self.name.is_none() {
            self.name.clone_from(&sender.profile_name);
        }
        if sender.username.is_some() {
            self.username.clone_from(&sender.username);
        }
        *self != before
    }

    /// The person has given these identities up, says WhatsApp (F11: the same person stays). A number that was shown as
    /// theirs gives way to the one they have now.
    pub fn give_up(&mut self, identities: &[Identity], at: Timestamp) {
        for identity in identities {
            if !self.identities.contains(identity) {
                continue;
            }
            self.identities.retain(|known| known != identity);
            self.former_identities.push(FormerIdentity { identity: identity.clone(), until: at });
            let now = self.identities.iter().rev().find_map(phone_of);
            for shown in [&mut self.phone, &mut self.mobile_phone] {
                if shown.as_ref().is_some_and(|shown| is_number_of(identity, shown)) {
                    shown.clone_from(&now);
                }
            }
        }
        self.forget_long_given_up();
    }

    fn forget_long_given_up(&mut self) {
        let too_many = self.former_identities.len().saturating_sub(Self::MAX_IDENTITIES);
        self.former_identities.drain(..too_many);
    }

    /// Whether this was theirs at `at` and they have given it up since: whoever has it now is somebody else.
    pub fn gave_up_since(&self, identity: &Identity, at: Timestamp) -> bool {
        self.former_identities.iter().any(|former| former.identity == *identity && at <= former.until)
    }

    /// Whether this is theirs no more.
    pub fn has_given_up(&self, identity: &Identity) -> bool {
        self.former_identities.iter().any(|former| former.identity == *identity)
    }

    /// Every number by which this person may be found.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let written = [&self.phone, &self.mobile_phone].into_iter().flatten().map(Phone::digits);
        written.chain(self.identities.iter().filter_map(|identity| match identity {
            Identity::Phone(digits) => Some(digits.as_str()),
            Identity::Bsuid(_) => None,
        }))
    }

    /// What these numbers are matched by.
    pub fn matching_keys(&self) -> BTreeSet<MatchingKey> {
        self.numbers().map(MatchingKey::of_digits).collect()
    }

    fn take(&mut self, identity: &Identity) {
        if self.identities.contains(identity) || self.identities.len() >= Self::MAX_IDENTITIES {
            return;
        }
        self.former_identities.retain(|former| former.identity != *identity);
        self.identities.push(identity.clone());
        if self.phone.is_none() {
            self.phone = phone_of(identity);
        }
    }
}

/// Whether a number is the identity's, in whichever of its country's writings somebody wrote it.
fn is_number_of(identity: &Identity, written: &Phone) -> bool {
    let Identity::Phone(digits) = identity else { return false };
    let key = MatchingKey::of_digits(digits);
    digits == written.digits() || key.is_exact() && key == MatchingKey::of_digits(written.digits())
}

fn phone_of(identity: &Identity) -> Option<Phone> {
    match identity {
        Identity::Phone(digits) => Phone::try_from(digits.clone()).ok(),
        Identity::Bsuid(_) => None,
    }
}

#[cfg(test)]
mod tests;
