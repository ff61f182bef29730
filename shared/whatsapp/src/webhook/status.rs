//! One status of a message of ours.

use domain::delivery::Report;
use domain::{Sender, Wamid};
use jiff::Timestamp;
use serde_json::Value;

use super::json::{text, time};
use super::person;
use crate::graph::errors;

/// What Meta says of a message that we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusUpdate {
    pub wamid: Wamid,
    pub reported: Reported,
    /// Meta's time of the event.
    pub at: Timestamp,
    /// Our own id, which Meta carries back when we gave it along.
    pub opaque: Option<String>,
    /// Whom it went to, as far as Meta says; may hold an identity that we did not know of the contact.
    pub recipient: Option<Sender>,
}

/// The status itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    Known(Report),
    /// A status that Meta does not document (`deleted` and `warning` have been seen): it moves nothing.
    Unknown(String),
}

/// Why an element of `statuses[]` could not be read. It is recorded instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAStatus {
    #[error("no id of a message")]
    NoId,
    #[error("no status")]
    NoStatus,
    #[error("no time that could be read")]
    BadTimestamp,
}

impl NotAStatus {
    /// A stable word for outcomes and counts.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoId => "no_id",
            Self::NoStatus => "no_status",
            Self::BadTimestamp => "bad_timestamp",
        }
    }
}

/// Reads a status and the `contacts[]` element of its recipient.
///
/// # Errors
/// When it does not say which message, what, or when.
pub fn parse(status: &Value, contact: Option<&Value>) -> Result<StatusUpdate, NotAStatus> {
    let wamid = text(status, "id").and_then(|id| Wamid::try_from(id).ok()).ok_or(NotAStatus::NoId)?;
    let reported = reported(text(status, "status").ok_or(NotAStatus::NoStatus)?, status);
    let at = time(status, "timestamp").ok_or(NotAStatus::BadTimestamp)?;
    let (number, user_id) = (text(status, "recipient_id"), text(status, "recipient_user_id"));
    Ok(StatusUpdate {
        wamid,
        reported,
        at,
        opaque: text(status, "biz_opaque_callback_data"),
        recipient: person::read(number.as_deref(), user_id.as_deref(), contact),
    })
}

fn reported(word: String, status: &Value) -> Reported {
    Reported::Known(match word.as_str() {
        "sent" => Report::Sent,
        "delivered" => Report::Delivered,
        "read" => Report::Read,
        "played" => Report::Played,
        "failed" => Report::Failed(errors::failure_of(status.pointer("/errors/0").unwrap_or(&Value::Null))),
        _ => return Reported::Unknown(word),
    })
}

#[cfg(test)]
mod tests {
    use domain::Identity;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::webhook::testing::any_json;

    fn status(word: &str) -> Value {
        json!({"id": "wamid.A", "status": word, "timestamp": "1750000000", "recipient_id": "15550100001",
               "biz_opaque_callback_data": "msg_1"})
    }

    #[test]
    fn every_documented_status_is_known_and_another_is_kept_as_its_word() {
        for (word, report) in [
            ("sent", Report::Sent),
            ("delivered", Report::Delivered),
            ("read", Report::Read),
            ("played", Report::Played),
        ] {
            assert_eq!(parse(&status(word), None).expect("a status").reported, Reported::Known(report));
        }
        assert_eq!(parse(&status("warning"), None).expect("a status").reported, Reported::Unknown("warning".into()));
    }

    #[test]
    fn our_own_id_comes_back_and_the_contact_tells_who_it_was() {
        let contact = json!({"wa_id": "15550100001", "user_id": "US.1"});
        let update = parse(&status("read"), Some(&contact)).expect("a status");
        assert_eq!(update.opaque.as_deref(), Some("msg_1"));
        let recipient = update.recipient.expect("a recipient");
        let identities: Vec<_> = recipient.identities().map(Identity::as_str).collect();
        assert_eq!(identities, ["15550100001", "US.1"]);
    }

    #[test]
    fn a_failure_has_metas_code_a_reason_and_advice_even_without_an_error() {
        let mut failed = status("failed");
        failed["errors"] = json!([{"code": 131026, "title": "Message undeliverable"}]);
        let Reported::Known(Report::Failed(failure)) = parse(&failed, None).expect("a status").reported else {
            panic!("not failed")
        };
        assert_eq!(failure.code, "131026");
        assert!(!failure.advice.is_empty());
        let bare = parse(&status("failed"), None).expect("a status").reported;
        assert!(matches!(bare, Reported::Known(Report::Failed(failure)) if failure.code == "unknown"));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(parse(&json!({"status": "sent", "timestamp": "1"}), None), Err(NotAStatus::NoId));
        assert_eq!(parse(&json!({"id": "wamid.A", "timestamp": "1"}), None), Err(NotAStatus::NoStatus));
        assert_eq!(parse(&json!({"id": "wamid.A", "status": "sent"}), None), Err(NotAStatus::BadTimestamp));
    }

    proptest! {
        #[test]
        fn no_json_makes_it_panic(value in any_json(), errors in any_json()) {
            let _ = parse(&value, Some(&value));
            let mut failed = status("failed");
            failed["errors"] = errors;
            prop_assert!(parse(&failed, Some(&value)).is_ok());
        }
    }
}
