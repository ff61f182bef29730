//! Every kind of webhook that Meta documents gets a 200, and each item of it an outcome.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use acceptance::{Outcome, World, payload};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fresh_world;

#[tokio::test]
async fn our_own_fixtures_get_an_outcome_for_each_item() {
    post_folder(&workspace().join("shared/whatsapp/fixtures")).await;
}

#[tokio::test]
async fn the_shared_fixtures_get_an_outcome_for_each_item() {
    post_folder(&workspace().join("../shared/fixtures/webhooks")).await;
}

#[tokio::test]
async fn whatever_stands_where_something_else_was_expected_gets_an_outcome_and_stops_nothing() {
    let world = fresh_world().await;
    let now = world.clock().now().await;
    let mut entries = Vec::new();
    for body in read(&workspace().join("shared/whatsapp/fixtures")).into_values() {
        let body = arrived_today(body, &world, now);
        let nodes = count_nodes(&body["entry"][0]);
        for node in 0..nodes {
            let mut entry = with_own_ids(body["entry"][0].clone());
            replace_node(&mut entry, &mut { node }, &odd_value(entries.len()));
            entries.push(entry);
        }
    }

    for entries in entries.chunks(500) {
        let body = payload::webhook(entries);
        let outcomes = world.outcomes_of(&body).await;
        check("a distorted webhook", &body, &outcomes.iter().collect::<Vec<_>>());
    }

    assert!(world.dead_letters().await.is_empty());
    let thread = world.customer("Ada").writes("is everything all right?").await;
    assert_eq!(world.agent().reads(&thread).await, ["is everything all right?"]);
}

/// Something that nobody expects, each time something else.
fn odd_value(turn: usize) -> Value {
    let values = [json!(null), json!(-7), json!("x"), json!([]), json!({}), json!(1e300), json!([null]), json!(true)];
    values[turn % values.len()].clone()
}

fn count_nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count_nodes).sum(),
        Value::Object(members) => members.values().map(count_nodes).sum(),
        _ => 0,
    }
}

/// Replaces the node that is the `left`th from here, depth first.
fn replace_node(value: &mut Value, left: &mut usize, with: &Value) -> bool {
    if *left == 0 {
        *value = with.clone();
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace_node(item, left, with)),
        Value::Object(members) => members.values_mut().any(|member| replace_node(member, left, with)),
        _ => false,
    }
}

/// Gives each message and status an id of its own, so that none is a duplicate.
fn with_own_ids(mut entry: Value) -> Value {
    for change in entry["changes"].as_array_mut().into_iter().flatten() {
        for list in ["messages", "statuses"] {
            for item in change["value"].get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                item["id"] = json!(payload::wamid());
            }
        }
    }
    entry
}

/// Posts every file of a folder as it is, and again as if it came today for a seeded number.
async fn post_folder(folder: &Path) {
    let fixtures = read(folder);
    if fixtures.is_empty() {
        println!("skipped: there are no fixtures in {}", folder.display());
        return;
    }
    let world = fresh_world().await;
    let now = world.clock().now().await;
    post_and_check(&world, &fixtures).await;
    let recent = fixtures.into_iter().map(|(name, body)| (name, arrived_today(body, &world, now))).collect();
    let outcomes = post_and_check(&world, &recent).await;
    let seen = |word: &str| outcomes.iter().any(|outcome| outcome.outcome == word);
    for word in ["message", "status_parked", "event_recorded", "dropped"] {
        assert!(seen(word), "no fixture became {word}");
    }
    assert!(world.dead_letters().await.is_empty());
}

async fn post_and_check(world: &World, fixtures: &BTreeMap<String, Value>) -> Vec<Outcome> {
    let before = world.outcomes().await.len();
    for (name, body) in fixtures {
        assert_eq!(world.post_webhook(body).await, 200, "{name}");
    }
    world.settles().await;
    let outcomes = world.outcomes().await.split_off(before);
    let mut by_webhook: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &outcomes {
        // Ids are sortable by the time they were made.
        by_webhook.entry(&outcome.webhook).or_default().push(outcome);
    }
    assert_eq!(by_webhook.len(), fixtures.len());
    for ((name, body), outcomes) in fixtures.iter().zip(by_webhook.values()) {
        check(name, body, outcomes);
    }
    outcomes
}

fn check(name: &str, body: &Value, outcomes: &[&Outcome]) {
    for outcome in outcomes {
        let known = matches!(
            outcome.outcome.as_str(),
            "message" | "duplicate" | "status_applied" | "status_parked" | "event_recorded" | "parked_unrouted"
        );
        let dropped_with_reason = outcome.outcome == "dropped" && !outcome.reason.is_empty();
        assert!(known || dropped_with_reason, "{name}: {outcome:?}");
    }
    for place in places(body) {
        let named = outcomes.iter().any(|outcome| outcome.at == place || outcome.at.starts_with(&format!("{place}/")));
        assert!(named, "{name}: nothing is said of {place}: {outcomes:#?}");
    }
}

/// Every message, status and error of a body, and every change of another field.
fn places(body: &Value) -> Vec<String> {
    let mut places = Vec::new();
    for (e, entry) in elements(&body["entry"]) {
        for (c, change) in elements(&entry["changes"]) {
            let at = format!("entry/{e}/changes/{c}");
            let lists = ["messages", "statuses", "errors"].map(|list| (list, elements(&change["value"][list])));
            if change["field"] != "messages" || lists.iter().all(|(_, items)| items.is_empty()) {
                places.push(at);
                continue;
            }
            for (list, items) in lists {
                places.extend(items.iter().map(|(n, _)| format!("{at}/{list}/{n}")));
            }
        }
    }
    places
}

fn elements(value: &Value) -> Vec<(usize, &Value)> {
    value.as_array().into_iter().flatten().enumerate().collect()
}

/// The same webhook for the first seeded number, a minute ago.
fn arrived_today(mut body: Value, world: &World, now: Timestamp) -> Value {
    let channel = world.tenant(0).channel(0);
    let moment = json!((now.as_second() - 60).to_string());
    let entries = body["entry"].as_array_mut().into_iter().flatten();
    for entry in entries {
        entry["id"] = json!(channel.waba_id);
        for change in entry["changes"].as_array_mut().into_iter().flatten() {
            let value = &mut change["value"];
            if value["metadata"].is_object() {
                value["metadata"]["phone_number_id"] = json!(channel.phone_number_id);
            }
            for list in ["messages", "statuses"] {
                for item in value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                    item["timestamp"] = moment.clone();
                }
            }
        }
    }
    body
}

fn read(folder: &Path) -> BTreeMap<String, Value> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let fixtures = files.filter_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let is_fixture = name.ends_with(".json") && name != "MANIFEST.json";
        is_fixture.then(|| (name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()))
    });
    fixtures.collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
