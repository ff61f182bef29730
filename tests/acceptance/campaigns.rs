//! A template that goes to many: each is decided for themselves, once, and nobody's reply has to wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acceptance::{Crowd, Customer, Somebody, eventually, spring_offer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world};

fn ids(people: &[Somebody]) -> Vec<String> {
    people.iter().map(|(id, _)| id.clone()).collect()
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

/// How many messages a customer has.
async fn has(customer: &Customer) -> usize {
    customer.phone().got().await.len()
}

/// The whole, with 5,000, is `cargo run -p acceptance --bin load -- --campaign 5000`.
#[tokio::test]
async fn each_of_many_is_decided_by_the_rules_and_a_reply_in_the_middle_leaves_within_a_second() {
    let world = fresh_world().await;
    let crowd = Crowd { named: 150, opted_out: 4, blocked: 3, duplicates: 2, allowance: 40 };

    let played = crowd.plays(&world).await;

    let (accepted, refused) = crowd.expected();
    let job = &played.job;
    assert_eq!((&job["accepted"], &job["refused"]), (&json!(accepted), &refused), "{job}");
    assert_eq!((&job["sent"], &job["undecided"]), (&json!(accepted), &json!(0)), "{job}");
    // A second where nothing else runs, which the load command measures; here other tests run beside it.
    assert!(played.reply_took < Duration::from_secs(3), "the reply took {:?}", played.reply_took);
    let by_reason = counted(&played.results);
    assert_eq!((by_reason["sent"], by_reason["duplicate"], played.results.len()), (40, 2, 150));
    let agent = world.agent();
    let usage = agent.get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(40), &json!(0)), "{usage}");
    // Those who come first get it, once each, and their tickets are nobody's.
    let mut received = Vec::new();
    for index in 0..148 {
        received.push(has(&world.customer(&format!("Person {index}"))).await);
    }
    // A few are decided at once: of these, the last ones, who is slow comes late.
    assert!(received[7..44].iter().all(|messages| *messages == 1), "{received:?}");
    assert!(received[44..51].iter().all(|messages| *messages <= 1), "{received:?}");
    assert_eq!((received.iter().sum::<usize>(), received[7..51].iter().sum::<usize>()), (40, 40), "{received:?}");
    let tickets = agent.tickets().await;
    let nobodys = tickets.iter().filter(|ticket| ticket["owner_id"].is_null()).count();
    assert_eq!((tickets.len(), nobodys), (41, 40));
}

#[tokio::test]
async fn a_campaign_asks_for_consent_as_the_tenant_wants() {
    let world = fresh_world().await;
    let (agent, admin) = (world.agent(), world.caller(0, "admin"));
    let people = world.people(3).await;
    let [(given, _), (withdrawn, _), (unknown, _)] = &people[..] else { panic!("three") };
    for (id, status) in [(given, "given"), (withdrawn, "withdrawn")] {
        agent.changes_contact(id, json!({ "consent": { "status": status, "source": "by phone" } })).await;
    }

    let first = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let usual = agent.job_becomes(first.id(), "done").await;
    let change = json!({ "campaign_consent": "given" });
    let settings = admin.calls(Method::PATCH, "/v1/settings", Some(change)).await.expecting(200).body;
    let second = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let strict = agent.job_becomes(second.id(), "done").await;

    assert_eq!(settings["campaign_consent"], "given");
    assert_eq!((&usual["sent"], &usual["refused"]), (&json!(2), &json!({ "consent_withdrawn": 1 })), "{usual}");
    let refused = json!({ "consent_withdrawn": 1, "consent_missing": 1 });
    assert_eq!((&strict["sent"], &strict["refused"]), (&json!(1), &refused), "{strict}");
    let results = agent.results_of_job(second.id()).await;
    let of_unknown = results.iter().find(|result| result["contact_id"] == json!(unknown)).unwrap();
    assert_eq!(of_unknown["reason"], "consent_missing");
}

#[tokio::test]
async fn who_is_in_a_session_counts_nothing_and_gets_it_with_variables_of_their_own() {
    let world = fresh_world().await;
    let agent = world.agent();
    let (ada, eve) = (world.customer("Ada"), world.customer("Eve"));
    let in_session = ada.writes("hello").await.contact_id().to_owned();
    let outside = agent.adds_contact(json!({ "name": "Eve", "phone": format!("+{}", eve.number) })).await;
    world.has_an_allowance_of(0).await;

    let mut body = json!({
        "channel_id": ada.channel.id, "template": spring_offer(), "contact_ids": [outside, in_session],
    });
    body["variables_by_contact"][&in_session] = json!({ "1": "dear Ada" });
    let made = agent.post("/v1/template-sends", body).await.expecting(202);

    let job = agent.job_becomes(made.id(), "done").await;
    assert_eq!((&job["sent"], &job["refused"]), (&json!(1), &json!({ "allowance_exhausted": 1 })), "{job}");
    let [got] = &ada.phone().received().await[..] else { panic!("one message") };
    assert!(got.contains("Hello dear Ada,"), "{got}");
    assert_eq!(has(&eve).await, 0);
}

#[tokio::test]
async fn one_that_is_cancelled_half_way_sends_what_was_accepted_and_nothing_else() {
    let world = fresh_world().await;
    let agent = world.agent();
    let people = world.people(120).await;
    let made = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let id = made.id().to_owned();
    eventually("the first slice", async || (agent.job(&id).await["accepted"] != json!(0)).then_some(())).await;

    let path = format!("/v1/template-sends/{id}/cancel");
    let cancelled = agent.calls(Method::POST, &path, None).await.expecting(200).body;
    assert_eq!(cancelled["status"], "cancelled", "{cancelled}");
    assert!(cancelled["cancelled_by"].is_string() && cancelled["cancelled_at"].is_string(), "{cancelled}");
    let job = eventually("the rest to leave", async || {
        let job = agent.job(&id).await;
        (job["waiting"] == json!(0)).then_some(job)
    })
    .await;
    world.clock().advance("PT10M").await;

    let after = agent.job(&id).await;
    assert_eq!((&after["accepted"], &after["undecided"]), (&job["accepted"], &job["undecided"]));
    let (accepted, undecided) = (after["accepted"].as_u64().unwrap(), after["undecided"].as_u64().unwrap());
    assert!((25..=75).contains(&accepted) && accepted + undecided == 120, "{after}");
    let results = counted(&agent.results_of_job(&id).await);
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
    let world = counted_world().await;
    let agent = world.agent();
    let people = world.people(120).await;
    let made = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let id = made.id().to_owned();

    let mut killed = 0;
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        for (function, pid) in world.function_processes().await {
            if function == "outbound-sender" {
                world.kill_process(pid);
                killed += 1;
            }
        }
    }
    // Whoever of them was between its claim and Graph's answer leaves a message unconfirmed, which waits for a person.
    let mut job = agent.job(&id).await;
    for _ in 0..12 {
        world.clock().advance("PT3M").await;
        job = agent.job(&id).await;
        if job["status"] == "done" {
            break;
        }
    }

    assert_eq!((&job["accepted"], &job["undecided"]), (&json!(120), &json!(0)), "{job}");
    let mut received = 0;
    for (index, (_, customer)) in people.iter().enumerate() {
        let messages = has(customer).await;
        assert!(messages <= 1, "{index} got it {messages} times");
        received += messages as u64;
    }
    let count = |value: &Value| value.as_u64().unwrap();
    assert!((120 - count(&job["waiting"])..=120).contains(&received), "{received} got it: {job}");
    assert!(count(&job["waiting"]) <= killed, "more than one for each that died: {job}");
    let usage = agent.get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&job["sent"], &job["waiting"]), "{usage} {job}");
}

#[tokio::test]
async fn what_would_be_refused_for_everybody_is_refused_at_once_and_the_same_key_makes_one_job() {
    let world = fresh_world().await;
    let agent = world.agent();
    let [(first, _), (second, _)] = &world.people(2).await[..] else { panic!("two") };
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
    agent.job_becomes(made.id(), "done").await;
    let messages: BTreeSet<String> = agent
        .results_of_job(made.id())
        .await
        .iter()
        .map(|result| result["message_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(messages.len(), 2);
    let foreign = world.agent_of(1).get(&format!("{path}/{}", made.id())).await;
    assert_eq!((foreign.status, foreign.code()), (404, "not_found"));
}
