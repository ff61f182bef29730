//! A template that goes to many: each is decided for themselves, once, and nobody's reply has to wait for it.

use std::collections::{BTreeMap, BTreeSet};

use acceptance::{Crowd, Customer, Point, Somebody, eventually, files, spring_offer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world};

pub(crate) fn ids(people: &[Somebody]) -> Vec<String> {
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
pub(crate) async fn has(customer: &Customer) -> usize {
    customer.phone().got().await.len()
}

/// The whole, with 5,000, is `cargo run -p acceptance --bin load -- --campaign 5000`.
#[tokio::test]
async fn each_of_many_is_decided_by_the_rules_and_a_reply_in_the_middle_leaves_within_a_second() {
    let world = counted_world().await;
    let crowd = Crowd { named: 150, opted_out: 4, blocked: 3, duplicates: 2, allowance: 40 };
    let gathered = crowd.gathers(&world, |_| {}).await;

    let whole = gathered.plays(1).await;
    assert_eq!(gathered.faults_of(&whole).await, [""; 0], "{}", whole.job);
    // A second where nothing else runs, which the load command measures; here other tests run beside it. Who waited for all
    // of them would wait for most of the time.
    assert!(whole.replies[0] * 2 < whole.took, "the reply took {:?} of {:?}", whole.replies, whole.took);
    let expected = json!({
        "contact_opted_out": 4, "contact_blocked": 3, "duplicate": 2, "allowance_exhausted": 150 - 4 - 3 - 2 - 40,
    });
    assert_eq!((&whole.job["sent"], &whole.job["refused"]), (&json!(40), &expected));
    // Their tickets are nobody's.
    let tickets = world.agent().tickets().await;
    let nobodys = tickets.iter().filter(|ticket| ticket["owner_id"].is_null()).count();
    assert_eq!((tickets.len(), nobodys), (41, 40));

    let half = gathered.plays_half().await;
    assert_eq!(gathered.faults_of_half(&whole, &half).await, [""; 0], "{}", half.job);
}

#[tokio::test]
async fn a_campaign_asks_for_consent_as_the_tenant_wants() {
    let world = fresh_world().await;
    let (agent, admin) = (world.agent(), world.caller(0, "admin"));
    let people = world.people(0..3).await;
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
async fn a_file_that_is_uploaded_for_the_header_is_looked_at_once_and_goes_to_all() {
    let world = fresh_world().await;
    let agent = world.agent();
    let number = world.number_at_meta().await;
    let parts = json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "This is your parcel." }]);
    world.template_made_at_meta(&number.waba_id, json!({ "name": "picture", "components": parts })).await;
    let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201).id().to_owned();
    let people = world.people(0..2).await;
    let sends = async |upload: &str| {
        let template = json!({ "name": "picture", "language": "en", "header": { "upload_id": upload } });
        let body = json!({ "channel_id": channel, "template": template, "contact_ids": ids(&people) });
        agent.post("/v1/template-sends", body).await
    };
    let picture = agent.uploads("parcel.jpg", "image/jpeg", files::jpeg(8, 8, "to many")).await;
    let bad = agent.uploads("bad.jpg", "image/jpeg", files::pdf("to many")).await;

    let (refused, made) = (sends(&bad).await, sends(&picture).await.expecting(202));
    let job = agent.job_becomes(made.id(), "done").await;

    assert_eq!((refused.status, refused.code()), (422, "media_not_allowed"), "{refused:?}");
    assert_eq!(job["sent"], 2, "{job}");
    for (_, customer) in &people {
        let customer = customer.writing_to_number(&number, &channel);
        assert_eq!(customer.phone().received().await, ["This is your parcel."]);
    }
}

#[tokio::test]
async fn one_that_is_cancelled_half_way_sends_what_was_accepted_and_nothing_else() {
    let world = fresh_world().await;
    let agent = world.agent();
    let people = world.people(0..120).await;
    // No other slice is decided before the first one has left: time to cancel it.
    world.fault(&people[0].1.name, 1, json!({ "delay_ms": 10_000 })).await;
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
    assert_eq!((accepted, undecided), (25, 120 - 25), "{after}");
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

/// So many of them work beside each other, one queue's and the other's.
const SENDERS: u64 = 7;

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_makes_nobody_get_it_twice_or_never() {
    let world = counted_world().await;
    let agent = world.agent();
    let people = world.people(0..120).await;
    let [function, service, operation] = ["outbound-sender", "dynamodb", "TransactWriteItems"].map(str::to_owned);
    for then in ["kill_before", "kill_after"].repeat(3) {
        // So many people later, in the middle of what it decides and sends.
        let point = Point {
            function: function.clone(),
            service: service.clone(),
            operation: operation.clone(),
            about: None,
            ordinal: 7,
        };
        world.arms(&point, 1, then).await;
    }
    let made = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let id = made.id().to_owned();
    // Whoever of them was between its claim and Graph's answer leaves a message unconfirmed, which waits for a person.
    let mut job = agent.job(&id).await;
    for _ in 0..24 {
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
    assert_eq!(world.disarms().await, 0, "six deaths");
    assert!(count(&job["waiting"]) <= 6 * SENDERS, "more than one for each that died: {job}");
    let usage = agent.get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&job["sent"], &job["waiting"]), "{usage} {job}");
}

#[tokio::test]
async fn a_worker_that_did_not_hear_that_it_begins_goes_on_at_once() {
    let world = counted_world().await;
    let agent = world.agent();
    let people = world.people(0..3).await;
    let (function, service, operation) = ["outbound-sender", "dynamodb", "PutItem"].map(str::to_owned).into();
    let about = Some("CAMPAIGN if version = :read".to_owned());
    world.arms(&Point { function, service, operation, about, ordinal: 0 }, 1, "lost").await;

    let made = agent.sends_to_many(&ids(&people)).await.expecting(202);

    // Nobody moves the clock: whoever else is at it would be left alone for longer than this waits.
    eventually("all of them", async || (agent.job(made.id()).await["accepted"] == json!(3)).then_some(())).await;
    assert_eq!(world.disarms().await, 0);
}

#[tokio::test]
async fn what_a_worker_accepted_and_set_aside_that_died_is_known_after_a_cancellation() {
    let world = counted_world().await;
    let agent = world.agent();
    let people = world.people(0..60).await;
    // The first transaction sets aside for a slice, the next ones accept its people.
    let (function, service, operation) =
        ["outbound-sender", "dynamodb", "TransactWriteItems"].map(str::to_owned).into();
    let second = Point { function, service, operation, about: None, ordinal: 1 };
    world.counts_calls_anew().await;
    world.arms(&second, 1, "kill_after").await;

    let made = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let id = made.id().to_owned();
    let usage = async || agent.get("/v1/usage").await.expecting(200).body;
    eventually("something set aside", async || (usage().await["reserved"] != json!(0)).then_some(())).await;
    agent.calls(Method::POST, &format!("/v1/template-sends/{id}/cancel"), None).await.expecting(200);
    for _ in 0..3 {
        world.clock().advance("PT5M").await;
    }

    assert_eq!(world.disarms().await, 0, "nobody died");
    let job = agent.job(&id).await;
    let results = counted(&agent.results_of_job(&id).await);
    let sent = job["sent"].as_u64().unwrap();
    assert!((1..=25).contains(&sent) && job["waiting"] == json!(0), "{job}");
    assert_eq!((results["sent"] as u64, results["cancelled"] as u64), (sent, 60 - sent), "{job}");
    let after = usage().await;
    assert_eq!((&after["used"], &after["reserved"]), (&json!(sent), &json!(0)), "{after}");
    let lines = agent.pages("/v1/usage/ledger?limit=100").await;
    let counts = lines.iter().filter(|line| line["status"] != "released").map(|line| line["count"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), sent, "{lines:?}");
    let mut received = 0;
    for (_, customer) in &people {
        received += has(customer).await as u64;
    }
    assert_eq!(received, sent);
}

#[tokio::test]
async fn what_a_number_holds_for_days_is_counted_once_it_has_left() {
    let world = fresh_world().await;
    let agent = world.agent();
    let mut number = world.number_at_meta().await;
    let parts = json!([{ "type": "BODY", "text": "This is your parcel." }]);
    world.template_made_at_meta(&number.waba_id, json!({ "name": "parcel", "components": parts })).await;
    let tenant = world.tenant(0).id;
    let channel = world.connects(&number, &tenant).await.expecting(201).id().to_owned();
    let people = world.people(0..2).await;
    // Meta knows another token from now on.
    number.access_token = format!("{}-renewed", number.access_token);
    world.meta_knows(&number).await;

    let template = json!({ "name": "parcel", "language": "en" });
    let body = json!({ "channel_id": channel, "template": template, "contact_ids": ids(&people) });
    let made = agent.post("/v1/template-sends", body).await.expecting(202);
    agent.job_becomes(made.id(), "sending").await;
    world.clock().advance("PT72H").await;
    let held = agent.job(made.id()).await;
    world.connects(&number, &tenant).await.expecting(200);
    world.settles().await;
    for wait in ["PT1M", "PT4H"] {
        world.clock().advance(wait).await;
    }

    assert_eq!((&held["status"], &held["waiting"]), (&json!("sending"), &json!(2)), "{held}");
    let job = agent.job(made.id()).await;
    assert_eq!((&job["status"], &job["sent"]), (&json!("done"), &json!(2)), "{job}");
}

#[tokio::test]
async fn what_would_be_refused_for_everybody_is_refused_at_once_and_the_same_key_makes_one_job() {
    let world = fresh_world().await;
    let agent = world.agent();
    let [(first, _), (second, _)] = &world.people(0..2).await[..] else { panic!("two") };
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
        (asked(upload, json!([first])), 422, "no_such_upload"),
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
