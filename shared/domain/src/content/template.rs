//! A message made of a template (F27): its words as the customer sees them, and what Meta needs to fill them likewise.

use serde::{Deserialize, Serialize};

use super::{Location, Media};
use crate::template::{Category, FilledButton};

/// A template with its variables filled.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateMessage {
    pub name: String,
    pub language: String,
    /// As it was when the message was accepted: what it is billed and limited as.
    pub category: Category,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<MessageHeader>,
    pub body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<FilledButton>,
    /// Part by part, and within a part in the order in which Meta wants them. What the template itself says is with Meta.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

/// What stands above the body.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum MessageHeader {
    Text { text: String },
    Media(Media),
    Location(Location),
}

/// The value of one variable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    #[serde(flatten)]
    pub part: Part,
    /// Of a template whose variables have names; nothing where they are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub value: String,
}

/// Where a variable stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "part")]
pub enum Part {
    Header,
    Body,
    /// At the end of the address of the button at this place, counted from 0.
    Url {
        index: usize,
    },
    /// What the button at this place copies.
    Code {
        index: usize,
    },
}

impl TemplateMessage {
    /// All its words, as a thread shows them.
    pub fn text(&self) -> String {
        let header = match &self.header {
            Some(MessageHeader::Text { text }) => Some(text.as_str()),
            _ => None,
        };
        let parts = [header, Some(self.body.as_str()), self.footer.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }
}
