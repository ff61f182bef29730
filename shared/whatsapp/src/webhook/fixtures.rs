//! Every made-up webhook of `fixtures/`, read as a function would. A file is named `field-variant.json`, or for the field
//! `messages` `messages-type-variant.json` and `statuses-status.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use domain::Content;

use super::message::NotAMessage;
use super::status::Reported;
use super::{Item, message, split, status};

/// Every type of message that Meta documents or has been seen to send, and one nobody has.
const TYPES: [&str; 18] = [
    "audio",
    "button",
    "contacts",
    "document",
    "edit",
    "hologram",
    "image",
    "interactive",
    "location",
    "order",
    "reaction",
    "revoke",
    "sticker",
    "system",
    "text",
    "unsupported",
    "video",
    "voice",
];

/// Every field that gives items which are neither messages nor statuses, and one that does not exist yet.
const FIELDS: [&str; 32] = [
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "automatic_events",
    "business_capability_update",
    "business_username_updates",
    "calls",
    "consumer_profile",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "message_echoes",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "messaging_handovers",
    "messages",
    "partner_solutions",
    "payment_configuration_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "template_category_update",
    "tomorrow",
    "user_preferences",
];

fn fixtures() -> BTreeMap<String, Vec<Item>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name").trim_end_matches(".json").to_owned();
        (name, split(&fs::read(entry.path()).expect("a file")).items)
    };
    fs::read_dir(folder).expect("the folder").map(|entry| read(entry.expect("an entry"))).collect()
}

#[test]
fn every_message_is_read_or_says_why_it_is_none() {
    let mut types = BTreeSet::new();
    for (name, items) in fixtures() {
        for item in items {
            let Item::Message(item) = item else { continue };
            types.insert(item.message["type"].as_str().expect("a type").to_owned());
            match message::parse(&item.message, item.contact.as_ref()) {
                Ok(read) if item.message["type"] == "system" => assert!(read.sender.profile_name.is_none(), "{name}"),
                Ok(read) => {
                    assert!(read.sender.profile_name.is_some(), "{name}");
                    assert!(item.customer == read.sender.identity().as_str(), "{name}");
                }
                Err(NotAMessage::Group) => assert!(name.contains("-group"), "{name}"),
                Err(other) => panic!("{name}: {other}"),
            }
        }
    }
    assert_eq!(types, TYPES.map(str::to_owned).into());
}

/// What a message is in a thread: its kind with the reason why it is not shown, and its words.
fn shown(content: &Content) -> (String, String) {
    let words = content.text().unwrap_or_default().into_owned();
    match content {
        Content::Placeholder(placeholder) => (format!("{}, {}", placeholder.kind, placeholder.reason), words),
        content => (content.kind().to_owned(), words),
    }
}

#[test]
fn every_message_is_shown_as_what_it_is() {
    let mut fixtures = fixtures();
    for (name, kind, words) in [
        ("audio", "audio", ""),
        ("audio-voice-note", "voice", ""),
        ("button", "choice", "Confirm"),
        ("contacts", "contacts", "Bo Example"),
        ("contacts-requested", "contacts", "+1 555 010 0001"),
        ("contacts-with-card", "contacts", "Bo Example"),
        ("document", "document", "The invoice"),
        ("document-in-japanese", "document", "請求書 2026_11.xlsx"),
        ("edit", "edit, edited", "Is my parcel on its way?"),
        ("edit-caption", "edit, edited", "The blue one"),
        ("image", "image", "The broken handle"),
        ("image-forwarded-often", "image", ""),
        ("image-too-large", "image, media_too_large", ""),
        ("image-without-id", "image, media_without_id", "You should see this"),
        ("interactive-button-reply", "choice", "Yes, please"),
        ("interactive-call-permission", "choice", "accept"),
        ("interactive-flow-reply", "form", "Sent"),
        ("interactive-list-reply", "choice", "Tomorrow"),
        ("interactive-payment-method", "interactive, kind_not_shown", ""),
        ("location", "location", "The workshop"),
        ("location-nowhere", "location, unreadable", "The moon"),
        ("order", "order", "As usual"),
        ("order-unreadable", "order, unreadable", "As usual"),
        ("reaction", "reaction, reaction", "👍"),
        ("reaction-removed", "reaction, reaction_removed", ""),
        ("revoke", "revoke, deleted", ""),
        ("sticker", "sticker", ""),
        ("sticker-animated", "sticker", ""),
        ("system-changed-device", "notice", "A notice"),
        ("system-changed-number", "notice", "A notice"),
        ("system-changed-number-in-old-words", "notice", "A notice"),
        ("system-changed-user-id", "notice", "A notice"),
        ("system-unknown", "system, unknown_notice", "A notice"),
        ("text-about-product", "text", "In blue, too?"),
        ("text-from-ad", "text", "I saw your advertisement."),
        ("text-in-odd-shapes", "text", "42"),
        ("unknown-type", "hologram, unknown_kind", ""),
        ("unsupported-edit", "unsupported, edited", ""),
        ("unsupported-poll", "unsupported, poll", ""),
        ("unsupported-too-large", "unsupported, media_too_large", ""),
        ("unsupported-unavailable", "unsupported, unavailable", ""),
        ("unsupported-vote", "unsupported, poll_vote", ""),
        ("video", "video", ""),
        ("video-3gpp", "video", "From an old phone"),
        ("voice", "voice", ""),
    ] {
        let items = fixtures.remove(&format!("messages-{name}")).expect(name);
        let [Item::Message(item)] = &items[..] else { panic!("{name}: {items:?}") };
        let read = message::parse(&item.message, item.contact.as_ref()).expect(name);
        assert_eq!(shown(&read.content), (kind.to_owned(), words.to_owned()), "{name}");
    }
}

#[test]
fn every_status_is_read_and_only_the_undocumented_one_is_unknown() {
    let mut files = 0;
    for (name, items) in fixtures() {
        for item in items {
            let Item::Status(item) = item else { continue };
            let update = status::parse(&item.status, item.contact.as_ref()).expect(&name);
            assert_eq!(matches!(update.reported, Reported::Unknown(_)), name == "statuses-undocumented", "{name}");
            assert!(update.recipient.is_some(), "{name}");
            files += usize::from(name.starts_with("statuses-"));
        }
    }
    assert_eq!(files, 6);
}

#[test]
fn every_other_field_is_one_item_of_its_name() {
    let mut fields = BTreeSet::new();
    for (name, items) in fixtures() {
        let prefix = name.split('-').next().expect("a prefix");
        for item in &items {
            let Item::Other(item) = item else { continue };
            assert!(item.field == prefix && items.len() == 1, "{name}");
            fields.insert(item.field.clone());
        }
    }
    assert_eq!(fields, FIELDS.map(str::to_owned).into());
}

#[test]
fn the_batch_of_two_entries_of_two_changes_gives_all_of_its_items() {
    let items = fixtures().remove("batch").expect("the batch");
    let messages: Vec<_> = items.iter().filter(|item| matches!(item, Item::Message(_))).collect();
    assert_eq!((items.len(), messages.len()), (20, 12));
    assert_eq!(messages[11].at(), "entry/1/changes/1/messages/2");
    let Item::Message(last) = messages[11] else { panic!("not a message") };
    assert_eq!((last.waba_id.as_str(), last.phone_number_id.as_str()), ("700000000000002", "800000000000004"));
}
