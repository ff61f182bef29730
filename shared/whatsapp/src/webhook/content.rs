//! What a message says, by its type. What cannot be shown keeps its words, its reason and its original (F12).

use domain::Content;
use domain::content::Placeholder;
use serde_json::Value;

use super::json::text_at;

/// Reads the content; whatever it is, there is one.
pub(crate) fn read(message: &Value) -> Content {
    let kind = text_at(message, "/type").unwrap_or("unknown");
    match text_at(message, "/text/body") {
        Some(text) if kind == "text" => Content::Text { text: text.to_owned() },
        _ => Content::Placeholder(Placeholder {
            kind: kind.chars().take(64).collect(),
            reason: reason(kind, message).to_owned(),
            text: words(kind, message),
            emoji: None,
            target: None,
            original: message.to_string(),
        }),
    }
}

/// A stable word for why a message is not shown.
fn reason(kind: &str, message: &Value) -> &'static str {
    match message.pointer("/errors/0/code").and_then(Value::as_i64) {
        Some(131_051) => return "unsupported_by_whatsapp",
        Some(131_052) => return "media_too_large",
        Some(131_060) => return "unavailable",
        _ => {}
    }
    match kind {
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => "media_not_shown",
        "location" | "contacts" | "interactive" | "button" | "order" => "kind_not_shown",
        "reaction" => "reaction",
        "edit" => "edited",
        "revoke" => "deleted",
        "unsupported" => "unsupported_by_whatsapp",
        _ => "unknown_kind",
    }
}

/// The words that came with a message that is not a text: what a person would read first.
fn words(kind: &str, message: &Value) -> Option<String> {
    let places: &[&str] = match kind {
        "image" => &["/image/caption"],
        "video" => &["/video/caption"],
        "document" => &["/document/caption", "/document/filename"],
        "location" => &["/location/name", "/location/address"],
        "contacts" => &["/contacts/0/name/formatted_name", "/contacts/0/phones/0/phone"],
        "button" => &["/button/text"],
        "interactive" => {
            &["/interactive/button_reply/title", "/interactive/list_reply/title", "/interactive/nfm_reply/body"]
        }
        "order" => &["/order/text"],
        "reaction" => &["/reaction/emoji"],
        "edit" => &[
            "/edit/message/text/body",
            "/edit/message/image/caption",
            "/edit/message/video/caption",
            "/edit/message/document/caption",
        ],
        _ => &[],
    };
    places.iter().find_map(|place| text_at(message, place)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(message: &Value) -> (String, String, Option<String>) {
        match read(message) {
            Content::Text { text } => ("text".into(), "shown".into(), Some(text)),
            Content::Placeholder(Placeholder { kind, reason, text, .. }) => (kind, reason, text),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_words_of_every_kind_are_kept() {
        let cases = [
            (json!({"type": "image", "image": {"caption": "a cat"}}), "media_not_shown", Some("a cat")),
            (json!({"type": "document", "document": {"filename": "a.pdf"}}), "media_not_shown", Some("a.pdf")),
            (json!({"type": "button", "button": {"text": "Yes", "payload": "y"}}), "kind_not_shown", Some("Yes")),
            (
                json!({"type": "interactive", "interactive": {"list_reply": {"title": "Two"}}}),
                "kind_not_shown",
                Some("Two"),
            ),
            (json!({"type": "contacts", "contacts": [{"phones": [{"phone": "+1"}]}]}), "kind_not_shown", Some("+1")),
            (json!({"type": "reaction", "reaction": {"message_id": "wamid.A"}}), "reaction", None),
            (json!({"type": "edit", "edit": {"message": {"text": {"body": "new"}}}}), "edited", Some("new")),
            (json!({"type": "revoke", "revoke": {}}), "deleted", None),
            (json!({"type": "hologram", "hologram": {}}), "unknown_kind", None),
        ];
        for (message, reason, text) in cases {
            let kind = message["type"].as_str().expect("a type").to_owned();
            assert_eq!(shown(&message), (kind, reason.to_owned(), text.map(str::to_owned)));
        }
    }

    #[test]
    fn what_whatsapp_could_not_deliver_says_which_way() {
        let failed = |code| shown(&json!({"type": "unsupported", "errors": [{"code": code}]})).1;
        assert_eq!(failed(131_051), "unsupported_by_whatsapp");
        assert_eq!(failed(131_052), "media_too_large");
        assert_eq!(failed(131_060), "unavailable");
    }

    #[test]
    fn a_text_without_text_and_a_message_without_type_are_placeholders_with_their_original() {
        let empty = json!({"type": "text", "text": {}});
        let Content::Placeholder(Placeholder { kind, original, .. }) = read(&empty) else { panic!("shown as text") };
        assert_eq!((kind.as_str(), original), ("text", empty.to_string()));
        assert_eq!(shown(&json!({})).0, "unknown");
    }
}
