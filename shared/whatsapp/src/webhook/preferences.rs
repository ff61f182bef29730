//! What a person tells WhatsApp of the messages they want: the field `user_preferences`.

use domain::Sender;
use domain::contact::wishes::Stance;
use jiff::Timestamp;
use serde_json::Value;

use super::json::{text, text_at, time};
use super::person;

/// One person's word about marketing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    pub person: Sender,
    pub stance: Stance,
    /// When they said so; nothing if Meta does not say.
    pub at: Option<Timestamp>,
}

/// Reads the value of a change of a field. What is about other messages than marketing, or names nobody, is left out.
pub fn parse(field: &str, value: &Value) -> Vec<Preference> {
    if field != "user_preferences" {
        return Vec::new();
    }
    let all = value.get("user_preferences").and_then(Value::as_array);
    let contacts = value.get("contacts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    all.into_iter().flatten().filter_map(|preference| read(preference, contacts)).collect()
}

fn read(preference: &Value, contacts: &[Value]) -> Option<Preference> {
    if text_at(preference, "/category")? != "marketing_messages" {
        return None;
    }
    let stance = match text_at(preference, "/value")? {
        "stop" => Stance::OptedOut,
        "resume" => Stance::Allowed,
        _ => return None,
    };
    let (number, user_id) = (text(preference, "wa_id"), text(preference, "user_id"));
    let names = |contact: &&Value| {
        let is_same = |key, id: &Option<String>| id.is_some() && text(contact, key) == *id;
        is_same("wa_id", &number) || is_same("user_id", &user_id)
    };
    // A sole contact goes with what names nobody.
    let contact = contacts.iter().find(names).or_else(|| contacts.first().filter(|_| contacts.len() == 1));
    let person = person::read(number.as_deref(), user_id.as_deref(), contact)?;
    let person = person::with_parent(person, preference, "parent_user_id");
    Some(Preference { person, stance, at: time(preference, "timestamp") })
}

#[cfg(test)]
mod tests {
    use domain::Identity;
    use serde_json::json;

    use super::*;

    fn said(value: &Value) -> Vec<(String, Stance, Option<i64>)> {
        let read = parse("user_preferences", value).into_iter();
        let told = |one: Preference| {
            let names: Vec<&str> = one.person.identities().map(Identity::as_str).collect();
            (names.join(" "), one.stance, one.at.map(Timestamp::as_second))
        };
        read.map(told).collect()
    }

    #[test]
    fn each_person_of_a_webhook_says_stop_or_resume_at_their_own_time() {
        let contacts = json!([{ "wa_id": "15550100001", "user_id": "US.1" }, { "user_id": "US.2" }]);
        let stop = json!({ "wa_id": "15550100001", "category": "marketing_messages", "value": "stop", "timestamp": 1_731_705_721 });
        let resume = json!({ "user_id": "US.2", "category": "marketing_messages", "value": "resume", "timestamp": "1731705722" });
        let value = json!({ "contacts": contacts, "user_preferences": [stop, resume] });
        assert_eq!(
            said(&value),
            [
                ("15550100001 US.1".to_owned(), Stance::OptedOut, Some(1_731_705_721)),
                ("US.2".to_owned(), Stance::Allowed, Some(1_731_705_722)),
            ]
        );
    }

    #[test]
    fn a_sole_contact_says_who_it_is_where_the_preference_does_not() {
        let stop = json!({ "category": "marketing_messages", "value": "stop" });
        let value = json!({ "contacts": [{ "wa_id": "15550100001" }], "user_preferences": [stop] });
        assert_eq!(said(&value), [("15550100001".to_owned(), Stance::OptedOut, None)]);
    }

    #[test]
    fn what_is_no_word_about_marketing_or_of_nobody_is_left_out() {
        let of = |category: &str, value: &str| json!({ "wa_id": "15550100001", "category": category, "value": value });
        let nobodys = json!({ "category": "marketing_messages", "value": "stop" });
        let value = json!({ "user_preferences": [
            of("utility_messages", "stop"), of("marketing_messages", "maybe"), nobodys, null, 5,
        ] });
        assert_eq!(said(&value), []);
        assert_eq!(said(&json!({ "user_preferences": "stop" })), []);
        assert_eq!(parse("messages", &json!({ "user_preferences": [of("marketing_messages", "stop")] })), []);
    }
}
