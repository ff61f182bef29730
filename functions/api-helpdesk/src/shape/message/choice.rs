//! What a customer picked or filled in, in JSON.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A pressed button or a picked row, of what we had offered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Choice {
    kind: ChoiceKind,
    /// What the customer read; of a call permission WhatsApp's word, `accept` or `reject`.
    title: String,
    #[schema(required = true)]
    description: Option<String>,
    /// What whoever offered it gave it as id or payload.
    #[schema(required = true)]
    payload: Option<String>,
}

/// Where the choice was offered: as a reply button, in a list, as a quick reply of a template, or in the question whether
/// we may call.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChoiceKind {
    Button,
    ListRow,
    QuickReply,
    CallPermission,
}

/// A flow that the customer filled in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Form {
    #[schema(required = true)]
    name: Option<String>,
    /// What the customer sees of having sent it.
    #[schema(required = true)]
    body: Option<String>,
    /// The answers as the flow made them, mostly an object; a string if they are no JSON.
    response: Value,
}

impl From<domain::content::Choice> for Choice {
    fn from(choice: domain::content::Choice) -> Self {
        let kind = match choice.kind {
            domain::content::ChoiceKind::Button => ChoiceKind::Button,
            domain::content::ChoiceKind::ListRow => ChoiceKind::ListRow,
            domain::content::ChoiceKind::QuickReply => ChoiceKind::QuickReply,
            domain::content::ChoiceKind::CallPermission => ChoiceKind::CallPermission,
        };
        Self { kind, title: choice.title, description: choice.description, payload: choice.payload }
    }
}

impl From<domain::content::Form> for Form {
    fn from(form: domain::content::Form) -> Self {
        let response = serde_json::from_str(&form.response).unwrap_or(Value::String(form.response));
        Self { name: form.name, body: form.body, response }
    }
}
