//! What a message says, by its kind (F9). What has no value of its own or cannot be read is a placeholder (F12).

mod card;
mod choice;
mod media;
pub(super) mod notice;
mod order;
mod place;
mod placeholder;

use domain::Content;
use serde_json::Value;

use super::json::{text, text_at};

/// Reads the content; whatever it is, there is one.
pub(super) fn read(message: &Value) -> Content {
    let kind = kind(message);
    typed(kind, message).unwrap_or_else(|| Content::Placeholder(placeholder::of(kind, message)))
}

/// Meta's name of the kind.
pub(super) fn kind(message: &Value) -> &str {
    text_at(message, "/type").unwrap_or("unknown")
}

/// What has a value of its own and could be read whole: a misread order is worse than one that is not shown.
fn typed(kind: &str, message: &Value) -> Option<Content> {
    let said = message.get(kind)?;
    match kind {
        "text" => text(said, "body").map(|text| Content::Text { text }),
        "image" | "video" | "audio" | "voice" | "document" | "sticker" if !placeholder::is_too_large(message) => {
            media::read(kind, said).map(Content::Media)
        }
        "location" => place::read(said).map(Content::Location),
        "contacts" => card::read(said).map(|contacts| Content::Contacts { contacts }),
        "button" => choice::quick_reply(said).map(Content::Choice),
        "interactive" => choice::answer(said),
        "order" => order::read(said).map(Content::Order),
        "system" => notice::read(message, said).map(Content::Notice),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
