//! Our fixtures, damaged: as JSON of nearly the right shape, and as bytes. Whatever comes, every function reads all of it
//! without a panic, and what it makes of it is not much more than what came.
//!
//! `PROPTEST_CASES=100000 cargo test -p whatsapp fuzz` is the long run.

use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::testing::any_json;
use super::{Item, message, preferences, signature, split, status, template};
use crate::{formatting, portfolio};

/// What happens to one place of a JSON document.
#[derive(Clone, Debug)]
enum Damage {
    Becomes(Value),
    /// Of an object, a member goes.
    Loses(Index),
    /// Of a list, its elements come again and again.
    Repeats(usize),
    /// It is deep within lists.
    Sinks(usize),
    /// Of a text, it is this many times as long.
    Grows(usize),
}

/// What happens to bytes.
#[derive(Clone, Debug)]
enum Scratch {
    Flips(Index, u8),
    Ends(Index),
    /// A part of another fixture stands in it.
    Takes(Index, Index, usize),
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).expect("a file")).collect()
}

fn one_of<'a>(fixtures: &'a [Vec<u8>], which: &Index) -> &'a [u8] {
    &fixtures[which.index(fixtures.len())]
}

fn any_damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any_json().prop_map(Damage::Becomes),
        any::<Index>().prop_map(Damage::Loses),
        (2_usize..200).prop_map(Damage::Repeats),
        (1_usize..200).prop_map(Damage::Sinks),
        (2_usize..5_000).prop_map(Damage::Grows),
    ]
}

fn any_scratch() -> impl Strategy<Value = Scratch> {
    prop_oneof![
        (any::<Index>(), 1_u8..).prop_map(|(at, bits)| Scratch::Flips(at, bits)),
        any::<Index>().prop_map(Scratch::Ends),
        (any::<Index>(), any::<Index>(), 1_usize..40).prop_map(|(at, from, length)| Scratch::Takes(at, from, length)),
    ]
}

/// The place that comes as the `at`th of a walk through all of a document, counted round.
fn place<'a>(document: &'a mut Value, at: &Index) -> &'a mut Value {
    let mut pointers = vec![String::new()];
    gather(document, "", &mut pointers);
    document.pointer_mut(&pointers[at.index(pointers.len())]).expect("a place of the document")
}

fn gather(value: &Value, above: &str, pointers: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => return,
    };
    for (key, value) in members {
        let pointer = format!("{above}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers.push(pointer.clone());
        gather(value, &pointer, pointers);
    }
}

impl Damage {
    fn done_to(&self, value: &mut Value) {
        match (self, value) {
            (Self::Becomes(other), value) => *value = other.clone(),
            (Self::Loses(which), Value::Object(members)) if !members.is_empty() => {
                let key = members.keys().nth(which.index(members.len())).cloned().unwrap_or_default();
                members.remove(&key);
            }
            (Self::Repeats(times), Value::Array(elements)) => {
                *elements = elements.iter().cycle().take(elements.len() * times).cloned().collect();
            }
            (Self::Sinks(depth), value) => (0..*depth).for_each(|_| *value = json!([value.take()])),
            (Self::Grows(times), Value::String(text)) => *text = text.repeat(*times),
            _ => {}
        }
    }
}

impl Scratch {
    fn done_to(&self, bytes: &mut Vec<u8>, other: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Flips(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Self::Ends(at) => bytes.truncate(at.index(bytes.len())),
            Self::Takes(at, from, length) => {
                let (at, from) = (at.index(bytes.len()), from.index(other.len()));
                let part = other[from..].iter().take(*length).copied();
                bytes.splice(at..at, part);
            }
        }
    }
}

/// Reads a body as the functions do, and gives how much they make of it in bytes.
fn read(body: &[u8]) -> usize {
    let items = split(body).items;
    assert!(!items.is_empty() && items.len() <= body.len().max(1), "{} items", items.len());
    items.iter().map(read_item).sum()
}

fn read_item(item: &Item) -> usize {
    let length = |value: &Value| value.to_string().len();
    let _ = item.message_id();
    item.at().len()
        + match item {
            Item::Message(item) => {
                let read = message::parse(&item.message, item.contact.as_ref());
                let shown = read.as_ref().map_or(0, |read| {
                    let html = formatting::to_html(&read.content.text().unwrap_or_default());
                    html.len() + serde_json::to_string(&read.content).expect("JSON").len()
                });
                shown + length(&item.message) + item.contact.as_ref().map_or(0, length)
            }
            Item::Status(item) => {
                let _ = status::parse(&item.status, item.contact.as_ref());
                length(&item.status) + item.contact.as_ref().map_or(0, length)
            }
            Item::Other(item) => {
                let _ = template::parse(&item.field, &item.value);
                let _ = portfolio::of_webhook(&item.field, &item.value);
                let preferences = preferences::parse(&item.field, &item.value);
                length(&item.value) + preferences.len()
            }
        }
}

/// An item is at most itself, what is read of it, and its HTML, in which one character becomes at most a few; and its contact.
fn bound(body: &[u8]) -> usize {
    let items = split(body).items.len();
    64 * body.len() + 5_000 * items + 1_000
}

proptest! {
    #[test]
    fn a_damaged_webhook_is_read_whole(
        which in any::<Index>(), damages in prop::collection::vec((any::<Index>(), any_damage()), 1..6),
    ) {
        let mut document: Value = serde_json::from_slice(one_of(&fixtures(), &which)).expect("a fixture is JSON");
        for (at, damage) in &damages {
            damage.done_to(place(&mut document, at));
        }
        let body = document.to_string().into_bytes();
        prop_assert!(read(&body) <= bound(&body));
    }

    #[test]
    fn scratched_bytes_are_read_whole(
        which in any::<Index>(), other in any::<Index>(), scratches in prop::collection::vec(any_scratch(), 1..8),
    ) {
        let fixtures = fixtures();
        let mut body = one_of(&fixtures, &which).to_vec();
        for scratch in &scratches {
            scratch.done_to(&mut body, one_of(&fixtures, &other));
        }
        prop_assert!(read(&body) <= bound(&body));
    }

    #[test]
    fn no_other_body_and_no_other_header_verifies(
        which in any::<Index>(), scratches in prop::collection::vec(any_scratch(), 1..4), header in any::<String>(),
    ) {
        let (fixtures, secret) = (fixtures(), SecretString::from("made-up"));
        let body = one_of(&fixtures, &which);
        let signed = signature::sign(&secret, body);
        let mut other = body.to_vec();
        for scratch in &scratches {
            scratch.done_to(&mut other, body);
        }
        let verifies = |header: &str, body: &[u8]| signature::verify(std::slice::from_ref(&secret), header, body).is_ok();
        prop_assert!(verifies(&signed, body));
        prop_assert_eq!(verifies(&signed, &other), other == body);
        for header in [header.clone(), format!("sha256={header}"), format!("{signed}{header}")] {
            prop_assert!(header == signed || !verifies(&header, body));
        }
    }
}

#[test]
fn a_large_contact_does_not_multiply() {
    let message =
        json!({"from": "1", "id": "wamid.A", "timestamp": "1750000000", "type": "text", "text": {"body": "hi"}});
    let value = json!({
        "metadata": {"phone_number_id": "P1"},
        "contacts": [{"wa_id": "1", "profile": {"name": "x".repeat(100_000)}}],
        "messages": vec![message; 500],
    });
    let body =
        json!({"entry": [{"id": "W1", "changes": [{"field": "messages", "value": value}]}]}).to_string().into_bytes();
    assert!(read(&body) < 4 * body.len());
}
