//! One message of a customer's.

use domain::{InboundMessage, Provenance, Wamid};
use serde_json::Value;

use super::json::{text, text_at, time};
use super::{content, person};

/// Why an element of `messages[]` is not a message of one customer to us. It is recorded instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    #[error("no id")]
    NoId,
    #[error("nobody named as sender")]
    NoSender,
    #[error("no time that could be read")]
    BadTimestamp,
    #[error("a message in a group")]
    Group,
    #[error("a notice of WhatsApp's about the person, not a message of theirs")]
    System,
}

impl NotAMessage {
    /// A stable word for outcomes and counts.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoId => "no_id",
            Self::NoSender => "no_sender",
            Self::BadTimestamp => "bad_timestamp",
            Self::Group => "group",
            Self::System => "system",
        }
    }
}

/// Reads a message and the `contacts[]` element of its sender.
///
/// # Errors
/// When it is not a message of one customer; nothing about its content is an error.
pub fn parse(message: &Value, contact: Option<&Value>) -> Result<InboundMessage, NotAMessage> {
    let wamid = text(message, "id").and_then(|id| Wamid::try_from(id).ok()).ok_or(NotAMessage::NoId)?;
    if message.get("group_id").is_some_and(|group| !group.is_null()) {
        return Err(NotAMessage::Group);
    }
    if message.get("type").and_then(Value::as_str) == Some("system") {
        return Err(NotAMessage::System);
    }
    let (from, user_id) = (text(message, "from"), text(message, "from_user_id"));
    let sender = person::read(from.as_deref(), user_id.as_deref(), contact).ok_or(NotAMessage::NoSender)?;
    let sent_at = time(message, "timestamp").ok_or(NotAMessage::BadTimestamp)?;
    // A forwarded message has a context without id: it quotes nothing.
    let quotes = text_at(message, "/context/id").and_then(|id| Wamid::try_from(id.to_owned()).ok());
    let (content, target, provenance) = (content::read(message), None, Provenance::default());
    Ok(InboundMessage { wamid, sent_at, sender, content, quotes, target, provenance })
}

#[cfg(test)]
mod tests {
    use domain::{Content, Identity};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::webhook::testing::any_json;

    fn text_message() -> Value {
        json!({"from": "15550100001", "id": "wamid.A", "timestamp": "1750000000", "type": "text", "text": {"body": "hi"}})
    }

    #[test]
    fn a_text_is_read_with_its_sender_its_time_and_what_it_quotes() {
        let mut message = text_message();
        message["context"] = json!({"from": "15550100009", "id": "wamid.Q"});
        let contact = json!({"profile": {"name": "Ada"}, "wa_id": "15550100001"});
        let read = parse(&message, Some(&contact)).expect("a message");
        assert_eq!(read.wamid.as_str(), "wamid.A");
        assert_eq!(read.sent_at.as_second(), 1_750_000_000);
        assert_eq!(read.sender.identity(), &Identity::Phone("15550100001".into()));
        assert_eq!(read.sender.profile_name.as_deref(), Some("Ada"));
        assert_eq!(read.content, Content::Text { text: "hi".into() });
        assert_eq!(read.quotes.as_ref().map(Wamid::as_str), Some("wamid.Q"));
    }

    #[test]
    fn a_forwarded_message_quotes_nothing() {
        let mut message = text_message();
        message["context"] = json!({"forwarded": true});
        assert_eq!(parse(&message, None).expect("a message").quotes, None);
    }

    #[test]
    fn what_is_no_message_of_a_customer_says_why() {
        let changed = |key: &str, value: Value| {
            let mut message = text_message();
            message[key] = value;
            parse(&message, None).map(|_| ())
        };
        assert_eq!(changed("id", json!("")), Err(NotAMessage::NoId));
        assert_eq!(changed("id", json!("w".repeat(513))), Err(NotAMessage::NoId));
        assert_eq!(changed("from", json!("nobody")), Err(NotAMessage::NoSender));
        assert_eq!(changed("timestamp", json!("soon")), Err(NotAMessage::BadTimestamp));
        assert_eq!(changed("group_id", json!("G")), Err(NotAMessage::Group));
        assert_eq!(changed("type", json!("system")), Err(NotAMessage::System));
    }

    proptest! {
        #[test]
        fn no_json_makes_it_panic(message in any_json(), contact in any_json(), content in any_json(), kind in "[a-z_]{1,12}") {
            let _ = parse(&message, Some(&contact));
            let mut sound = text_message();
            sound["type"] = json!(kind);
            sound[&kind] = content;
            let no_message = [NotAMessage::System, NotAMessage::Group].map(Err);
            let read = parse(&sound, Some(&contact)).map(|_| ());
            let overwritten = ["id", "from", "timestamp", "type"].contains(&kind.as_str());
            prop_assert!(overwritten || read.is_ok() || no_message.contains(&read));
        }
    }
}
