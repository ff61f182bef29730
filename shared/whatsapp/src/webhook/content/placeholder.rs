//! What stands for a message that is not shown: its words, the emoji, a stable word for why, and the original.

use domain::content::Placeholder;
use serde_json::Value;

use super::super::json::{text, text_at, whole};

/// Names and emoji are far shorter.
const MAX_CHARS: usize = 64;

/// What stands for a message of this kind.
pub(super) fn of(kind: &str, message: &Value) -> Placeholder {
    Placeholder {
        kind: kind.chars().take(MAX_CHARS).collect(),
        reason: reason(kind, message).to_owned(),
        text: words(kind, message),
        emoji: emoji(message).filter(|_| kind == "reaction"),
        target: None,
        original: message.to_string(),
    }
}

/// Whether Meta says that it had a file for us and that it is over its 100 MB. It does not say of which kind.
pub(super) fn is_too_large(message: &Value) -> bool {
    error_code(message) == Some(131_052)
}

/// A stable word for why a message is not shown.
fn reason(kind: &str, message: &Value) -> &'static str {
    match error_code(message) {
        Some(131_052) => return "media_too_large",
        Some(131_060) => return "unavailable",
        _ => {}
    }
    match kind {
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => "media_without_id",
        "text" | "location" | "contacts" | "button" | "order" => "unreadable",
        "interactive" if is_answer(message) => "unreadable",
        "interactive" => "kind_not_shown",
        "reaction" if message.pointer("/reaction/emoji").is_none_or(is_nothing) => "reaction_removed",
        "reaction" => "reaction",
        "edit" => "edited",
        "revoke" => "deleted",
        "system" => "unknown_notice",
        // What is unsupported now was unknown once.
        "unknown" if message.get("errors").is_some() => UNSUPPORTED,
        "unsupported" => not_taken(text_at(message, "/unsupported/type").unwrap_or_default()),
        other => match not_taken(other) {
            UNSUPPORTED => "unknown_kind",
            known => known,
        },
    }
}

const UNSUPPORTED: &str = "unsupported_by_whatsapp";

/// What WhatsApp's interface for businesses does not pass on, by Meta's name for it.
fn not_taken(kind: &str) -> &'static str {
    match kind {
        "poll" | "poll_creation" => "poll",
        "poll_update" => "poll_vote",
        "edit" => "edited",
        "reaction" => "reaction",
        "gif" => "gif",
        "group_invite" => "group_invite",
        "keep_in_chat" => "keep_in_chat",
        "media_placeholder" => "media_placeholder",
        "pin" => "pinned",
        view_once if view_once.starts_with("view_once") => "view_once",
        _ => UNSUPPORTED,
    }
}

fn is_answer(message: &Value) -> bool {
    ["button_reply", "list_reply", "nfm_reply", "call_permission_reply"].iter().any(|answer| {
        text_at(message, "/interactive/type") == Some(answer) || message["interactive"].get(answer).is_some()
    })
}

fn is_nothing(emoji: &Value) -> bool {
    emoji.is_null() || *emoji == ""
}

fn emoji(message: &Value) -> Option<String> {
    text_at(message, "/reaction/emoji").map(|emoji| emoji.chars().take(MAX_CHARS).collect())
}

fn error_code(message: &Value) -> Option<u64> {
    whole(message.pointer("/errors/0")?, "code")
}

/// The words that came with it: what a person would read first. Of an edit, the new ones.
fn words(kind: &str, message: &Value) -> Option<String> {
    let said = message.get(kind)?;
    match kind {
        "edit" => new_words(said.get("message")?),
        "text" | "system" => text(said, "body"),
        "location" => text(said, "name").or_else(|| text(said, "address")),
        "order" | "button" => text(said, "text"),
        _ => text(said, "caption").or_else(|| text(said, "filename")),
    }
}

/// An edit holds a message, which is never an edit again.
fn new_words(message: &Value) -> Option<String> {
    let kind = text_at(message, "/type").unwrap_or("text");
    if kind == "edit" { None } else { words(kind, message) }
}
