//! What should not be seen is taken out of JSON that nobody needs whole.

use serde_json::Value;

use super::texts::is_made_by_a_machine;
use super::{Detector, Moderation};

impl Moderation {
    /// Puts what was found in the place of every text in which something is. Says whether there was any.
    pub fn redact(&self, value: &mut Value) -> bool {
        self.redact_member("", value)
    }

    /// Parsed JSON is at most 128 levels deep.
    fn redact_member(&self, name: &str, value: &mut Value) -> bool {
        match value {
            Value::String(text) if !is_made_by_a_machine(name) => self.redact_text(text),
            // Not `any`, which stops at the first.
            Value::Array(values) => values.iter_mut().fold(false, |any, value| self.redact_member(name, value) | any),
            Value::Object(members) => {
                members.iter_mut().fold(false, |any, (name, value)| self.redact_member(name, value) | any)
            }
            _ => false,
        }
    }

    fn redact_text(&self, text: &mut String) -> bool {
        let found: Vec<&str> = self.findings([text.as_str()]).into_iter().map(Detector::name).collect();
        if !found.is_empty() {
            *text = format!("[hidden: {}]", found.join(", "));
        }
        !found.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_give_way_to_what_was_found_and_all_else_stays() {
        let mut message = json!({
            "id": "4111111111111111", "group_id": "x", "text": { "body": "my card: 4111 1111 1111 1111" },
            "list": ["hello", "http://203.0.113.9"], "count": 4_111_111_111_111_111_u64,
        });
        assert!(Moderation::default().redact(&mut message));
        assert_eq!(
            message,
            json!({
                "id": "4111111111111111", "group_id": "x", "text": { "body": "[hidden: payment_card]" },
                "list": ["hello", "[hidden: ip_link]"], "count": 4_111_111_111_111_111_u64,
            })
        );
        assert!(!Moderation::default().redact(&mut message));
    }
}
