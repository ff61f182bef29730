//! What may be sent to a person: what they want to hear, what they agreed to, and whether somebody has blocked them (F27,
//! F31, F41).
//!
//! Three things that say different things. *Marketing* is the person's own word: they said STOP, to us or to WhatsApp, and
//! then no marketing template goes out to them, whoever sends it. *Consent* is the tenant's record that the person agreed
//! to be written to, or took that back: it is asked for when a template goes to many at once. A *block* is an agent's word:
//! nothing comes from that person any more and nothing goes to them.

mod decisions;
pub mod words;

use std::fmt;

pub use decisions::{Decision, Decisions};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
pub use words::{InvalidWishWord, TooManyWishWords, WishWord, WishWords};

use crate::ids::UserId;
use crate::template::Category;

/// What is known of what a person wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    #[serde(skip_serializing_if = "Decisions::is_empty")]
    pub marketing: Decisions<Stance, Source>,
    #[serde(skip_serializing_if = "Decisions::is_empty")]
    pub consent: Decisions<Consent, UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Block>,
}

/// Whether a person takes marketing. Nobody has to be asked: until they say no, they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    Allowed,
    OptedOut,
}

/// What a person said of marketing before anybody here knew them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub stance: Stance,
    pub at: Timestamp,
}

/// Where we heard of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// They wrote, or pressed, one of the tenant's words.
    Message,
    /// They told WhatsApp: Meta's `user_preferences`.
    Whatsapp,
    /// Meta refused a message of ours because they had told WhatsApp so: 131050.
    Refusal,
    /// They told this user.
    User(UserId),
}

/// What a person agreed to, in the tenant's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub status: ConsentStatus,
    pub source: ConsentSource,
}

/// Whether a person agreed to be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    Given,
    Withdrawn,
}

/// How a person agreed, or took it back, such as *sign-up form of May 2026*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ConsentSource(String);

/// Why a text is not the source of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source of a consent has 1 to {} characters and no control characters", ConsentSource::MAX_CHARS)]
pub struct InvalidSource;

impl ConsentSource {
    pub const MAX_CHARS: usize = 200;
}

impl TryFrom<String> for ConsentSource {
    type Error = InvalidSource;

    fn try_from(text: String) -> Result<Self, InvalidSource> {
        let source = text.trim();
        let fits = (1..=Self::MAX_CHARS).contains(&source.chars().count()) && !source.chars().any(char::is_control);
        if fits { Ok(Self(source.to_owned())) } else { Err(InvalidSource) }
    }
}

impl From<ConsentSource> for String {
    fn from(source: ConsentSource) -> Self {
        source.0
    }
}

/// Prints nothing of it: what a tenant notes of people stays out of logs.
impl fmt::Debug for ConsentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsentSource")
    }
}

/// Somebody has blocked the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub at: Timestamp,
    pub by: UserId,
}

/// How a person is to be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approach<'a> {
    /// Something free-form, in the person's session.
    Reply,
    /// A template that somebody chose for this person.
    Template(&'a Category),
    /// A template that goes to many.
    Campaign(&'a Category, ConsentRule),
}

/// Whom a campaign of a tenant may reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// Whoever has not withdrawn their consent.
    #[default]
    NotWithdrawn,
    /// Only those whose consent is recorded.
    Given,
}

impl ConsentRule {
    /// Whether nothing was chosen.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Why something may not be sent to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWanted {
    #[error("the contact is blocked")]
    Blocked { since: Timestamp },
    #[error("the contact has opted out of marketing")]
    OptedOut { since: Timestamp },
    #[error("the contact has withdrawn their consent")]
    ConsentWithdrawn { since: Timestamp },
    #[error("no consent of the contact is recorded")]
    NoConsent,
}

impl Wishes {
    /// Whether nothing is known.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this may be sent to the person now. The one place where that is decided.
    ///
    /// # Errors
    /// [`NotWanted`]: the block first, since it holds for everything.
    pub fn allow(&self, approach: Approach<'_>) -> Result<(), NotWanted> {
        if let Some(Block { at: since, .. }) = self.blocked {
            return Err(NotWanted::Blocked { since });
        }
        match approach {
            Approach::Reply => Ok(()),
            Approach::Template(category) => self.take_marketing(category),
            Approach::Campaign(category, rule) => {
                self.take_marketing(category)?;
                self.agree(rule)
            }
        }
    }

    /// Whether a message that the person sent at `sent_at` is not received. What they had sent before is; Meta's times have
    /// whole seconds.
    pub fn drop_what_was_sent(&self, sent_at: Timestamp) -> bool {
        self.blocked.as_ref().is_some_and(|block| sent_at.as_second() >= block.at.as_second())
    }

    /// Blocks the person. Who did it first stays named.
    pub fn block(&mut self, by: &UserId, at: Timestamp) {
        self.blocked.get_or_insert_with(|| Block { at, by: by.clone() });
    }

    /// What is known of two contacts that are one person: the latest word of either counts, and a block of either holds.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let blocks = [&self.blocked, &other.blocked].into_iter().flatten();
        Self {
            marketing: self.marketing.with(&other.marketing),
            consent: self.consent.with(&other.consent),
            blocked: blocks.min_by_key(|block| block.at).cloned(),
        }
    }

    /// Takes over what another contact, while it stood for this one, too, was heard to refuse, and what it was blocked for:
    /// nobody knows which of the two it was. What was `known` of it at `since` is its own; where that was not kept, what
    /// was said before.
    pub fn hear_refusals(&mut self, other: &Self, known: Option<&Self>, since: Timestamp) {
        // Meta's times have whole seconds.
        let is_since = |at: Timestamp| at.as_second() >= since.as_second();
        if let Some(said) = other.marketing.last()
            && said.choice == Stance::OptedOut
            && known.map_or(is_since(said.confirmed_at), |known| known.marketing.last() != Some(said))
        {
            self.marketing.hear_of(said);
        }
        if let Some(said) = other.consent.last()
            && said.choice.status == ConsentStatus::Withdrawn
            && known.map_or(is_since(said.confirmed_at), |known| known.consent.last() != Some(said))
        {
            self.consent.hear_of(said);
        }
        if self.blocked.is_none() && other.blocked.as_ref().is_some_and(|block| is_since(block.at)) {
            self.blocked.clone_from(&other.blocked);
        }
    }

    /// What is no news of a purchase or a login is taken for marketing, also under a name that Meta gives it later.
    fn take_marketing(&self, category: &Category) -> Result<(), NotWanted> {
        let is_marketing = !matches!(category, Category::Utility | Category::Authentication);
        match self.marketing.last() {
            Some(Decision { choice: Stance::OptedOut, since, .. }) if is_marketing => {
                Err(NotWanted::OptedOut { since: *since })
            }
            _ => Ok(()),
        }
    }

    fn agree(&self, rule: ConsentRule) -> Result<(), NotWanted> {
        match (self.consent.last(), rule) {
            (Some(Decision { choice: Consent { status: ConsentStatus::Withdrawn, .. }, since, .. }), _) => {
                Err(NotWanted::ConsentWithdrawn { since: *since })
            }
            (None, ConsentRule::Given) => Err(NotWanted::NoConsent),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
