use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::webhook::testing::any_json;

fn split_json(body: &Value) -> Vec<Item> {
    split(body.to_string().as_bytes()).items
}

fn addresses(items: &[Item]) -> Vec<&str> {
    items.iter().map(Item::at).collect()
}

fn text_message(id: &str, from: &str) -> Value {
    json!({"from": from, "id": id, "timestamp": "1750000000", "type": "text", "text": {"body": "hi"}})
}

fn body_of(value: Value) -> Value {
    let metadata = json!({"display_phone_number": "15550100000", "phone_number_id": "P1"});
    let mut value = value;
    value["metadata"] = metadata;
    json!({"object": "whatsapp_business_account", "entry": [{"id": "W1", "changes": [{"field": "messages", "value": value}]}]})
}

#[test]
fn a_change_with_messages_statuses_and_errors_gives_all_of_them() {
    let items = split_json(&body_of(json!({
        "contacts": [{"wa_id": "15550100001"}, {"wa_id": "15550100002"}],
        "messages": [text_message("wamid.A", "15550100001"), text_message("wamid.B", "15550100002")],
        "statuses": [{"id": "wamid.C", "status": "sent"}],
        "errors": [{"code": 130429}],
    })));
    let change = "entry/0/changes/0";
    let expected = ["messages/0", "messages/1", "statuses/0", "errors/0"].map(|part| format!("{change}/{part}"));
    assert_eq!(addresses(&items), expected);
    let Item::Message(second) = &items[1] else { panic!("not a message: {:?}", items[1]) };
    assert_eq!((second.waba_id.as_str(), second.phone_number_id.as_str()), ("W1", "P1"));
    assert_eq!(second.customer, "15550100002");
    assert_eq!(second.contact, Some(json!({"wa_id": "15550100002"})));
}

#[test]
fn another_field_is_one_item_with_its_whole_value() {
    let value = json!({"event": "APPROVED", "messages": [1, 2]});
    let change = json!({"field": "message_template_status_update", "value": value});
    let items = split_json(&json!({"entry": [{"id": "W1", "time": 1_750_000_000, "changes": [change]}]}));
    let [Item::Other(item)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(item.time, Timestamp::from_second(1_750_000_000).ok());
    assert_eq!((item.at.as_str(), item.field.as_str()), ("entry/0/changes/0", "message_template_status_update"));
    assert_eq!((item.waba_id.as_deref(), &item.value), (Some("W1"), &value));
}

#[test]
fn a_partners_event_belongs_to_the_account_it_names() {
    let value = json!({"event": "PARTNER_ADDED", "waba_info": {"waba_id": "W1"}});
    let change = json!({"field": "account_update", "value": value});
    let items = split_json(&json!({"entry": [{"id": "a portfolio", "changes": [change]}]}));
    assert!(matches!(items.as_slice(), [Item::Other(item)] if item.waba_id.as_deref() == Some("W1")), "{items:?}");
}

#[test]
fn a_messages_change_without_any_element_is_recorded_once() {
    for value in [json!({}), json!({"messages": []}), json!({"messages": null, "statuses": [], "new": 1})] {
        let items = split_json(&body_of(value));
        assert!(matches!(items.as_slice(), [Item::Other(item)] if item.at == "entry/0/changes/0"), "{items:?}");
    }
}

#[test]
fn an_unknown_list_beside_messages_is_recorded_too() {
    let items = split_json(&body_of(json!({
        "messages": [text_message("wamid.A", "15550100001")],
        "holograms": [{"id": "H1"}],
    })));
    let [Item::Message(_), Item::Other(rest)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((rest.at.as_str(), &rest.value["holograms"][0]["id"]), ("entry/0/changes/0", &json!("H1")));
}

#[test]
fn odd_shapes_are_kept_at_the_innermost_address_that_is_known() {
    let odd = |body: Value| match split_json(&body).as_slice() {
        [Item::Other(item)] => (item.at.clone(), item.field.clone()),
        items => panic!("{items:?}"),
    };
    let at = |at: &str, field: &str| (at.to_owned(), field.to_owned());
    assert_eq!(odd(json!([1])), at("body", UNKNOWN));
    assert_eq!(odd(json!({"object": "page"})), at("body", UNKNOWN));
    assert_eq!(odd(json!({"entry": {"id": "W1"}})), at("entry", UNKNOWN));
    assert_eq!(odd(json!({"entry": []})), at("entry", UNKNOWN));
    assert_eq!(odd(json!({"entry": [7]})), at("entry/0", UNKNOWN));
    assert_eq!(odd(json!({"entry": [{"id": "W1", "changes": "none"}]})), at("entry/0", UNKNOWN));
    assert_eq!(odd(json!({"entry": [{"changes": [null]}]})), at("entry/0/changes/0", UNKNOWN));
    assert_eq!(odd(json!({"entry": [{"changes": [{"value": {}}]}]})), at("entry/0/changes/0", UNKNOWN));
    assert_eq!(odd(json!({"entry": [{"changes": [{"field": "messages"}]}]})), at("entry/0/changes/0", "messages"));
    assert_eq!(odd(body_of(json!({"messages": {"a": 1}}))), at("entry/0/changes/0/messages", "messages"));
    assert_eq!(odd(body_of(json!({"messages": ["a"]}))), at("entry/0/changes/0/messages/0", "messages"));
    assert_eq!(odd(body_of(json!({"statuses": [{"status": "sent"}]}))), at("entry/0/changes/0/statuses/0", "messages"));
}

#[test]
fn a_message_that_cannot_be_routed_is_recorded_beside_one_that_can() {
    let mut nameless = text_message("wamid.A", "15550100001");
    nameless.as_object_mut().expect("an object").remove("from");
    let items = split_json(&body_of(json!({"messages": [nameless, text_message("wamid.B", "15550100001")]})));
    assert!(matches!(items.as_slice(), [Item::Other(_), Item::Message(_)]), "{items:?}");
}

#[test]
fn what_is_not_json_is_kept_whole() {
    let items = split(b"\xff{").items;
    let [Item::Other(item)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.at.as_str(), item.field.as_str()), (BODY, UNREADABLE));
    assert_eq!(item.value, json!({"base64": "/3s="}));
}

#[test]
fn one_broken_character_does_not_make_its_batch_unreadable() {
    let body = body_of(json!({"messages": [text_message("wamid.A", "1"), text_message("wamid.B", "1")]}));
    let body = body.to_string().replacen("hi", r"hi \ud83d", 1);
    let items = split(body.as_bytes()).items;
    let [Item::Message(first), Item::Message(_)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(first.message["text"]["body"], "hi \u{fffd}");
}

#[test]
fn the_contact_is_found_by_number_by_id_and_by_being_the_only_one() {
    let contact_of = |contacts: Value, mut message: Value| {
        message["id"] = json!("wamid.A");
        match split_json(&body_of(json!({"contacts": contacts, "messages": [message]}))).remove(0) {
            Item::Message(item) => (item.customer, item.contact.map(|contact| contact["n"].clone())),
            item => panic!("{item:?}"),
        }
    };
    let two = json!([{"n": 1, "wa_id": "1", "user_id": "US.1"}, {"n": 2, "wa_id": "2", "user_id": "US.2"}]);
    assert_eq!(contact_of(two.clone(), json!({"from": "2"})), ("2".into(), Some(json!(2))));
    assert_eq!(contact_of(two.clone(), json!({"from_user_id": "US.2"})), ("US.2".into(), Some(json!(2))));
    assert_eq!(contact_of(two.clone(), json!({"from": "US.2"})), ("US.2".into(), Some(json!(2))));
    assert_eq!(contact_of(two, json!({"from": "3"})), ("3".into(), None));
    assert_eq!(contact_of(json!([{"n": 1, "wa_id": "1"}]), json!({"from": "3"})), ("3".into(), Some(json!(1))));
    assert_eq!(contact_of(json!([{"n": 1, "user_id": "US.1"}]), json!({})), ("US.1".into(), Some(json!(1))));
}

#[test]
fn a_notice_that_is_from_nobody_is_of_whom_it_names_first_as_they_were_called() {
    let item_of = |system: Value| {
        let notice = json!({"id": "wamid.A", "type": "system", "system": system});
        split_json(&body_of(json!({ "messages": [notice] }))).remove(0)
    };
    let customer_of = |system: Value| match item_of(system) {
        Item::Message(item) => item.customer,
        item => panic!("{item:?}"),
    };
    let all = json!({"wa_id": "2", "user_id": "US.2", "customer": "1", "previous_user_id": "US.1"});
    assert_eq!(customer_of(all), "US.1");
    assert_eq!(customer_of(json!({"wa_id": "2", "user_id": "US.2", "customer": "1"})), "1");
    assert_eq!(customer_of(json!({"wa_id": "2", "user_id": "US.2"})), "US.2");
    assert_eq!(customer_of(json!({"wa_id": "2"})), "2");
    assert!(matches!(item_of(json!({"type": "user_changed_number"})), Item::Other(_)));
}

/// A body of documented shape with arbitrary elements, and how many elements it has.
fn any_batch() -> impl Strategy<Value = (Value, usize)> {
    let list = || prop::collection::vec(any_json(), 0..4);
    let change = (list(), list(), list()).prop_map(|(messages, statuses, errors)| {
        let elements = (messages.len() + statuses.len() + errors.len()).max(1);
        let value = json!({"metadata": {"phone_number_id": "P1"}, "messages": messages, "statuses": statuses, "errors": errors});
        (json!({"field": "messages", "value": value}), elements)
    });
    let entry = prop::collection::vec(change, 1..4).prop_map(|changes| {
        let elements: usize = changes.iter().map(|(_, elements)| elements).sum();
        let changes: Vec<Value> = changes.into_iter().map(|(change, _)| change).collect();
        (json!({"id": "W1", "changes": changes}), elements)
    });
    prop::collection::vec(entry, 1..4).prop_map(|entries| {
        let elements = entries.iter().map(|(_, elements)| elements).sum();
        let entries: Vec<Value> = entries.into_iter().map(|(entry, _)| entry).collect();
        (json!({ "entry": entries }), elements)
    })
}

/// An address as a JSON pointer: what a change holds, it holds in its `value`.
fn pointer(at: &str) -> String {
    let parts: Vec<&str> = at.split('/').collect();
    let (change, element) = parts.split_at(4);
    let parts = [change, &["value"], element].concat();
    format!("/{}", parts.join("/"))
}

fn raw(item: &Item) -> &Value {
    match item {
        Item::Message(item) => &item.message,
        Item::Status(item) => &item.status,
        Item::Other(item) => &item.value,
    }
}

proptest! {
    #[test]
    fn every_element_becomes_one_item_found_again_at_its_address((body, elements) in any_batch()) {
        let items = split_json(&body);
        prop_assert_eq!(items.len(), elements);
        for item in &items {
            let pointer = pointer(item.at());
            prop_assert_eq!(body.pointer(&pointer), Some(raw(item)), "{}", pointer);
        }
    }

    #[test]
    fn no_json_makes_it_panic_and_none_gives_nothing(body in any_json()) {
        let items = split_json(&body);
        prop_assert!(!items.is_empty());
        let distinct: BTreeSet<&str> = items.iter().map(Item::at).collect();
        prop_assert_eq!(distinct.len(), items.len());
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(!split(&body).items.is_empty());
    }
}
