//! Who is named in a campaign gets it once, or is refused by themselves: whoever they turn out to be, whatever their worker
//! died of, and be what is kept of them unreadable.

use std::time::{Duration, Instant};

use acceptance::{Customer, NO_RACE, Point, Thread, World, eventually};
use reqwest::Method;
use serde_json::{Value, json};

use crate::campaigns::{has, ids};
use crate::{counted_world, fresh_world};

/// A call that gets no answer twice is surely waited for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Somebody who writes hidden first, and then from their number: two contacts, the older one without a number.
struct Two {
    shown: Customer,
    user_id: String,
    by_id: Thread,
    by_phone: Thread,
}

impl Two {
    async fn write(world: &World) -> Self {
        let (shown, user_id) = (world.customer("Ada"), world.fresh_user_id());
        let by_id = shown.hiding_as(&user_id).writes("hidden").await;
        let by_phone = shown.writes("by phone").await;
        Self { shown, user_id, by_id, by_phone }
    }

    fn named(&self) -> Vec<String> {
        vec![self.by_phone.contact_id().to_owned()]
    }

    /// The one with the number becomes the other one.
    async fn are_linked(&self, world: &World) {
        self.shown.writes_showing(&self.user_id, "with both").await;
        let merged = world.agent().contact(self.by_phone.contact_id()).await;
        assert_eq!(merged["id"], self.by_id.contact_id());
    }

    /// While they are two still.
    async fn is_sent_a_template(&self, world: &World) -> bool {
        let agent = world.agent();
        let messages = [agent.messages(&self.by_id).await, agent.messages(&self.by_phone).await].concat();
        messages.iter().any(|message| message["type"] == "template")
    }

    /// The ids of the templates that they were sent, in the thread that goes on.
    async fn templates(&self, world: &World) -> Vec<Value> {
        let agent = world.agent();
        let [thread] = &agent.open_threads_of(self.by_id.contact_id()).await[..] else { panic!("one open thread") };
        let templates = agent.messages(thread).await.into_iter().filter(|message| message["type"] == "template");
        templates.map(|template| template["id"].clone()).collect()
    }
}

/// The worker of a slice dies before it keeps what became of its people.
async fn dies_keeping_a_slice(world: &World) {
    let (function, service, operation) =
        ["outbound-sender", "dynamodb", "TransactWriteItems"].map(str::to_owned).into();
    let about = Some("Put CAMPAIGN SLICE if version = :read + Put CAMPAIGN if version = :read".to_owned());
    world.arms(&Point { function, service, operation, about, ordinal: 0 }, 1, "kill_before").await;
}

/// The same, and it has happened; the job.
async fn sends_and_dies(world: &World, contacts: &[String]) -> String {
    // With the worker die those who send what it has accepted: what has not left by then is sent again.
    let change = json!({ "resend_unconfirmed_after": "PT5M" });
    world.caller(0, "admin").calls(Method::PATCH, "/v1/settings", Some(change)).await.expecting(200);
    dies_keeping_a_slice(world).await;
    let made = world.agent().sends_to_many(contacts).await.expecting(202);
    eventually("a worker that dies", async || world.is_met().await.then_some(())).await;
    made.id().to_owned()
}

/// Long enough for another worker, and for what is sent again.
async fn time_passes(world: &World) {
    for _ in 0..4 {
        world.clock().advance("PT5M").await;
    }
}

#[tokio::test]
async fn who_is_merged_after_a_worker_died_gets_it_once() {
    let world = counted_world().await;
    let agent = world.agent();
    let two = Two::write(&world).await;
    let id = sends_and_dies(&world, &two.named()).await;
    two.are_linked(&world).await;
    assert_eq!(agent.job(&id).await["undecided"], 1, "somebody else has decided it");

    time_passes(&world).await;
    let job = agent.job_becomes(&id, "done").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(job["sent"], 1, "{job}");
    let [result] = &agent.results_of_job(&id).await[..] else { panic!("one result") };
    assert_eq!(two.templates(&world).await, [result["message_id"].clone()]);
}

#[tokio::test]
async fn who_is_merged_after_a_worker_died_is_known_after_a_cancellation() {
    let world = counted_world().await;
    let agent = world.agent();
    let two = Two::write(&world).await;
    let id = sends_and_dies(&world, &two.named()).await;
    two.are_linked(&world).await;

    agent.calls(Method::POST, &format!("/v1/template-sends/{id}/cancel"), None).await.expecting(200);
    time_passes(&world).await;

    assert_eq!(world.disarms().await, 0);
    let job = agent.job(&id).await;
    assert_eq!((&job["status"], &job["sent"]), (&json!("cancelled"), &json!(1)), "{job}");
    let [result] = &agent.results_of_job(&id).await[..] else { panic!("one result") };
    assert_eq!(two.templates(&world).await, [result["message_id"].clone()]);
}

#[tokio::test]
async fn who_is_named_as_both_that_they_were_gets_it_once() {
    let world = fresh_world().await;
    let agent = world.agent();
    let two = Two::write(&world).await;
    two.are_linked(&world).await;

    let named = [vec![two.by_id.contact_id().to_owned()], two.named()].concat();
    let made = agent.sends_to_many(&named).await.expecting(202);
    let job = agent.job_becomes(made.id(), "done").await;

    assert_eq!((&job["sent"], &job["refused"]), (&json!(1), &json!({ "duplicate": 1 })), "{job}");
    assert_eq!(two.templates(&world).await.len(), 1);
}

#[tokio::test]
async fn who_turns_out_to_be_somebody_who_has_it_gets_it_no_more() {
    let world = counted_world().await;
    let agent = world.agent();
    let two = Two::write(&world).await;
    let others = world.people(0..24).await;
    // They fill the first slice together; the contact that stays is alone in the second.
    let named = [two.named(), ids(&others), vec![two.by_id.contact_id().to_owned()]].concat();
    // The first slice is on its way and is not kept, so that nobody comes to the second for a minute and a half.
    let id = sends_and_dies(&world, &named).await;
    two.are_linked(&world).await;
    assert_eq!(agent.job(&id).await["undecided"], named.len(), "somebody has gone on with it");

    time_passes(&world).await;
    let job = agent.job_becomes(&id, "done").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!((&job["sent"], &job["refused"]), (&json!(25), &json!({ "duplicate": 1 })), "{job}");
    assert_eq!(two.templates(&world).await.len(), 1);
}

/// Of two who are decided at once, one is read, and before anything is written they have become one person, who has it.
async fn are_linked_while_one_is_decided(named: impl Fn(&Two) -> [String; 2]) {
    let world = counted_world().await;
    let agent = world.agent();
    let two = Two::write(&world).await;
    let [function, service, operation] = ["outbound-sender", "dynamodb", "GetItem"].map(str::to_owned);
    let second = Point { function, service, operation, about: Some("IDEMPOTENCY".to_owned()), ordinal: 1 };
    world.arms(&second, 2, "hang").await;
    let made = agent.sends_to_many(&named(&two)).await.expecting(202);
    eventually("a call without an answer", async || world.is_met().await.then_some(())).await;
    let until = Instant::now() + PATIENCE;
    let has_it = async || two.is_sent_a_template(&world).await.then_some(());
    eventually("the first of them is sent it", has_it).await;
    two.shown.tries_showing(&two.user_id, "with both").await;
    let are_one = async || {
        let contact = agent.contact(two.by_phone.contact_id()).await;
        (contact["id"] == two.by_id.contact_id()).then_some(())
    };
    eventually("they are one", are_one).await;
    assert!(Instant::now() < until, "{NO_RACE}: it took too long to overtake a call that waits");

    let job = agent.job_becomes(made.id(), "done").await;
    world.settles().await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!((&job["sent"], &job["refused"]), (&json!(1), &json!({ "duplicate": 1 })), "{job}");
    assert_eq!(two.templates(&world).await.len(), 1);
}

#[tokio::test]
async fn who_turns_out_to_be_another_while_they_are_decided_gets_it_once() {
    are_linked_while_one_is_decided(|two| [two.by_id.contact_id(), two.by_phone.contact_id()].map(str::to_owned)).await;
}

#[tokio::test]
async fn whom_another_turns_out_to_be_while_they_are_decided_gets_it_once() {
    are_linked_while_one_is_decided(|two| [two.by_phone.contact_id(), two.by_id.contact_id()].map(str::to_owned)).await;
}

#[tokio::test]
async fn what_a_worker_accepted_that_died_is_known_days_later() {
    let world = counted_world().await;
    let agent = world.agent();
    let people = world.people(0..2).await;
    let id = sends_and_dies(&world, &ids(&people)).await;
    // Nobody goes on with it, for longer than a client's key is remembered.
    world.settles().await;
    world.loses_the_jobs_of("knocks").await;
    world.loses_the_mark_of(&format!("T#{}#CAMPAIGN#{id}", world.tenant(0).id), "CAMPAIGN").await;
    world.clock().advance("PT49H").await;
    assert_eq!(agent.job(&id).await["undecided"], 2, "somebody has gone on with it");

    agent.calls(Method::POST, &format!("/v1/template-sends/{id}/cancel"), None).await.expecting(200);
    time_passes(&world).await;

    assert_eq!(world.disarms().await, 0);
    let job = agent.job(&id).await;
    assert_eq!((&job["status"], &job["sent"]), (&json!("cancelled"), &json!(2)), "{job}");
    assert_eq!((has(&people[0].1).await, has(&people[1].1).await), (1, 1));
}

/// No version of the code understands what is kept of a contact any more.
async fn garbles_the_contact(world: &World, id: &str) {
    let key = format!("T#{}#CONTACT#{id}", world.tenant(0).id);
    world.garbles_the_item(&key, "CONTACT", "identities").await;
}

#[tokio::test]
async fn who_cannot_be_read_is_refused_with_the_reason_and_the_others_get_it() {
    let world = fresh_world().await;
    let agent = world.agent();
    let people = world.people(0..3).await;
    let thread = world.customer("Ada").writes("hello").await;
    garbles_the_contact(&world, &people[1].0).await;
    let ticket = format!("T#{}#TICKET#{}", world.tenant(0).id, thread.ticket_id());
    world.garbles_the_item(&ticket, "TICKET", "status").await;

    let named = [ids(&people), vec![thread.contact_id().to_owned()]].concat();
    let made = agent.sends_to_many(&named).await.expecting(202);
    let job = agent.job_becomes(made.id(), "done").await;

    assert_eq!((&job["sent"], &job["refused"]), (&json!(2), &json!({ "contact_unreadable": 2 })), "{job}");
    assert_eq!((has(&people[0].1).await, has(&people[2].1).await), (1, 1));
    let results = agent.results_of_job(made.id()).await;
    let details: Vec<&Value> = results.iter().map(|result| &result["detail"]).collect();
    let (contact, ticket) = (json!("a stored contact cannot be read"), json!("a stored ticket cannot be read"));
    assert_eq!(details, [&Value::Null, &contact, &Value::Null, &ticket]);
}

#[tokio::test]
async fn who_cannot_be_read_after_a_cancellation_keeps_nobody_else_from_being_counted() {
    let world = counted_world().await;
    let agent = world.agent();
    let people = world.people(0..2).await;
    garbles_the_contact(&world, &people[0].0).await;
    let id = sends_and_dies(&world, &ids(&people)).await;

    agent.calls(Method::POST, &format!("/v1/template-sends/{id}/cancel"), None).await.expecting(200);
    time_passes(&world).await;

    assert_eq!(world.disarms().await, 0);
    let job = agent.job(&id).await;
    assert_eq!((&job["sent"], &job["refused"]), (&json!(1), &json!({ "contact_unreadable": 1 })), "{job}");
}

#[tokio::test]
async fn what_another_campaign_holds_for_a_moment_is_waited_for() {
    let world = counted_world().await;
    let agent = world.agent();
    let in_session = world.customer("Ada").writes("hello").await.contact_id().to_owned();
    let people = world.people(0..1).await;
    world.has_an_allowance_of(1).await;
    world.settles().await;
    // Its first transaction sets aside what Ada does not need; with the second its worker dies.
    let (function, service, operation) =
        ["outbound-sender", "dynamodb", "TransactWriteItems"].map(str::to_owned).into();
    world.counts_calls_anew().await;
    world.arms(&Point { function, service, operation, about: None, ordinal: 1 }, 1, "kill_before").await;
    let held = agent.sends_to_many(&[in_session]).await.expecting(202);
    eventually("a worker that dies", async || world.is_met().await.then_some(())).await;
    assert_eq!(agent.get("/v1/usage").await.expecting(200).body["reserved"], 1);

    let made = agent.sends_to_many(&ids(&people)).await.expecting(202);
    let job = agent.job_becomes(made.id(), "done").await;

    assert_eq!(world.disarms().await, 0);
    assert_eq!(job["sent"], 1, "{job}");
    assert_eq!(agent.job_becomes(held.id(), "done").await["sent"], 1);
    world.settles().await;
    let usage = agent.get("/v1/usage").await.expecting(200).body;
    assert_eq!((&usage["used"], &usage["reserved"]), (&json!(1), &json!(0)));
}
