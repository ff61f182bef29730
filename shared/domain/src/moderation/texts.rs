//! The words in a message that its sender chose.

use std::borrow::Cow;

use serde_json::Value;

use crate::content::person::{CardAddress, CardName, CardPhone, Labelled, Organization};
use crate::content::{Content, SharedContact};

/// All that a customer wrote, named or shared in a message. What we offered and they only picked is ours, and so are templates; what
/// WhatsApp tells of them is WhatsApp's.
pub(super) fn of(content: &Content) -> Vec<Cow<'_, str>> {
    match content {
        Content::Text { text } => written(&[Some(text)]),
        Content::Media(media) => written(&[media.caption.as_ref(), media.attachment.filename.as_ref()]),
        Content::Location(location) => {
            written(&[location.name.as_ref(), location.address.as_ref(), location.url.as_ref()])
        }
        Content::Contacts { contacts } => contacts.iter().flat_map(on_card).map(Cow::from).collect(),
        Content::Form(form) => [in_json(&form.response), written(&[form.body.as_ref()])].concat(),
        Content::Order(order) => written(&[order.text.as_ref()]),
        Content::Placeholder(placeholder) => {
            [in_json(&placeholder.original), written(&[placeholder.text.as_ref()])].concat()
        }
        Content::Choice(_) | Content::Template(_) | Content::Notice(_) | Content::Reaction(_) | Content::Hidden(_) => {
            Vec::new()
        }
    }
}

fn written<'a>(texts: &[Option<&'a String>]) -> Vec<Cow<'a, str>> {
    texts.iter().flatten().map(|text| Cow::from(text.as_str())).collect()
}

/// Everything on a card but its date of birth, which has eight digits and no meaning here.
fn on_card(card: &SharedContact) -> Vec<&str> {
    let SharedContact { name, phones, emails, urls, addresses, organization, birthday: _, is_own: _, vcard } = card;
    let mut texts = vec![vcard.as_ref()];
    if let Some(CardName { formatted, first, last }) = name {
        texts.extend([Some(formatted), first.as_ref(), last.as_ref()]);
    }
    for CardPhone { number, label, wa_id: _ } in phones {
        texts.extend([Some(number), label.as_ref()]);
    }
    for Labelled { value, label } in emails.iter().chain(urls) {
        texts.extend([Some(value), label.as_ref()]);
    }
    for CardAddress { street, city, state, zip, country, label } in addresses {
        texts.extend([street, city, state, zip, country, label].map(Option::as_ref));
    }
    if let Some(Organization { company, department, title }) = organization {
        texts.extend([company, department, title].map(Option::as_ref));
    }
    texts.into_iter().flatten().map(String::as_str).collect()
}

/// The texts in JSON, but for ids and the like; all of it if it is none.
fn in_json(json: &str) -> Vec<Cow<'_, str>> {
    let mut texts = Vec::new();
    match serde_json::from_str(json) {
        Ok(value) => collect("", value, &mut texts),
        Err(_) => texts.push(Cow::from(json)),
    }
    texts
}

/// Parsed JSON is at most 128 levels deep.
fn collect(name: &str, value: Value, texts: &mut Vec<Cow<'_, str>>) {
    match value {
        Value::String(text) if !is_made_by_a_machine(name) => texts.push(Cow::from(text)),
        Value::Array(values) => values.into_iter().for_each(|value| collect(name, value, texts)),
        Value::Object(members) => members.into_iter().for_each(|(name, value)| collect(&name, value, texts)),
        _ => {}
    }
}

/// Whether a member of this name holds an id or the like, which nobody wrote.
pub(super) fn is_made_by_a_machine(name: &str) -> bool {
    name.ends_with("id") || name.ends_with("hash") || matches!(name, "from" | "sha256" | "timestamp" | "flow_token")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Form, Placeholder};

    fn texts(content: &Content) -> Vec<String> {
        of(content).into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn a_placeholders_original_is_read_without_its_ids() {
        let original = r#"{"id": "4111111111111111", "from": "15550100001", "timestamp": "1", "type": "edit",
            "edit": {"original_message_id": "x", "message": {"text": {"body": "a"}, "options": ["b", {"name": "c"}, 4]}}}"#;
        let placeholder = Placeholder {
            kind: "edit".into(),
            reason: "edited".into(),
            text: Some("d".into()),
            emoji: None,
            target: None,
            original: original.into(),
        };
        let mut texts = texts(&Content::Placeholder(placeholder));
        texts.sort();
        assert_eq!(texts, ["a", "b", "c", "d", "edit"]);
    }

    #[test]
    fn a_form_that_is_no_json_is_read_as_it_is() {
        let form = |response: &str| Content::Form(Form { name: None, body: None, response: response.into() });
        assert_eq!(texts(&form(r#"{"iban": "DE89", "flow_token": "t"}"#)), ["DE89"]);
        assert_eq!(texts(&form("DE89")), ["DE89"]);
    }

    #[test]
    fn a_card_is_read_whole() {
        let card = r#"{"name": {"formatted": "a", "first": "b"}, "phones": [{"number": "c", "label": "d", "wa_id": "1"}],
            "emails": [{"value": "e"}], "urls": [{"value": "f", "label": "g"}], "addresses": [{"street": "h", "zip": "i"}],
            "organization": {"company": "j", "title": "k"}, "birthday": "2000-01-01", "vcard": "l"}"#;
        let contacts = vec![serde_json::from_str(card).unwrap()];
        let read = ["l", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
        assert_eq!(texts(&Content::Contacts { contacts }), read);
    }
}
