//! A message on its way to Graph.

mod content;
mod template;

use std::fmt;

use domain::{Identity, Wamid};
use serde_json::{Value, json};

pub use content::OutgoingContent;

/// A message to one person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OutgoingMessage<'a> {
    pub to: &'a Identity,
    pub content: OutgoingContent<'a>,
    /// The message it quotes; a reaction or a template quotes none.
    pub reply_to: Option<&'a Wamid>,
    /// Comes back in every status of this message; Meta takes up to 512 characters.
    pub opaque: &'a str,
}

impl OutgoingMessage<'_> {
    /// The body of `POST /{phone-number-id}/messages`.
    pub(super) fn to_json(self) -> Value {
        let kind = self.content.kind();
        let mut json = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "type": kind,
            "biz_opaque_callback_data": self.opaque,
        });
        json[kind] = self.content.to_json();
        match self.to {
            // Without `+` Meta takes the number for one of the business number's own country.
            Identity::Phone(digits) => json["to"] = json!(format!("+{digits}")),
            Identity::Bsuid(id) => json["recipient"] = json!(id),
        }
        let quotable = !matches!(self.content, OutgoingContent::Reaction { .. } | OutgoingContent::Template { .. });
        if let Some(quoted) = self.reply_to.filter(|_| quotable) {
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

    fn text(to: &Identity) -> OutgoingMessage<'_> {
        OutgoingMessage { to, content: OutgoingContent::Text("a secret"), reply_to: None, opaque: "msg_1" }
    }

    #[test]
    fn a_number_is_written_with_plus_and_an_id_as_recipient() {
        let by_number = text(&Identity::Phone("15550100001".into())).to_json();
        assert_eq!((by_number["to"].as_str(), by_number.get("recipient")), (Some("+15550100001"), None));
        let by_id = text(&Identity::Bsuid("US.1".into())).to_json();
        assert_eq!((by_id.get("to"), by_id["recipient"].as_str()), (None, Some("US.1")));
    }

    #[test]
    fn a_message_does_not_print_what_it_says() {
        let printed = format!("{:?}", text(&Identity::Phone("15550100001".into())));
        assert!(printed.contains("msg_1") && !printed.contains("secret") && !printed.contains("0100"), "{printed}");
    }

    #[test]
    fn a_reaction_quotes_nothing_and_everything_else_may() {
        let (to, quoted) =
            (Identity::Phone("15550100001".into()), Wamid::try_from("wamid.Q".to_owned()).expect("a wamid"));
        let quoting = OutgoingMessage { reply_to: Some(&quoted), ..text(&to) };
        assert_eq!(quoting.to_json()["context"]["message_id"], "wamid.Q");
        let reaction = OutgoingContent::Reaction { target: &quoted, emoji: "👍" };
        let json = OutgoingMessage { content: reaction, ..quoting }.to_json();
        assert_eq!(json.get("context"), None);
        assert_eq!(json["reaction"], json!({"message_id": "wamid.Q", "emoji": "👍"}));
    }
}
