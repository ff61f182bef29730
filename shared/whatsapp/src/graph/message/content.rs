//! What a message says, as Graph reads it.

use domain::Wamid;
use domain::content::person::{CardAddress, CardName, CardPhone, Labelled, Organization};
use domain::content::{Location, MediaKind, SharedContact, TemplateMessage};
use serde_json::{Value, json};

use super::template::template;

/// What a message says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OutgoingContent<'a> {
    /// Up to 4,096 characters.
    Text(&'a str),
    /// A file that Meta has by this id.
    Media {
        kind: MediaKind,
        media_id: &'a str,
        /// Pictures, films and documents have one.
        caption: Option<&'a str>,
        /// A document's; phones choose its icon by the name's ending.
        filename: Option<&'a str>,
    },
    Location(&'a Location),
    Contacts(&'a [SharedContact]),
    Template {
        template: &'a TemplateMessage,
        /// Of the file above its body, if there is one.
        media_id: Option<&'a str>,
    },
    Reaction {
        target: &'a Wamid,
        /// Empty to take an earlier one away.
        emoji: &'a str,
    },
}

impl OutgoingContent<'_> {
    /// Meta's name of the kind.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            // A voice note is audio that says so.
            Self::Media { kind: MediaKind::Voice, .. } => "audio",
            Self::Media { kind, .. } => kind.name(),
            Self::Location(_) => "location",
            Self::Contacts(_) => "contacts",
            Self::Template { .. } => "template",
            Self::Reaction { .. } => "reaction",
        }
    }

    /// The object named like the kind.
    pub(super) fn to_json(self) -> Value {
        match self {
            Self::Text(body) if has_link(body) => json!({"body": body, "preview_url": true}),
            Self::Text(body) => json!({"body": body}),
            Self::Media { kind, media_id, caption, filename } => file(kind, media_id, caption, filename),
            Self::Location(location) => place(location),
            Self::Contacts(contacts) => contacts.iter().map(card).collect(),
            Self::Template { template: message, media_id } => template(message, media_id),
            Self::Reaction { target, emoji } => json!({"message_id": target.as_str(), "emoji": emoji}),
        }
    }
}

/// Meta looks for the first link in a text and shows a preview of its page.
fn has_link(text: &str) -> bool {
    text.contains("https://") || text.contains("http://")
}

pub(super) fn file(kind: MediaKind, media_id: &str, caption: Option<&str>, filename: Option<&str>) -> Value {
    let mut json = json!({"id": media_id});
    if kind == MediaKind::Voice {
        json["voice"] = json!(true);
    }
    if kind == MediaKind::Document {
        put(&mut json, "filename", filename);
    }
    if crate::limits::takes_caption(kind) {
        put(&mut json, "caption", caption);
    }
    json
}

pub(super) fn place(location: &Location) -> Value {
    let mut json = json!({"latitude": f64::from(location.latitude), "longitude": f64::from(location.longitude)});
    put(&mut json, "name", location.name.as_deref());
    put(&mut json, "address", location.address.as_deref());
    json
}

fn card(card: &SharedContact) -> Value {
    let mut json = json!({});
    list(&mut json, "phones", &card.phones, phone);
    list(&mut json, "emails", &card.emails, |email| labelled("email", email));
    list(&mut json, "urls", &card.urls, |url| labelled("url", url));
    list(&mut json, "addresses", &card.addresses, address);
    if let Some(organization) = &card.organization {
        json["org"] = org(organization);
    }
    put(&mut json, "birthday", card.birthday.as_deref());
    json["name"] = name(card.name.as_ref(), card.label().unwrap_or_default());
    json
}

/// Meta wants the formatted name and one more part of it.
fn name(name: Option<&CardName>, otherwise: &str) -> Value {
    let formatted = name.map_or(otherwise, |name| name.formatted.as_str());
    let first = name.and_then(|name| name.first.as_deref());
    let last = name.and_then(|name| name.last.as_deref());
    let mut json = json!({"formatted_name": formatted});
    put(&mut json, "first_name", first.or(Some(formatted).filter(|_| last.is_none())));
    put(&mut json, "last_name", last);
    json
}

fn phone(phone: &CardPhone) -> Value {
    let mut json = json!({"phone": phone.number});
    put(&mut json, "type", phone.label.as_deref());
    put(&mut json, "wa_id", phone.wa_id.as_deref());
    json
}

fn labelled(key: &str, labelled: &Labelled) -> Value {
    let mut json = json!({key: labelled.value});
    put(&mut json, "type", labelled.label.as_deref());
    json
}

fn address(address: &CardAddress) -> Value {
    let mut json = json!({});
    put(&mut json, "street", address.street.as_deref());
    put(&mut json, "city", address.city.as_deref());
    put(&mut json, "state", address.state.as_deref());
    put(&mut json, "zip", address.zip.as_deref());
    put(&mut json, "country", address.country.as_deref());
    put(&mut json, "type", address.label.as_deref());
    json
}

fn org(organization: &Organization) -> Value {
    let mut json = json!({});
    put(&mut json, "company", organization.company.as_deref());
    put(&mut json, "department", organization.department.as_deref());
    put(&mut json, "title", organization.title.as_deref());
    json
}

fn put(json: &mut Value, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        json[key] = json!(text);
    }
}

fn list<T>(json: &mut Value, key: &str, items: &[T], write: impl Fn(&T) -> Value) {
    if !items.is_empty() {
        json[key] = items.iter().map(write).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: MediaKind) -> Value {
        OutgoingContent::Media { kind, media_id: "7", caption: Some("look"), filename: Some("a.pdf") }.to_json()
    }

    #[test]
    fn each_kind_of_file_says_what_meta_takes_with_it() {
        assert_eq!(of(MediaKind::Image), json!({"id": "7", "caption": "look"}));
        assert_eq!(of(MediaKind::Video), json!({"id": "7", "caption": "look"}));
        assert_eq!(of(MediaKind::Document), json!({"id": "7", "caption": "look", "filename": "a.pdf"}));
        assert_eq!(of(MediaKind::Audio), json!({"id": "7"}));
        assert_eq!(of(MediaKind::Voice), json!({"id": "7", "voice": true}));
        assert_eq!(of(MediaKind::Sticker { animated: true }), json!({"id": "7"}));
    }

    #[test]
    fn a_text_with_a_link_is_shown_with_a_preview_of_it() {
        assert_eq!(OutgoingContent::Text("see https://shop.example/1").to_json()["preview_url"], true);
        assert_eq!(OutgoingContent::Text("see you").to_json(), json!({"body": "see you"}));
    }

    #[test]
    fn a_place_is_written_in_numbers_with_its_name() {
        let location = Location { name: Some("Office".into()), ..Location::at(52.5, -13.25).expect("a place") };
        let json = OutgoingContent::Location(&location).to_json();
        assert_eq!(json, json!({"latitude": 52.5, "longitude": -13.25, "name": "Office"}));
    }

    #[test]
    fn a_card_has_a_formatted_name_and_one_more_part_of_it() {
        let phone = CardPhone { number: "+1 202 555 0142".into(), label: Some("WORK".into()), wa_id: None };
        let nameless = SharedContact { phones: vec![phone], ..SharedContact::default() };
        let name = CardName { formatted: "Ada Lovelace".into(), first: None, last: Some("Lovelace".into()) };
        let named = SharedContact { name: Some(name), ..SharedContact::default() };
        let cards = [nameless, named];
        assert_eq!(
            OutgoingContent::Contacts(&cards).to_json(),
            json!([
                {
                    "name": {"formatted_name": "+1 202 555 0142", "first_name": "+1 202 555 0142"},
                    "phones": [{"phone": "+1 202 555 0142", "type": "WORK"}],
                },
                {"name": {"formatted_name": "Ada Lovelace", "last_name": "Lovelace"}},
            ])
        );
    }
}
