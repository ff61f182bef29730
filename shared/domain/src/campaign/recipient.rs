//! The people of a campaign, a slice at a time, and what became of each.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::content::Location;
use crate::ids::{ContactId, LibraryItemId, MessageId};
use crate::library::KeptFile;

/// Somebody who is to get the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub contact_id: ContactId,
    /// What the variables stand for in theirs, before what they stand for in all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, CampaignVariable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// What a variable stands for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignVariable {
    Given(String),
    OfContact {
        /// What it is called there; as the variable without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property: Option<String>,
        /// Where the contact has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<String>,
    },
}

/// Prints nothing of it: what is written to people stays out of logs.
impl fmt::Debug for CampaignVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CampaignVariable")
    }
}

/// What stands above the body, where that is no text. A file is one that is kept: a campaign may outlive an upload, whose
/// file is looked at and kept when the campaign is made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignHeader {
    Library(LibraryItemId),
    File(KeptFile),
    Place(Location),
}

/// Prints its kind only.
impl fmt::Debug for CampaignHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Library(_) => "Library",
            Self::File(_) => "File",
            Self::Place(_) => "Place",
        })
    }
}

/// What became of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    Accepted { message_id: MessageId, left: Left },
    Refused(Refused),
}

/// Whether an accepted message has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    NotYet,
    Sent,
    Failed,
}

/// Why somebody gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// A stable word: the code of the problem with which a single message would have been refused, `duplicate`, or
    /// `contact_unreadable`.
    pub reason: String,
    /// More, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Refused {
    /// A reason that says it all.
    pub fn because(reason: &str) -> Self {
        Self { reason: reason.to_owned(), detail: None }
    }
}

/// Some of the people of a campaign: as many as are decided at once, and as go into an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    recipients: Vec<Recipient>,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

impl Slice {
    /// These people, who are not decided yet.
    pub fn of(recipients: Vec<Recipient>) -> Self {
        Self { recipients, version: 0 }
    }

    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// The same, to say what became of them.
    pub fn recipients_mut(&mut self) -> &mut [Recipient] {
        &mut self.recipients
    }

    /// Whether a message of it has not left yet.
    pub fn waits(&self) -> bool {
        self.waiting().next().is_some()
    }

    /// The messages that have not left yet.
    pub fn waiting(&self) -> impl DoubleEndedIterator<Item = MessageId> {
        self.recipients.iter().filter_map(|recipient| match recipient.outcome {
            Some(Outcome::Accepted { message_id, left: Left::NotYet }) => Some(message_id),
            _ => None,
        })
    }

    /// A message has left, or failed. Says whether that is news.
    pub fn leave(&mut self, message: MessageId, how: Left) -> bool {
        for recipient in &mut self.recipients {
            if let Some(Outcome::Accepted { message_id, left: left @ Left::NotYet }) = &mut recipient.outcome
                && *message_id == message
            {
                *left = how;
                return how != Left::NotYet;
            }
        }
        false
    }
}
