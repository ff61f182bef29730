//! What a message says, in JSON (F9, F12).

use std::borrow::Cow;

use domain::content::{Hidden, MediaKind, MessageHeader, Placeholder, Reaction};
use domain::{Content as Said, MessageId};
use serde::Serialize;
use utoipa::ToSchema;
use whatsapp::formatting;

use super::attachment::Attachment;
use super::card::SharedContact;
use super::choice::{Choice, Form};
use super::notice::Notice;
use super::order::Order;
use super::place::Location;
use super::template::Template;

/// What a message says. A frontend that knows `type` and `text` only shows something sensible for every message.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = MessageContent)]
pub(super) struct Content {
    /// `text`, `image`, `video`, `audio`, `voice`, `document`, `sticker`, `location`, `contacts`, `choice`, `form`, `order`,
    /// `template`, `reaction`, `notice`; or WhatsApp's name of a kind that is not shown: `edit`, `revoke`, `unsupported` …
    #[schema(example = "text")]
    r#type: String,
    /// Its words: a text, a caption, the name of a file, a place or a person, what was picked, an emoji, all
    /// of a template as it was filled. `null` if it has none.
    #[schema(required = true)]
    text: Option<String>,
    /// Its words for display: HTML that is safe as it is, with WhatsApp's marks (`*bold*` …) as elements and everything else
    /// escaped. It has no elements but `p`, `br`, `strong`, `em`, `del`, `code`, `pre`, `ul`, `ol`, `li`, `blockquote`, and `a` to
    /// `http`, `https` and `mailto`. `null` if it has no words.
    #[schema(required = true, example = "<p>Here <strong>we</strong> are.</p>")]
    html: Option<String>,
    /// A stable word for why it is not shown as it was sent: `deleted`, `edited`, `media_too_large`, `moderated`, `poll`,
    /// `reaction`, `unavailable`, `unknown_kind` … `null` if it is.
    #[schema(required = true)]
    reason: Option<String>,
    /// What was found in a message that is hidden for it (`reason` is `moderated`).
    findings: Vec<String>,
    /// Its file. WhatsApp sends one with a message at most.
    attachments: Vec<Attachment>,
    /// Whether a sticker moves.
    #[schema(required = true)]
    animated: Option<bool>,
    #[schema(required = true)]
    location: Option<Location>,
    /// The people whose cards are shared.
    contacts: Vec<SharedContact>,
    #[schema(required = true)]
    choice: Option<Choice>,
    #[schema(required = true)]
    form: Option<Form>,
    #[schema(required = true)]
    order: Option<Order>,
    #[schema(required = true)]
    template: Option<Template>,
    #[schema(required = true)]
    notice: Option<Notice>,
    /// Of a reaction; `null` when it took an earlier one away.
    #[schema(required = true, example = "👍")]
    emoji: Option<String>,
    /// The message that a reaction, an edit or a deletion is about, where we have it.
    #[schema(required = true, value_type = Option<String>)]
    target: Option<MessageId>,
}

impl Content {
    /// The content of the message with this id.
    pub(super) fn of(said: Said, id: MessageId) -> Self {
        let (r#type, text, html) = (said.kind().to_owned(), said.text().map(Cow::into_owned), html_of(&said));
        let shown = Self { r#type, text, html, ..Self::default() };
        match said {
            Said::Text { .. } => shown,
            Said::Media(media) => {
                let animated = match media.kind {
                    MediaKind::Sticker { animated } => Some(animated),
                    _ => None,
                };
                Self { animated, attachments: vec![Attachment::of(media.attachment, id)], ..shown }
            }
            Said::Location(location) => Self { location: Some(location.into()), ..shown },
            Said::Contacts { contacts } => {
                Self { contacts: contacts.into_iter().map(SharedContact::from).collect(), ..shown }
            }
            Said::Choice(choice) => Self { choice: Some(choice.into()), ..shown },
            Said::Form(form) => Self { form: Some(form.into()), ..shown },
            Said::Order(order) => Self { order: Some(order.into()), ..shown },
            Said::Template(message) => {
                let file = match &message.header {
                    Some(MessageHeader::Media(media)) => Some(media.attachment.clone()),
                    _ => None,
                };
                let (template, place) = Template::of(message);
                Self {
                    template: Some(template),
                    location: place.map(Location::from),
                    attachments: file.into_iter().map(|file| Attachment::of(file, id)).collect(),
                    ..shown
                }
            }
            Said::Notice(notice) => Self { notice: Some(notice.into()), ..shown },
            Said::Reaction(Reaction { target, emoji }) => {
                Self { target: Some(target), emoji: Some(emoji).filter(|emoji| !emoji.is_empty()), ..shown }
            }
            Said::Hidden(Hidden { findings, .. }) => Self { reason: Some("moderated".to_owned()), findings, ..shown },
            Said::Placeholder(Placeholder { reason, emoji, target, .. }) => {
                Self { reason: Some(reason), emoji, target, ..shown }
            }
        }
    }
}

/// WhatsApp heeds marks in what people write, and not in the names of files and places, or in what they picked.
fn html_of(said: &Said) -> Option<String> {
    let is_written = match said {
        Said::Text { .. } | Said::Order(_) | Said::Template(_) | Said::Placeholder(_) => true,
        Said::Media(media) => media.caption.is_some(),
        _ => false,
    };
    let to_html = if is_written { formatting::to_html } else { formatting::to_html_without_marks };
    said.text().map(|text| to_html(&text)).filter(|html| !html.is_empty())
}

#[cfg(test)]
mod tests;
