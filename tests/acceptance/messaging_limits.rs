//! How many conversations Meta lets a business begin in a day.

use acceptance::{Answer, Customer, Number, World};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fresh_world;

/// An account of the first tenant's with two numbers and a template, of a business of which Meta thinks this: the
/// account and its channels.
async fn an_account(world: &World, opinion: Value) -> (String, [String; 2]) {
    let first = world.number_at_meta().await;
    let second = world.number_in_account(&first.waba_id).await;
    world.template_at_meta(&first.waba_id, "parcel").await;
    world.meta_judges(&first.waba_id, opinion).await;
    let connect =
        async |number: &Number| world.connects(number, &world.tenant(0).id).await.expecting(201).id().to_owned();
    let channels = [connect(&first).await, connect(&second).await];
    (first.waba_id, channels)
}

async fn begins(world: &World, channel_id: &str, person: &Customer) -> Answer {
    let template = json!({ "name": "parcel", "language": "en", "variables": ["Ada"] });
    let to = format!("+{}", person.number);
    world.agent().post("/v1/conversations", json!({ "channel_id": channel_id, "to": to, "template": template })).await
}

fn people(world: &World, count: usize) -> Vec<Customer> {
    (0..count).map(|number| world.customer(&format!("Ada {number}"))).collect()
}

fn frees_at(refused: &Answer) -> Timestamp {
    refused.body["frees_at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("{refused:?}"))
}

/// The operator changes a member of the first tenant.
async fn with(world: &World, member: &str, value: Value) {
    let path = format!("/v1/tenants/{}", world.tenant(0).id);
    let mut whole = world.operator().get(&path).await.expecting(200).body;
    whole[member] = value;
    world.operator().calls(Method::PUT, &path, Some(whole)).await.expecting(200);
}

#[tokio::test]
async fn an_unverified_business_begins_50_in_24_hours_over_all_its_numbers_and_verification_lifts_it() {
    let world = fresh_world().await;
    let (waba_id, channels) =
        an_account(&world, json!({ "verification": "not_verified", "messaging_limit": "TIER_250" })).await;
    let begun_at = world.clock().now().await;

    let everybody = people(&world, 60);
    let sends = everybody.iter().zip(channels.iter().cycle()).map(|(person, channel)| begins(&world, channel, person));
    let answers = join_all(sends).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 50);
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 202).collect();
    for answer in &refused {
        assert_eq!((answer.status, answer.code()), (409, "messaging_limit_reached"), "{answer:?}");
        assert_eq!(answer.body["limit"], 50);
        let waits = frees_at(answer).duration_since(begun_at);
        assert!(waits >= SignedDuration::from_hours(24) && waits < SignedDuration::from_hours(25), "{waits:?}");
    }
    // Who was written to counts already, and what is not begun takes nothing of the allowance.
    let among = answers.iter().position(|answer| answer.status == 202).unwrap();
    begins(&world, &channels[0], &everybody[among]).await.expecting(202);
    world.settles().await;
    let usage = world.agent().get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(51), &json!(0)));

    world.meta_judges(&waba_id, json!({ "verification": "verified", "messaging_limit": "TIER_2K" })).await;
    let newcomer = world.customer("Ben");
    begins(&world, &channels[1], &newcomer).await.expecting(202);
}

/// A number of an account whose business is not verified, and may begin one conversation. The next time that Meta is asked
/// of the business, this happens.
async fn an_unverified_number(world: &World, then: Value) -> Number {
    let number = world.number_at_meta().await;
    world.template_at_meta(&number.waba_id, "parcel").await;
    world.meta_judges(&number.waba_id, json!({ "verification": "not_verified" })).await;
    with(world, "unverified_limit", json!(1)).await;
    // The account is asked for its numbers before.
    let asked = json!({ "method": "GET", "path": number.waba_id });
    world.meta_misbehaves(json!({ "match": asked, "after": 1, "then": then })).await;
    number
}

async fn begins_one_and_no_more(world: &World, channel_id: &str) {
    let people = people(world, 2);
    begins(world, channel_id, &people[0]).await.expecting(202);
    let refused = begins(world, channel_id, &people[1]).await;
    assert_eq!((refused.status, refused.code()), (409, "messaging_limit_reached"), "{refused:?}");
}

#[tokio::test]
async fn a_number_is_connected_again_when_meta_did_not_answer_what_its_business_may_do() {
    let world = fresh_world().await;
    let number = an_unverified_number(&world, json!("drop_before")).await;

    let unanswered = world.connects(&number, &world.tenant(0).id).await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(200);

    assert_eq!((unanswered.status, unanswered.code()), (503, "busy"), "{unanswered:?}");
    begins_one_and_no_more(&world, channel.id()).await;
}

#[tokio::test]
async fn what_meta_did_not_tell_of_a_business_is_asked_again_when_templates_are_synced() {
    let world = fresh_world().await;
    let number = an_unverified_number(&world, json!({ "status": 403, "code": 200 })).await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);

    world.caller(0, "admin").syncs_templates(channel.id()).await.expecting(200);

    begins_one_and_no_more(&world, channel.id()).await;
}

#[tokio::test]
async fn each_conversation_frees_its_place_24_hours_after_it_was_begun() {
    let world = fresh_world().await;
    let (_, channels) = an_account(&world, json!({ "verification": "not_verified" })).await;
    with(&world, "unverified_limit", json!(2)).await;
    let people = people(&world, 5);
    begins(&world, &channels[0], &people[0]).await.expecting(202);
    world.clock().advance("PT10H").await;
    begins(&world, &channels[1], &people[1]).await.expecting(202);

    let refused = begins(&world, &channels[0], &people[2]).await;
    assert_eq!((refused.status, refused.code()), (409, "messaging_limit_reached"));
    world.clock().set_to_the_last_second_before(frees_at(&refused) - SignedDuration::from_secs(60)).await;
    assert_eq!(begins(&world, &channels[0], &people[2]).await.status, 409);
    world.clock().set(frees_at(&refused)).await;
    begins(&world, &channels[0], &people[2]).await.expecting(202);
    // One place was free, not two: the second is so ten hours later.
    let again = begins(&world, &channels[0], &people[3]).await;
    assert_eq!(again.status, 409);
    let later = frees_at(&again).duration_since(frees_at(&refused));
    assert!(later >= SignedDuration::from_hours(10) && later < SignedDuration::from_hours(11), "{later:?}");
}

#[tokio::test]
async fn what_is_known_not_to_have_been_sent_gives_its_place_back() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let (_, channels) = an_account(&world, json!({ "verification": "not_verified" })).await;
    with(&world, "unverified_limit", json!(1)).await;
    let [ada, ben, eve, joe] = &people(&world, 4)[..] else { panic!("four") };

    // Meta refuses it at once.
    world.fault(&ada.name, 1, json!({ "status": 400, "code": 131_026 })).await;
    begins(&world, &channels[0], ada).await.expecting(202);
    world.settles().await;
    begins(&world, &channels[1], ben).await.expecting(202);
    world.settles().await;

    // Of two to one person Meta says later that they failed: the place is free when nothing holds it any more.
    begins(&world, &channels[0], ben).await.expecting(202);
    world.settles().await;
    let sent = ben.phone().got().await;
    let [first, second] = [0, 1].map(|index: usize| sent[index]["id"].as_str().unwrap());
    world.meta_reports_failure(first, 131_026).await;
    assert_eq!(begins(&world, &channels[0], eve).await.code(), "messaging_limit_reached");
    world.meta_reports_failure(second, 131_026).await;
    world.meta_reports_failure(second, 131_026).await;
    begins(&world, &channels[0], eve).await.expecting(202);
    assert_eq!(begins(&world, &channels[0], joe).await.code(), "messaging_limit_reached", "one place, not two");

    // Meta may say afterwards that one arrived after all: then it counts, whatever was begun meanwhile.
    world.meta_reports(second, "delivered").await;
    with(&world, "unverified_limit", json!(2)).await;
    assert_eq!(begins(&world, &channels[0], joe).await.code(), "messaging_limit_reached", "two places, not one");
    with(&world, "unverified_limit", json!(3)).await;
    begins(&world, &channels[0], joe).await.expecting(202);
}

#[tokio::test]
async fn once_verified_what_meta_reports_applies_and_customers_who_write_first_are_no_matter() {
    let world = fresh_world().await;
    let (waba_id, channels) =
        an_account(&world, json!({ "verification": "verified", "messaging_limit": "TIER_250" })).await;
    world.meta_judges(&waba_id, json!({ "messaging_limit": "1" })).await;
    let people = people(&world, 3);

    begins(&world, &channels[0], &people[0]).await.expecting(202);
    let refused = begins(&world, &channels[1], &people[1]).await;
    assert_eq!((refused.code(), &refused.body["limit"]), ("messaging_limit_reached", &json!(1)));
    // The seeded account is another business, without a limit.
    let order = json!({ "name": "order_update", "language": "en_US", "variables": { "1": "Ada", "2": "A-17", "buttons.0": "A-17" } });
    let to = format!("+{}", people[1].number);
    let seeded = json!({ "channel_id": world.tenant(0).channel(0).id, "to": to, "template": order });
    world.agent().post("/v1/conversations", seeded).await.expecting(202);

    world.meta_judges(&waba_id, json!({ "messaging_limit": "TIER_UNLIMITED" })).await;
    begins(&world, &channels[1], &people[2]).await.expecting(202);
}

/// What is told of the first seeded number.
async fn first_number(world: &World) -> Value {
    let usage = world.agent().get("/v1/usage").await.expecting(200).body;
    let id = world.tenant(0).channel(0).id;
    let found = usage["numbers"].as_array().unwrap().iter().find(|number| number["channel_id"] == id.as_str()).cloned();
    found.unwrap_or_else(|| panic!("no {id} in {usage}"))
}

#[tokio::test]
async fn messages_in_sessions_are_metered_when_they_are_delivered_by_the_accounts_clock() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    assert_eq!(first_number(&world).await["service_messages"]["delivered"], 0);

    for text in ["one", "two", "three"] {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;
    // A status that comes again, and a template, count nothing.
    let arrived = ada.phone().messages().await.pop().unwrap();
    world.meta_reports(arrived["id"].as_str().unwrap(), "delivered").await;
    let order = json!({ "name": "order_update", "language": "en_US", "variables": { "1": "Ada", "2": "A-17", "buttons.0": "A-17" } });
    world.agent().sends(&thread, json!({ "template": order })).await.expecting(202);
    world.settles().await;

    let number = first_number(&world).await;
    assert_eq!((&number["business_verified"], &number["conversations_in_24_hours"]), (&json!(true), &Value::Null));
    let messages = &number["service_messages"];
    let counts = ["free", "delivered", "remaining"].map(|name| messages[name].as_u64().unwrap());
    assert_eq!((counts, &messages["warnings"]), ([1_000, 3, 997], &json!([])));
    // The account is in Los Angeles, whatever the tenant's zone is.
    let resets_at: Timestamp = messages["resets_at"].as_str().unwrap().parse().unwrap();
    let local = jiff::tz::TimeZone::get("America/Los_Angeles").unwrap().to_datetime(resets_at);
    assert_eq!((local.day(), local.time()), (1, jiff::civil::Time::midnight()));

    world.clock().set(resets_at).await;
    assert_eq!(first_number(&world).await["service_messages"]["delivered"], 0);
}
