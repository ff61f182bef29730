//! A message on its way to Graph.

use std::fmt;

use domain::{Identity, Wamid};
use serde_json::{Value, json};

/// A text to one person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OutgoingMessage<'a> {
    pub to: &'a Identity,
    /// The text, up to 4,096 characters.
    pub body: &'a str,
    /// The message it quotes.
    pub reply_to: Option<&'a Wamid>,
    /// Comes back in every status of this message; Meta takes up to 512 characters.
    pub opaque: &'a str,
}

impl OutgoingMessage<'_> {
    /// The body of `POST /{phone-number-id}/messages`.
    pub(super) fn to_json(self) -> Value {
        let mut json = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "type": "text",
            "text": {"body": self.body},
            "biz_opaque_callback_data": self.opaque,
        });
        match self.to {
            // Without `+` Meta takes the number for one of the business number's own country.
            Identity::Phone(digits) => json["to"] = json!(format!("+{digits}")),
            Identity::Bsuid(id) => json["recipient"] = json!(id),
        }
        if let Some(quoted) = self.reply_to {
            json["context"] = json!({"message_id": quoted.as_str()});
        }
        json
    }
}

/// Prints what it is about, not what it says nor to whom.
impl fmt::Debug for OutgoingMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMessage").field("to", self.to).field("opaque", &self.opaque).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_with_plus_and_an_id_as_recipient() {
        let json = |to| OutgoingMessage { to: &to, body: "hi", reply_to: None, opaque: "msg_1" }.to_json();
        let by_number = json(Identity::Phone("15550100001".into()));
        assert_eq!((by_number["to"].as_str(), by_number.get("recipient")), (Some("+15550100001"), None));
        let by_id = json(Identity::Bsuid("US.1".into()));
        assert_eq!((by_id.get("to"), by_id["recipient"].as_str()), (None, Some("US.1")));
    }

    #[test]
    fn a_message_does_not_print_what_it_says() {
        let to = Identity::Phone("15550100001".into());
        let printed = format!("{:?}", OutgoingMessage { to: &to, body: "a secret", reply_to: None, opaque: "msg_1" });
        assert!(printed.contains("msg_1") && !printed.contains("secret") && !printed.contains("0100"), "{printed}");
    }
}
