//! A template as the customer sees it, in JSON.

use domain::content::{Location as Place, MessageHeader, TemplateMessage};
use domain::template::FilledButton;
use serde::Serialize;
use utoipa::ToSchema;

/// The template that a message of ours was made of. Its words are the message's `text` in all; a file above them is among
/// the `attachments`, a place is the `location`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageTemplate)]
pub(super) struct Template {
    #[schema(example = "order_update")]
    name: String,
    #[schema(example = "en_US")]
    language: String,
    /// When it was sent.
    #[schema(example = "utility")]
    category: String,
    /// The words above the body.
    #[schema(required = true)]
    header: Option<String>,
    #[schema(example = "Hello Ada, your order A-17 has left our house.")]
    body: String,
    #[schema(required = true)]
    footer: Option<String>,
    buttons: Vec<Button>,
}

/// A button below a template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageTemplateButton)]
struct Button {
    /// `null` where the label is WhatsApp's.
    #[schema(required = true)]
    label: Option<String>,
    /// Where it leads, if anywhere.
    #[schema(required = true)]
    url: Option<String>,
    /// What it copies, if anything.
    #[schema(required = true)]
    code: Option<String>,
}

impl Template {
    /// The template, with the place that stands above it, if one does.
    pub(super) fn of(message: TemplateMessage) -> (Self, Option<Place>) {
        let TemplateMessage { name, language, category, header, body, footer, buttons, .. } = message;
        let (header, place) = match header {
            Some(MessageHeader::Text { text }) => (Some(text), None),
            Some(MessageHeader::Location(place)) => (None, Some(place)),
            Some(MessageHeader::Media(_)) | None => (None, None),
        };
        let buttons = buttons.into_iter().map(Button::from).collect();
        (Self { name, language, category: category.into(), header, body, footer, buttons }, place)
    }
}

impl From<FilledButton> for Button {
    fn from(FilledButton { label, url, code }: FilledButton) -> Self {
        Self { label, url, code }
    }
}
