//! Every made-up webhook of `fixtures/`, read as a function would. A file is named `field-variant.json`, or for the field
//! `messages` `messages-type-variant.json` and `statuses-status.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::message::NotAMessage;
use super::status::Reported;
use super::{Item, message, split, status};

/// Every type of message that Meta documents or has been seen to send, and one nobody has.
const TYPES: [&str; 17] = [
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
                Ok(read) => {
                    assert!(read.sender.profile_name.is_some(), "{name}");
                    assert!(item.customer == read.sender.identity().as_str(), "{name}");
                }
                Err(NotAMessage::System) => assert!(name.contains("-system-"), "{name}"),
                Err(NotAMessage::Group) => assert!(name.contains("-group"), "{name}"),
                Err(other) => panic!("{name}: {other}"),
            }
        }
    }
    assert_eq!(types, TYPES.map(str::to_owned).into());
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
