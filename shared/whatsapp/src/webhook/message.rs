//! One message of a customer's.

use domain::{InboundMessage, Sender, Wamid};
use serde_json::Value;

use super::json::{text, time};
use super::{content, person, provenance};

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
}

impl NotAMessage {
    /// A stable word for outcomes and counts.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoId => "no_id",
            Self::NoSender => "no_sender",
            Self::BadTimestamp => "bad_timestamp",
            Self::Group => "group",
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
    let sender = sender(message, contact).ok_or(NotAMessage::NoSender)?;
    let sent_at = time(message, "timestamp").ok_or(NotAMessage::BadTimestamp)?;
    Ok(InboundMessage {
        wamid,
        sent_at,
        sender,
        content: content::read(message),
        // A forwarded message has a context without id: it quotes nothing.
        quotes: other_message(message, "/context", "id"),
        target: target(message),
        provenance: provenance::read(message),
    })
}

/// Who wrote it; of a notice about the customer, what they are called from now on.
fn sender(message: &Value, contact: Option<&Value>) -> Option<Sender> {
    let renamed = if content::kind(message) == "system" { content::notice::sender(message, contact) } else { None };
    let (from, user_id) = (text(message, "from"), text(message, "from_user_id"));
    let sender = renamed.or_else(|| person::read(from.as_deref(), user_id.as_deref(), contact))?;
    Some(person::with_parent(sender, message, "from_parent_user_id"))
}

/// What a reaction, an edit or a deletion is about.
fn target(message: &Value) -> Option<Wamid> {
    match content::kind(message) {
        "reaction" => other_message(message, "/reaction", "message_id"),
        "edit" => other_message(message, "/edit", "original_message_id"),
        "revoke" => other_message(message, "/revoke", "original_message_id"),
        _ => None,
    }
}

fn other_message(message: &Value, object: &str, key: &str) -> Option<Wamid> {
    Wamid::try_from(text(message.pointer(object)?, key)?).ok()
}

#[cfg(test)]
mod tests {
    use domain::{Content, Identity, Provenance};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::webhook::testing::{any_json, any_kind};

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
    }

    #[test]
    fn what_a_reaction_an_edit_or_a_deletion_is_about_is_its_target() {
        let target_of = |kind: &str, said: Value| {
            let mut message = text_message();
            message["type"] = json!(kind);
            message[kind] = said;
            parse(&message, None).expect("a message").target.map(String::from)
        };
        let wamid = Some("wamid.T".to_owned());
        assert_eq!(target_of("reaction", json!({"message_id": "wamid.T", "emoji": "👍"})), wamid);
        assert_eq!(target_of("edit", json!({"original_message_id": "wamid.T"})), wamid);
        assert_eq!(target_of("revoke", json!({"original_message_id": "wamid.T"})), wamid);
        assert_eq!(target_of("revoke", json!({"original_message_id": "w".repeat(513)})), None);
    }

    #[test]
    fn a_notice_is_from_what_the_customer_is_called_now_and_names_what_they_were_called() {
        let read = |mut message: Value| {
            message["id"] = json!("wamid.S");
            message["type"] = json!("system");
            message["timestamp"] = json!("1750000000");
            let read = parse(&message, None).expect("a notice");
            let Content::Notice(notice) = read.content else { panic!("no notice") };
            let named = |identity: &Identity| identity.as_str().to_owned();
            let now: Vec<String> = read.sender.identities().map(named).collect();
            (now, notice.previous.iter().map(named).collect::<Vec<String>>())
        };
        let owned = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        let names = |now: &[&str], before: &[&str]| (owned(now), owned(before));
        let number =
            json!({"type": "user_changed_number", "wa_id": "2", "user_id": "US.2", "previous_user_id": "US.1"});
        assert_eq!(read(json!({"from": "1", "system": number})), names(&["2", "US.2"], &["1", "US.1"]));
        let bare = json!({"type": "user_changed_number", "wa_id": "2"});
        assert_eq!(read(json!({"from": "1", "from_user_id": "US.1", "system": bare})), names(&["2"], &["1", "US.1"]));
        let old = json!({"type": "customer_changed_number", "new_wa_id": "2", "customer": "1"});
        assert_eq!(read(json!({"from": "1", "system": old})), names(&["2"], &["1"]));
        let id = json!({"type": "user_changed_user_id", "user_id": "US.2", "previous_user_id": "US.1"});
        assert_eq!(read(json!({"from_user_id": "US.2", "system": id})), names(&["US.2"], &["US.1"]));
        assert_eq!(read(json!({"from_user_id": "US.1", "system": id})), names(&["US.2"], &["US.1"]));
        assert_eq!(read(json!({"system": id})), names(&["US.2"], &["US.1"]));
        assert_eq!(read(json!({"system": old})), names(&["2"], &["1"]));
        let twice =
            json!({"type": "user_changed_user_id", "user_id": "US.2", "previous_user_id": "US.1", "customer": "1"});
        assert_eq!(read(json!({"from": "US.1", "system": twice})), names(&["US.2"], &["US.1", "1"]));
        let nameless = json!({"type": "user_changed_user_id", "user_id": "US.2"});
        assert_eq!(read(json!({"from_user_id": "US.2", "system": nameless})), names(&["US.2"], &[]));
        let device = json!({"type": "customer_identity_changed", "customer": "1"});
        assert_eq!(read(json!({"from": "1", "system": device})), names(&["1"], &[]));
    }

    proptest! {
        #[test]
        fn no_json_makes_it_panic(
            message in any_json(),
            contact in any_json(),
            content in any_json(),
            kind in any_kind(),
            context in any_json(),
        ) {
            let _ = parse(&message, Some(&contact));
            let mut sound = text_message();
            sound["context"] = context.clone();
            sound["referral"] = context;
            sound["type"] = json!(kind);
            sound[&kind] = content;
            let read = parse(&sound, Some(&contact)).map(|_| ());
            let overwritten = ["id", "from", "timestamp", "type"].contains(&kind.as_str());
            prop_assert!(overwritten || read.is_ok() || read == Err(NotAMessage::Group));
        }

        #[test]
        fn whatever_is_read_can_be_stored_and_read_again(kind in any_kind(), content in any_json(), context in any_json()) {
            let mut sound = text_message();
            sound["context"] = context.clone();
            sound["referral"] = context;
            sound["type"] = json!(kind);
            sound[&kind] = content;
            if let Ok(read) = parse(&sound, None) {
                let content = serde_json::to_value(&read.content).expect("JSON");
                prop_assert!(serde_json::from_value::<Content>(content).expect("the content") == read.content);
                let provenance = serde_json::to_value(&read.provenance).expect("JSON");
                prop_assert!(serde_json::from_value::<Provenance>(provenance).expect("the provenance") == read.provenance);
            }
        }
    }
}
