//! What is hidden of a customer's message: personal data that nobody needs in a helpdesk, and links that nobody should
//! follow (F13).
//!
//! Only what customers write is looked at. An agent's message is not: a company may rightly send its own bank account or
//! an address on its own network, and a reply that vanished from its thread would help nobody.
//!
//! Precision goes before recall. A card number that slips through is what it was before; a hidden order number is a
//! customer whom nobody can help. So each detector wants more than a number of the right length: check digits, the way
//! such a number is written, and where that is not enough its name beside it. What is left alone on purpose is said
//! where it is.
//!
//! All of it takes time in proportion to the text, whatever the text is.

mod bank_account;
mod block_list;
mod credential_link;
mod hiding;
mod ip_link;
mod link;
mod lookalike_link;
mod mask;
mod national_id;
mod payment_card;
mod redaction;
mod scanned;
mod texts;
mod word;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub(crate) use block_list::folded;
pub use block_list::{BlockList, BlockedHost, BlockedWord, InvalidHost, InvalidWord, TooMany};
use scanned::Scanned;

use crate::content::Content;

/// Something that is looked for. Its name is stable: it is stored, shown and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    PaymentCard,
    BankAccount,
    NationalId,
    LookalikeLink,
    IpLink,
    CredentialLink,
    BlockedHost,
    BlockedWord,
}

impl Detector {
    pub const ALL: [Self; 8] = [
        Self::PaymentCard,
        Self::BankAccount,
        Self::NationalId,
        Self::LookalikeLink,
        Self::IpLink,
        Self::CredentialLink,
        Self::BlockedHost,
        Self::BlockedWord,
    ];

    /// Its name in settings and findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::PaymentCard => "payment_card",
            Self::BankAccount => "bank_account",
            Self::NationalId => "national_id",
            Self::LookalikeLink => "lookalike_link",
            Self::IpLink => "ip_link",
            Self::CredentialLink => "credential_link",
            Self::BlockedHost => "blocked_host",
            Self::BlockedWord => "blocked_word",
        }
    }

    fn finds(self, scanned: &Scanned<'_>, blocked: &BlockList) -> bool {
        match self {
            Self::PaymentCard => scanned.numbers().any(payment_card::is_in),
            Self::BankAccount => scanned.numbers().any(bank_account::is_in),
            Self::NationalId => scanned.numbers().any(national_id::is_in),
            Self::LookalikeLink => scanned.links().any(lookalike_link::is),
            Self::IpLink => scanned.links().any(ip_link::is),
            Self::CredentialLink => scanned.links().any(credential_link::is),
            Self::BlockedHost => scanned.links().any(|link| blocked.blocks(link)),
            Self::BlockedWord => scanned.texts().any(|text| blocked.has_word_of(text)),
        }
    }
}

/// What a tenant wants to be hidden. Without a choice every detector is on, also one that comes later, and the block
/// list is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moderation {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    off: BTreeSet<Detector>,
    pub blocked: BlockList,
}

impl Moderation {
    /// Whether nothing was chosen.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The detectors that are on.
    pub fn detectors(&self) -> impl Iterator<Item = Detector> {
        Detector::ALL.into_iter().filter(|detector| !self.off.contains(detector))
    }

    /// Leaves exactly these on.
    pub fn set_detectors(&mut self, on: &BTreeSet<Detector>) {
        self.off = Detector::ALL.into_iter().filter(|detector| !on.contains(detector)).collect();
    }

    /// What is found in what a customer wrote; nothing in nearly all of it.
    pub fn findings_in(&self, content: &Content) -> Vec<Detector> {
        let texts = texts::of(content);
        self.findings(texts.iter().map(AsRef::as_ref))
    }

    /// What is found in these words.
    pub fn findings<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<Detector> {
        let scanned = Scanned::of(texts);
        self.detectors().filter(|detector| detector.finds(&scanned, &self.blocked)).collect()
    }
}

#[cfg(test)]
mod tests;
