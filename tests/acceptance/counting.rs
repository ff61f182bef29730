//! What is begun counts once, whatever happens to it.

use std::collections::BTreeSet;

use acceptance::{Agent, Answer, Point, World, eventually};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world};

fn order_update() -> Value {
    json!({ "name": "order_update", "language": "en_US", "variables": { "1": "Ada", "2": "A-17", "buttons.0": "A-17" } })
}

/// The operator gives the first tenant another allowance.
async fn with_an_allowance_of(world: &World, allowance: u32) {
    let tenant = world.tenant(0);
    let path = format!("/v1/tenants/{}", tenant.id);
    let mut whole = world.operator().get(&path).await.expecting(200).body;
    whole["allowance"] = json!(allowance);
    world.operator().calls(Method::PUT, &path, Some(whole)).await.expecting(200);
}

/// A template to somebody who never wrote, from a number of ours.
async fn begins(agent: &Agent, channel_id: &str, number: &str) -> Answer {
    let body = json!({ "channel_id": channel_id, "to": format!("+{number}"), "template": order_update() });
    agent.post("/v1/conversations", body).await
}

async fn usage(world: &World) -> Value {
    world.agent().get("/v1/usage").await.expecting(200).body
}

/// What is used and reserved.
async fn counted(world: &World) -> (u64, u64) {
    let usage = usage(world).await;
    (usage["used"].as_u64().unwrap(), usage["reserved"].as_u64().unwrap())
}

async fn ledger(world: &World) -> Vec<Value> {
    world.agent().pages("/v1/usage/ledger?limit=100").await
}

/// What the lines of the ledger add up to, as (used, reserved).
async fn summed(world: &World) -> (u64, u64) {
    let lines = ledger(world).await;
    let of = |status: &str| -> u64 {
        lines.iter().filter(|line| line["status"] == status).map(|line| line["count"].as_u64().unwrap()).sum()
    };
    (of("used"), of("reserved"))
}

/// In the first tenant's next month if this one ends within a day, since what was counted in it does not count then.
async fn begun_within_a_month(world: World) -> World {
    let resets_at: Timestamp = usage(&world).await["resets_at"].as_str().unwrap().parse().unwrap();
    if resets_at.duration_since(world.clock().now().await) < SignedDuration::from_hours(24) {
        world.clock().set(resets_at).await;
        world.settles().await;
    }
    world
}

/// A second account of the first tenant's, with a number and a template `parcel`: the number's channel.
async fn a_second_account(world: &World) -> String {
    let number = world.number_at_meta().await;
    world.template_at_meta(&number.waba_id, "parcel").await;
    world.connects(&number, &world.tenant(0).id).await.expecting(201).id().to_owned()
}

#[tokio::test]
async fn of_64_at_once_over_two_accounts_with_10_left_exactly_10_are_accepted() {
    let world = fresh_world().await;
    with_an_allowance_of(&world, 10).await;
    let parcel = json!({ "name": "parcel", "language": "en", "variables": ["Ada"] });
    let accounts = [(world.tenant(0).channel(0).id, order_update()), (a_second_account(&world).await, parcel)];
    let people: Vec<_> = (0..64).map(|number| world.customer(&format!("Ada {number}"))).collect();

    let agent = world.agent();
    let sends = people.iter().zip(accounts.iter().cycle()).map(async |(person, (channel, template))| {
        let to = format!("+{}", person.number);
        agent.post("/v1/conversations", json!({ "channel_id": channel, "to": to, "template": template })).await
    });
    let answers = join_all(sends).await;

    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 10);
    let resets_at = usage(&world).await["resets_at"].clone();
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        assert_eq!((refused.status, refused.code()), (409, "allowance_exhausted"), "{refused:?}");
        assert_eq!(refused.body["resets_at"], resets_at);
    }
    world.settles().await;
    assert_eq!((counted(&world).await, summed(&world).await), ((10, 0), (10, 0)));
    let warnings: Vec<u64> =
        usage(&world).await["warnings"].as_array().unwrap().iter().map(|it| it["percent"].as_u64().unwrap()).collect();
    assert_eq!(warnings, [75, 100]);
}

#[tokio::test]
async fn admins_are_warned_at_75_and_at_100_percent_once_a_period() {
    let world = begun_within_a_month(fresh_world().await).await;
    world.no_automatic_statuses().await;
    with_an_allowance_of(&world, 4).await;
    let channel = world.tenant(0).channel(0).id;
    let begin = async |name: &str| begins(&world.agent(), &channel, &world.customer(name).number).await;
    let warnings = async || {
        let shown = usage(&world).await["warnings"].as_array().unwrap().clone();
        shown.into_iter().map(|it| (it["percent"].as_u64().unwrap(), it["at"].clone())).collect::<Vec<_>>()
    };
    for name in ["Ada", "Ben"] {
        begin(name).await.expecting(202);
    }
    assert_eq!(warnings().await, []);
    begin("Eve").await.expecting(202);
    let first = warnings().await;
    assert_eq!(first.iter().map(|(percent, _)| *percent).collect::<Vec<_>>(), [75]);

    // One is given back and taken again: the same threshold is no news.
    world.settles().await;
    let arrived = world.phone_of("Eve").messages().await.pop().unwrap();
    world.meta_reports_failure(arrived["id"].as_str().unwrap(), 131_049).await;
    world.clock().advance("PT1H").await;
    for name in ["Joe", "Zoe"] {
        begin(name).await.expecting(202);
    }
    assert_eq!(begin("Kim").await.code(), "allowance_exhausted");
    let both = warnings().await;
    assert_eq!((&both[0], both[1].0, both.len()), (&first[0], 100, 2));
    world.settles().await;
    let log = std::fs::read_to_string(world.data().join("logs/api-helpdesk.log")).unwrap();
    assert_eq!(log.matches("allowance_warning").count(), 2, "each is told once");

    let resets_at: Timestamp = usage(&world).await["resets_at"].as_str().unwrap().parse().unwrap();
    world.clock().set(resets_at).await;
    assert_eq!(warnings().await, []);
}

#[tokio::test]
async fn templates_outside_a_session_count_each_and_inside_one_nothing_does() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let channel = ada.channel.id.clone();
    for count in 1..=3 {
        begins(&world.agent(), &channel, &ada.number).await.expecting(202);
        world.settles().await;
        assert_eq!(counted(&world).await, (count, 0));
    }

    let thread = ada.writes("thank you").await;
    begins(&world.agent(), &channel, &ada.number).await.expecting(202);
    world.agent().replies_to(&thread, "gladly").await.expecting(202);
    world.settles().await;

    assert_eq!((counted(&world).await, summed(&world).await), ((3, 0), (3, 0)));
    let lines = ledger(&world).await;
    for line in &lines {
        assert_eq!((&line["reason"], &line["thread_id"]), (&json!("outside_session"), &json!(thread.id)));
        assert_eq!(world.agent().message(&thread, line["message_id"].as_str().unwrap()).await["type"], "template");
    }
}

#[tokio::test]
async fn at_the_limit_customers_are_heard_and_answered_and_the_next_month_begins_again() {
    let world = fresh_world().await;
    with_an_allowance_of(&world, 1).await;
    let (ada, ben) = (world.customer("Ada"), world.customer("Ben"));
    begins(&world.agent(), &ada.channel.id, &ada.number).await.expecting(202);
    world.settles().await;

    let refused = begins(&world.agent(), &ben.channel.id, &ben.number).await;
    assert_eq!((refused.status, refused.code()), (409, "allowance_exhausted"), "{refused:?}");
    let thread = ben.writes("hello").await;
    world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    assert_eq!(ben.phone().shows().await, ["hello", "here we are"]);

    let resets_at: Timestamp = refused.body["resets_at"].as_str().unwrap().parse().unwrap();
    world.clock().set(resets_at).await;
    assert_eq!(counted(&world).await, (0, 0));
    begins(&world.agent(), &ada.channel.id, &ada.number).await.expecting(202);
    world.settles().await;
    assert_eq!((counted(&world).await, summed(&world).await), ((1, 0), (1, 0)));
}

#[tokio::test]
async fn what_meta_refuses_at_once_or_later_is_given_back_with_the_reason() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let (ada, ben) = (world.customer("Ada"), world.customer("Ben"));
    world.fault("Ada", 1, json!({ "status": 400, "code": 131_026 })).await;
    begins(&world.agent(), &ada.channel.id, &ada.number).await.expecting(202);
    begins(&world.agent(), &ben.channel.id, &ben.number).await.expecting(202);
    world.settles().await;
    assert_eq!((counted(&world).await, summed(&world).await), ((1, 0), (1, 0)));

    let arrived = ben.phone().messages().await.pop().unwrap();
    world.meta_reports_failure(arrived["id"].as_str().unwrap(), 131_049).await;

    assert_eq!((counted(&world).await, summed(&world).await), ((0, 0), (0, 0)));
    let lines = ledger(&world).await;
    assert_eq!(lines.len(), 2);
    assert!(
        lines.iter().all(|line| line["status"] == "released" && line["reversal"]["reason"].is_string()),
        "{lines:?}"
    );
    assert_eq!(lines.iter().filter(|line| line["reversal"]["reason"] == "131026").count(), 1, "{lines:?}");
}

#[tokio::test]
async fn what_nobody_knows_stays_reserved_until_it_is_discarded_and_counts_if_it_did_arrive() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    world.fault("Ada", 1, json!("drop_after")).await;
    let begun = begins(&world.agent(), &ada.channel.id, &ada.number).await.expecting(202);
    world.settles().await;
    assert_eq!(counted(&world).await, (0, 1));

    let id = begun.body["data"][0]["id"].as_str().unwrap().to_owned();
    world.agent().post(&format!("/v1/messages/{id}/discard"), json!({})).await.expecting(200);
    assert_eq!(counted(&world).await, (0, 0));
    assert_eq!(ledger(&world).await[0]["reversal"]["reason"], "discarded");

    let arrived = ada.phone().messages().await.pop().unwrap();
    world.meta_reports(arrived["id"].as_str().unwrap(), "delivered").await;
    assert_eq!((counted(&world).await, summed(&world).await), ((1, 0), (1, 0)));
    assert_eq!(ledger(&world).await[0]["reversal"], Value::Null);
}

/// What a call meets: its answer is lost, or its function dies before or after it, for more than the SDK's own retries mend.
const EFFECTS: [(&str, u32); 4] = [("lost", 1), ("conflict", 2), ("kill_before", 1), ("kill_after", 1)];
const WRITES: [&str; 5] = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "SendMessageBatch"];

#[tokio::test]
async fn whoever_dies_at_whichever_write_the_ledger_adds_up_to_the_count() {
    let world = begun_within_a_month(counted_world().await).await;
    let begin = async |name: &str| {
        let person = world.customer(name);
        let body =
            json!({ "channel_id": person.channel.id, "to": format!("+{}", person.number), "template": order_update() });
        // As any client: the same request again until it is answered.
        eventually("an accepted template", async || {
            let headers = [("idempotency-key", name)];
            let answer = world.agent().tries(Method::POST, "/v1/conversations", Some(body.clone()), &headers).await;
            answer.ok().filter(|answer| answer.status == 202)
        })
        .await;
        world.settles().await;
    };
    let written = async |name: &str| -> BTreeSet<Point> {
        world.counts_calls_anew().await;
        begin(name).await;
        world.points().await.into_iter().filter(|point| WRITES.contains(&point.operation.as_str())).collect()
    };
    begin("person-0").await;
    // What only one of the two makes is by chance.
    let [one, other] = [written("person-1").await, written("person-2").await];
    let points: Vec<Point> = one.intersection(&other).cloned().collect();
    assert!(points.len() >= 6, "{points:?}");

    let mut begun = 3;
    for point in &points {
        for (then, times) in EFFECTS {
            if then == "conflict" && point.operation != "TransactWriteItems" {
                continue;
            }
            // Statuses that come together take fewer writes, so that not everybody's message comes to the last of them.
            let mut met = false;
            for _ in 0..10 {
                world.counts_calls_anew().await;
                world.arms(point, times, then).await;
                begin(&format!("person-{begun}")).await;
                begun += 1;
                met = world.disarms().await == 0;
                if met {
                    break;
                }
            }
            assert!(met, "{point:?} {then} was not met");
        }
    }
    // Longer than queues hide what was not done, and than a claim holds.
    world.clock().advance("PT31M").await;
    world.clock().advance("PT31M").await;

    let (used, reserved) = counted(&world).await;
    assert_eq!((used + reserved, summed(&world).await), (begun, (used, reserved)));
    let lines = ledger(&world).await;
    assert_eq!(lines.len() as u64, begun);
    // Whoever died between the claim and the call left a message that nobody knows the fate of.
    for line in lines.iter().filter(|line| line["status"] == "reserved") {
        let message = world.agent().get(&format!("/v1/messages/{}", line["message_id"].as_str().unwrap())).await;
        assert_eq!(message.body["status"], "unconfirmed", "{line}");
    }
    assert!(reserved <= 2, "{reserved} of {begun}");
}
