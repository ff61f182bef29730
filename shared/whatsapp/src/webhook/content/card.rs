//! Shared contacts.

use domain::content::SharedContact;
use domain::content::person::{CardAddress, CardName, CardPhone, Labelled, Organization};
use serde_json::Value;

use super::super::json::text;

/// A card with a portrait in it is put aside: the names and numbers are what an agent reads.
const LARGEST_VCARD: usize = 32_000;

/// Reads the cards; without any there is nothing to show.
pub(super) fn read(contacts: &Value) -> Option<Vec<SharedContact>> {
    let cards: Vec<SharedContact> = match contacts {
        Value::Array(cards) => cards.iter().filter(|card| card.is_object()).map(card).collect(),
        Value::Object(_) => vec![card(contacts)],
        _ => return None,
    };
    (!cards.is_empty()).then_some(cards)
}

/// Any part may be missing, the name too: an answer to our request for a number may hold nothing else.
fn card(card: &Value) -> SharedContact {
    SharedContact {
        name: card.get("name").and_then(name),
        phones: parts(card, "phones", phone),
        emails: parts(card, "emails", |email| labelled(email, "email")),
        urls: parts(card, "urls", |url| labelled(url, "url")),
        addresses: parts(card, "addresses", address),
        organization: card.get("org").and_then(organization),
        birthday: text(card, "birthday"),
        vcard: text(card, "vcard").filter(|vcard| vcard.len() <= LARGEST_VCARD),
        is_own: text(card, "origin").as_deref() == Some("contact_request"),
    }
}

fn parts<T>(card: &Value, key: &str, part: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    card.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(part).collect()
}

fn name(name: &Value) -> Option<CardName> {
    let (first, last) = (text(name, "first_name"), text(name, "last_name"));
    let joined = || [&first, &last].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let formatted = text(name, "formatted_name").unwrap_or_else(joined);
    (!formatted.is_empty()).then_some(CardName { formatted, first, last })
}

fn phone(phone: &Value) -> Option<CardPhone> {
    let wa_id = text(phone, "wa_id");
    let number = text(phone, "phone").or_else(|| wa_id.clone())?;
    Some(CardPhone { number, label: text(phone, "type"), wa_id })
}

fn labelled(entry: &Value, key: &str) -> Option<Labelled> {
    Some(Labelled { value: text(entry, key)?, label: text(entry, "type") })
}

fn address(address: &Value) -> Option<CardAddress> {
    let read = CardAddress {
        street: text(address, "street"),
        city: text(address, "city"),
        state: text(address, "state"),
        zip: text(address, "zip"),
        country: text(address, "country").or_else(|| text(address, "country_code")),
        label: None,
    };
    (read != CardAddress::default()).then(|| CardAddress { label: text(address, "type"), ..read })
}

fn organization(organization: &Value) -> Option<Organization> {
    let read = Organization {
        company: text(organization, "company"),
        department: text(organization, "department"),
        title: text(organization, "title"),
    };
    (read != Organization::default()).then_some(read)
}
