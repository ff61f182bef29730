//! A template: a message that Meta approves beforehand, and the only kind that may begin a conversation (F16, F27).
//!
//! What is known of one comes from two sides, in any order: from listings of the account, and from webhooks. Each part
//! remembers Meta's time of what was heard last, so that the older never replaces the newer.

pub mod components;
pub mod draft;
pub mod fill;
pub mod history;
pub mod message;
mod placeholders;
pub mod report;
mod rules;
pub mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use components::{Button, Components, Header, HeaderMedia, Other, Text};
pub use draft::{Draft, Violation};
pub use fill::{Filled, FilledButton, Missing, Variable};
pub use history::History;
pub use message::{GivenHeader, Unfillable, Unsendable};
pub use report::{Listed, Rewritten, Update};
pub use words::{Category, ParameterFormat, Quality, Status};

use crate::ids::{TemplateId, TenantId};

/// A template of one WhatsApp Business account, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub id: TemplateId,
    pub waba_id: String,
    /// Meta's id; another one if it was deleted and made again.
    pub meta_id: String,
    pub name: String,
    /// Such as `en` or `en_US`.
    pub language: String,
    pub format: ParameterFormat,
    pub standing: Told<Standing>,
    pub classification: Told<Classification>,
    /// When Meta spoke last of what its category will be, or said that it has changed: listings do not announce anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foretold_at: Option<Timestamp>,
    pub quality: Told<Quality>,
    pub components: Told<Components>,
    #[serde(default, skip_serializing_if = "History::is_none")]
    pub history: History,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

/// What Meta said last of a part, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told<T> {
    pub value: T,
    pub at: Timestamp,
}

/// Whether it may be sent, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why a template has its status, as Meta says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Meta's word for it, in lower case: `incorrect_category`, `first_pause` …
    pub code: String,
    /// What Meta says or recommends about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What it is billed and limited as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    pub category: Category,
    /// What it was before Meta changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Category>,
    /// What Meta has announced that it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coming: Option<Coming>,
}

/// An announced change of category. Meta announces it a day ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coming {
    pub category: Category,
    pub at: Timestamp,
}

/// Why a template cannot be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEditable {
    /// Meta takes edits of approved, rejected and paused templates only.
    #[error("a template whose status is {0} cannot be edited")]
    Status(Status),
    /// The category of an approved template stays.
    #[error("the category of an approved template cannot be changed")]
    CategoryFixed,
    /// An approved one is edited once in 24 hours and ten times in 30 days.
    #[error("the template was edited too often until {again_at}")]
    TooOften { again_at: Timestamp },
}

impl<T: PartialEq> Told<T> {
    /// Takes what was said at `at`, unless something later is known. Says whether it is known now.
    ///
    /// Meta's times have whole seconds: what was said within the same second counts as later.
    pub(crate) fn hear(&mut self, value: T, at: Timestamp) -> bool {
        if at.as_second() < self.at.as_second() {
            return false;
        }
        self.at = self.at.max(at);
        self.value = value;
        true
    }
}

impl Template {
    /// How long a deleted template is kept: for as long as Meta blocks its name.
    pub const KEPT_DELETED: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

    /// A template that was in a listing made at `at`.
    pub fn listed(tenant: TenantId, waba_id: &str, listed: Listed, at: Timestamp) -> Self {
        let id = TemplateId::of(tenant, waba_id, &listed.name, &listed.language);
        Self::anew(id, waba_id.to_owned(), listed, at)
    }

    fn anew(id: TemplateId, waba_id: String, listed: Listed, at: Timestamp) -> Self {
        let Listed { meta_id, name, language, format, standing, category, previous_category, quality, components } =
            listed;
        let classification = Classification { category, previous: previous_category, coming: None };
        Self {
            id,
            waba_id,
            meta_id,
            name,
            language,
            format,
            standing: Told { value: standing, at },
            classification: Told { value: classification, at },
            foretold_at: None,
            quality: Told { value: quality, at },
            components: Told { value: components, at },
            history: History::default(),
            version: 0,
        }
    }

    pub fn status(&self) -> &Status {
        &self.standing.value.status
    }

    pub fn category(&self) -> &Category {
        &self.classification.value.category
    }

    pub fn components(&self) -> &Components {
        &self.components.value
    }

    /// Whether Meta takes messages made of it.
    pub fn may_be_sent(&self) -> bool {
        matches!(self.status(), Status::Approved | Status::Flagged)
    }

    /// Whether it is not at Meta any more.
    pub fn is_deleted(&self) -> bool {
        *self.status() == Status::Deleted
    }

    /// Whether it may be changed at `now`, to `category` among others.
    ///
    /// # Errors
    /// [`NotEditable`].
    pub fn check_edit(&self, category: &Category, now: Timestamp) -> Result<(), NotEditable> {
        match self.status() {
            Status::Approved | Status::Flagged if category != self.category() => Err(NotEditable::CategoryFixed),
            Status::Approved | Status::Flagged => {
                self.history.next_edit(now).map_or(Ok(()), |again_at| Err(NotEditable::TooOften { again_at }))
            }
            Status::Rejected | Status::Paused => Ok(()),
            other => Err(NotEditable::Status(other.clone())),
        }
    }

    /// It was edited at `at`, and Meta looks at it again.
    pub fn edited(&mut self, category: Category, components: Components, at: Timestamp) {
        let before = self.classification.value.clone();
        if before.category == category {
            self.classification.hear(before, at);
        } else {
            // It was changed here: there is nothing that anybody has to be told of.
            self.recategorise(Classification { category, previous: None, coming: None }, at);
        }
        self.components.hear(components, at);
        if self.may_be_sent() {
            self.history.edited(at);
        }
        self.standing.hear(Standing { status: Status::Pending, reason: None }, at);
    }

    /// An edit whose answer was lost turned out, at `at`, to have been made.
    pub fn edit_found(&mut self, at: Timestamp) {
        self.history.edited(at);
    }

    /// It was deleted, or is missing in a listing made at `at`. Says whether that is news.
    pub fn gone(&mut self, at: Timestamp) -> bool {
        !self.is_deleted() && self.stand(Standing { status: Status::Deleted, reason: None }, at)
    }

    /// It is this since `at`, whatever was announced before, unless something later is known. Says whether it is known now.
    fn recategorise(&mut self, classification: Classification, at: Timestamp) -> bool {
        let heard = self.classification.hear(classification, at);
        if heard {
            self.foretold_at = self.foretold_at.max(Some(at));
        }
        heard
    }

    /// It has this status since `at`, unless a later one is known. Says whether it is known now.
    fn stand(&mut self, standing: Standing, at: Timestamp) -> bool {
        let was_approved = self.may_be_sent();
        let heard = self.standing.hear(standing, at);
        if was_approved && self.is_deleted() {
            self.history.deleted_while_approved(at);
        }
        heard
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
