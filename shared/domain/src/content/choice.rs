//! What a customer picked or filled in, of what we had offered.

use serde::{Deserialize, Serialize};

/// A pressed button or a picked row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub kind: ChoiceKind,
    /// What the customer read.
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What whoever offered it gave it as id or payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// Where the choice was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChoiceKind {
    /// A reply button of an interactive message.
    Button,
    /// A row of a list.
    ListRow,
    /// A quick reply of a template.
    QuickReply,
    /// Whether we may call.
    CallPermission,
}

/// A flow, filled in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the customer sees of having sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The answers, as the JSON text that the flow made.
    pub response: String,
}
