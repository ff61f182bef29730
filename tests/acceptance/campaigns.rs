//! A template that goes to many: each is decided for themselves, once, and nobody's reply has to wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use acceptance::{Agent, Answer, Customer, World, eventually};
use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

/// Contacts with numbers, who never wrote; each with the customer behind it.
async fn people(world: &World, count: usize) -> Vec<(String, Customer)> {
    let add = |n: usize| async move {
        let customer = world.customer(&format!("Person {n}"));
        let contact = json!({ "name": format!("Person {n}"), "phone": format!("+{}", customer.number) });
        (world.agent().adds_contact(contact).await, customer)
    };
    stream::iter(0..count).map(add).buffered(8).collect().await
}

fn ids(people: &[(String, Customer)]) -> Vec<String> {
    people.iter().map(|(id, _)| id.clone()).collect()
}

fn spring_offer() -> Value {
    json!({ "name": "spring_offer", "language": "en_US", "variables": { "1": { "property": "name", "fallback": "you" } } })
}

async fn sends(world: &World, contacts: &[String]) -> Answer {
    let body =
        json!({ "channel_id": world.tenant(0).channel(0).id, "template": spring_offer(), "contact_ids": contacts });
    world.agent().post("/v1/template-sends", body).await
}

async fn job(agent: &Agent, id: &str) -> Value {
    let job = agent.gets_in_the_end(&format!("/v1/template-sends/{id}")).await.body;
    let count = |key: &str| job[key].as_u64().unwrap();
    let refused: u64 = job["refused"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    let whole = count("undecided") + count("waiting") + count("sent") + count("failed") + refused;
    assert_eq!(whole, count("recipients"), "{job}");
    job
}

/// The job once it has this status.
async fn becomes(agent: &Agent, id: &str, status: &str) -> Value {
    eventually(status, async || {
        let job = job(agent, id).await;
        (job["status"] == status).then_some(job)
    })
    .await
}

async fn results(agent: &Agent, id: &str) -> Vec<Value> {
    let (mut all, mut path) = (Vec::new(), format!("/v1/template-sends/{id}/results?limit=100"));
    loop {
        let page = agent.get(&path).await.expecting(200);
        all.extend(page.data().to_vec());
        let Some(next) = page.body["next_cursor"].as_str() else { return all };
        path = format!("/v1/template-sends/{id}/results?limit=100&cursor={next}");
    }
}

/// How many have each status and reason.
fn counted(results: &[Value]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for result in results {
        let word = result["reason"].as_str().or(result["status"].as_str()).unwrap().to_owned();
        *counted.entry(word).or_default() += 1;
    }
    counted
}

async fn with_an_allowance_of(world: &World, allowance: u32) {
    let path = format!("/v1/tenants/{}", world.tenant(0).id);
    let mut whole = world.operator().get(&path).await.expecting(200).body;
    whole["allowance"] = json!(allowance);
    world.operator().calls(Method::PUT, &path, Some(whole)).await.expecting(200);
}

/// How many messages with the template a customer has.
async fn has(customer: &Customer) -> usize {
    customer.phone().got().await.len()
}

#[tokio::test]
async fn each_of_many_is_decided_by_the_rules_and_a_reply_in_the_middle_leaves_within_a_second() {
    // A campaign of 5,000 with 1,000 left, 37 opted out, 12 blocked and 8 duplicates, scaled down.
    const ALL: usize = 170;
    const LEFT: u32 = 60;
    let world = fresh_world().await;
    let (agent, ben) = (world.agent(), world.customer("Ben"));
    let thread = ben.writes("hello").await;
    with_an_allowance_of(&world, LEFT).await;
    let people = people(&world, ALL - 2).await;
    for (id, _) in &people[..4] {
        let change = json!({ "marketing": { "status": "opted_out" } });
        agent.changes_contact(id, change).await;
    }
    for (id, _) in &people[4..7] {
        agent.calls(Method::POST, &format!("/v1/contacts/{id}/block"), None).await.expecting(200);
    }
    let withdrawn = json!({ "consent": { "status": "withdrawn", "source": "by phone" } });
    agent.changes_contact(&people[7].0, withdrawn).await;
    let mut named = ids(&people);
    named.extend([people[20].0.clone(), people[21].0.clone()]);

    let made = sends(&world, &named).await.expecting(202);
    let id = made.id().to_owned();
    eventually("the first slice", async || (job(&agent, &id).await["accepted"] != json!(0)).then_some(())).await;
    let asked_at = Instant::now();
    agent.replies_to(&thread, "here we are").await.expecting(202);
    eventually("the reply", async || (ben.phone().received().await == ["here we are"]).then_some(())).await;
    let took = asked_at.elapsed();

    let job = becomes(&agent, &id, "done").await;
    assert!(took < Duration::from_secs(1), "the reply took {took:?}");
    let exhausted = ALL - 2 - 4 - 3 - 1 - LEFT as usize;
    assert_eq!(
        job["refused"],
        json!({ "contact_opted_out": 4, "contact_blocked": 3, "consent_withdrawn": 1, "duplicate": 2, "allowance_exhausted": exhausted }),
        "{job}"
    );
    assert_eq!((&job["accepted"], &job["sent"]), (&json!(LEFT), &json!(LEFT)), "{job}");
    let results = results(&agent, &id).await;
    let listed: Vec<&str> = results.iter().map(|result| result["contact_id"].as_str().unwrap()).collect();
    assert_eq!(listed, named.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(counted(&results)["sent"], LEFT as usize);
    let usage = agent.get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(LEFT), &json!(0)), "{usage}");
    // Those who come first get it, once each; their tickets are nobody's.
    for (index, (_, customer)) in people.iter().enumerate().take(80) {
        let expected = usize::from((8..8 + LEFT as usize).contains(&index));
        assert_eq!(has(customer).await, expected, "{index}");
    }
    let tickets = agent.tickets().await;
    let theirs = tickets.iter().filter(|ticket| ticket["id"] != thread.ticket["id"]);
    assert!(theirs.clone().all(|ticket| ticket["owner_id"].is_null()));
    assert_eq!(theirs.count(), LEFT as usize);
}

#[tokio::test]
async fn who_is_in_a_session_counts_nothing_and_gets_it_with_variables_of_their_own() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, eve) = (world.customer("Ada"), world.customer("Eve"));
    let in_session = ada.writes("hello").await.contact_id().to_owned();
    let outside = agent.adds_contact(json!({ "name": "Eve", "phone": format!("+{}", eve.number) })).await;
    with_an_allowance_of(&world, 0).await;

    let mut body = json!({
        "channel_id": ada.channel.id, "template": spring_offer(), "contact_ids": [outside, in_session],
    });
    body["variables_by_contact"][&in_session] = json!({ "1": "dear Ada" });
    let made = agent.post("/v1/template-sends", body).await.expecting(202);

    let job = becomes(&agent, made.id(), "done").await;
    assert_eq!((&job["sent"], &job["refused"]), (&json!(1), &json!({ "allowance_exhausted": 1 })), "{job}");
    let [got] = &ada.phone().received().await[..] else { panic!("one message") };
    assert!(got.contains("Hello dear Ada,"), "{got}");
    assert_eq!(has(&eve).await, 0);
}

#[tokio::test]
async fn one_that_is_cancelled_half_way_sends_what_was_accepted_and_nothing_else() {
    let world = fresh_world().await;
    let agent = world.agent();
    let people = people(&world, 170).await;
    let made = sends(&world, &ids(&people)).await.expecting(202);
    let id = made.id().to_owned();
    eventually("the first slice", async || (job(&agent, &id).await["accepted"] != json!(0)).then_some(())).await;

    let path = format!("/v1/template-sends/{id}/cancel");
    let cancelled = agent.calls(Method::POST, &path, None).await.expecting(200).body;
    assert_eq!(cancelled["status"], "cancelled", "{cancelled}");
    assert!(cancelled["cancelled_by"].is_string() && cancelled["cancelled_at"].is_string(), "{cancelled}");
    let job = eventually("the rest to leave", async || {
        let job = job(&agent, &id).await;
        (job["waiting"] == json!(0)).then_some(job)
    })
    .await;
    world.clock().advance("PT10M").await;

    let after = self::job(&agent, &id).await;
    assert_eq!((&after["accepted"], &after["undecided"]), (&job["accepted"], &job["undecided"]));
    let (accepted, undecided) = (after["accepted"].as_u64().unwrap(), after["undecided"].as_u64().unwrap());
    assert!((50..=100).contains(&accepted) && accepted + undecided == 170, "{after}");
    let results = counted(&results(&agent, &id).await);
    assert_eq!((results["sent"] as u64, results["cancelled"] as u64), (accepted, undecided));
    let mut received = 0;
    for (_, customer) in &people {
        received += has(customer).await as u64;
    }
    assert_eq!(received, accepted);
    let again = agent.calls(Method::POST, &path, None).await.expecting(200).body;
    assert_eq!(again["cancelled_at"], cancelled["cancelled_at"]);
    let reserved = agent.get("/v1/usage").await.expecting(200).body["reserved"].clone();
    assert_eq!(reserved, 0, "nothing stays set aside");
}

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_makes_nobody_get_it_twice_or_never() {
    let world = fresh_world().await;
    let agent = world.agent();
    let people = people(&world, 120).await;
    let made = sends(&world, &ids(&people)).await.expecting(202);
    let id = made.id().to_owned();

    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        for (function, pid) in world.function_processes().await {
            if function == "outbound-sender" {
                world.kill_process(pid);
            }
        }
    }
    let job = eventually("the end", async || {
        world.clock().advance("PT3M").await;
        let job = job(&agent, &id).await;
        (job["status"] == "done").then_some(job)
    })
    .await;

    assert_eq!(job["accepted"], 120, "{job}");
    for (index, (_, customer)) in people.iter().enumerate() {
        assert_eq!(has(customer).await, 1, "{index}");
    }
    let usage = agent.get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(120), &json!(0)), "{usage}");
}

#[tokio::test]
async fn what_would_be_refused_for_everybody_is_refused_at_once_and_the_same_key_makes_one_job() {
    let world = shared_world().await;
    let agent = world.agent();
    let [(first, _), (second, _)] = &people(&world, 2).await[..] else { panic!("two") };
    let channel = world.tenant(0).channel(0).id;
    let asked = |template: Value, contacts: Value| json!({ "channel_id": channel, "template": template, "contact_ids": contacts });
    let nobody: Vec<String> = Vec::new();
    let too_many: Vec<&String> = vec![first; 5_001];
    let unknown = json!({ "name": "unknown", "language": "en_US" });
    let upload = json!({ "name": "spring_offer", "language": "en_US", "header": { "upload_id": "upl_00000000000000000000000000000001" } });
    let mut of_others = asked(spring_offer(), json!([first]));
    of_others["variables_by_contact"] = json!({ second: { "1": "you" } });
    for (body, status, code) in [
        (asked(spring_offer(), json!(nobody)), 422, "recipients_invalid"),
        (asked(spring_offer(), json!(too_many)), 422, "recipients_invalid"),
        (asked(unknown, json!([first])), 422, "no_such_template"),
        (asked(upload, json!([first])), 422, "header_not_kept"),
        (of_others, 422, "recipients_invalid"),
    ] {
        let refused = agent.post("/v1/template-sends", body).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{refused:?}");
    }

    let (path, key) = ("/v1/template-sends", [("idempotency-key", "spring-2026")]);
    let body = asked(spring_offer(), json!([first, second]));
    let made = agent.tries(Method::POST, path, Some(body.clone()), &key).await.unwrap().expecting(202);
    let again = agent.tries(Method::POST, path, Some(body), &key).await.unwrap().expecting(202);
    let other = agent.tries(Method::POST, path, Some(asked(spring_offer(), json!([first]))), &key).await.unwrap();
    assert_eq!((made.id(), other.code()), (again.id(), "idempotency_key_reused"));
    becomes(&agent, made.id(), "done").await;
    let messages: BTreeSet<String> = results(&agent, made.id())
        .await
        .iter()
        .map(|result| result["message_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(messages.len(), 2);
    let foreign = world.agent_of(1).get(&format!("{path}/{}", made.id())).await;
    assert_eq!((foreign.status, foreign.code()), (404, "not_found"));
}
