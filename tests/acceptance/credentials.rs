//! A number whose token Meta does not accept keeps what is to be sent, for weeks if need be, and loses nothing (F7).

use acceptance::{Customer, Number, Point, Thread, World, eventually, payload};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world, told};

/// A number of the first tenant's, and the id of its channel.
struct Connected {
    number: Number,
    channel_id: String,
}

impl Connected {
    async fn to(world: &World) -> Self {
        let number = world.number_at_meta().await;
        let channel = world.connects(&number, &world.tenant(0).id).await.expecting(201);
        Self { channel_id: channel.id().to_owned(), number }
    }

    fn customer(&self, world: &World, name: &str) -> Customer {
        world.customer(name).writing_to_number(&self.number, &self.channel_id)
    }

    /// Meta gives the account another token and forgets the one we have.
    async fn loses_its_token(&mut self, world: &World) {
        self.number.access_token = format!("EAAG-{}", uuid::Uuid::new_v4().simple());
        world.meta_knows(&self.number).await;
    }

    async fn is_reconnected(&self, world: &World) {
        world.connects(&self.number, &world.tenant(0).id).await.expecting(200);
        world.settles().await;
    }

    async fn shown(&self, world: &World) -> Value {
        world.caller(0, "admin").get(&format!("/v1/channels/{}", self.channel_id)).await.expecting(200).body
    }

    /// Its account has one, which needs no variables: [`parcel`].
    async fn has_a_template(&self, world: &World) {
        let parcel = json!({ "name": "parcel", "components": [{ "type": "BODY", "text": "Your parcel is here." }] });
        world.template_made_at_meta(&self.number.waba_id, parcel).await;
        world.caller(0, "admin").syncs_templates(&self.channel_id).await.expecting(200);
    }

    /// The next messages of the number meet this.
    async fn meets(&self, world: &World, times: u32, then: Value) {
        world.fault_at(&format!("{}/messages", self.number.phone_number_id), times, then).await;
    }
}

fn parcel() -> Value {
    json!({ "template": { "name": "parcel", "language": "en" } })
}

async fn replies(world: &World, thread: &Thread, texts: &[&str]) {
    for text in texts {
        world.agent().replies_to(thread, text).await.expecting(202);
    }
    world.settles().await;
}

/// Meta took the last message to the customer, and reports that it failed.
async fn failed_afterwards(world: &World, customer: &Customer, code: i64) -> Value {
    let taken = customer.phone().messages().await.pop().unwrap();
    assert_eq!(taken["direction"], "received", "{taken}");
    let wamid = taken["id"].as_str().unwrap();
    let mut failed = payload::status(wamid, "failed", world.clock().now().await, customer, None);
    failed["errors"] = json!([{ "code": code, "title": "Why" }]);
    payload::statuses(customer, &[failed])
}

/// How many notices admins are given.
async fn notices(world: &World) -> usize {
    told::notices(world).await.len()
}

#[tokio::test]
async fn what_is_written_while_the_token_is_expired_goes_out_in_order_after_reconnecting() {
    let world = fresh_world().await;
    let mut connected = Connected::to(&world).await;
    let (ada, ben) = (connected.customer(&world, "Ada"), connected.customer(&world, "Ben"));
    let (adas, bens) = (ada.writes("hello").await, ben.writes("hello").await);
    connected.loses_its_token(&world).await;

    replies(&world, &adas, &["one", "two"]).await;
    replies(&world, &bens, &["three"]).await;

    let shown = connected.shown(&world).await;
    assert_eq!((&shown["status"], &shown["trouble"]["code"]), (&json!("needs_reconnecting"), &json!("190")), "{shown}");
    for member in ["reason", "advice", "since"] {
        assert!(shown["trouble"][member].as_str().is_some_and(|text| !text.is_empty()), "{shown}");
    }
    // Meta is asked once, and not again for what comes later; what customers write comes in.
    let asked = world.graph_requests_to("Ada").await.len();
    assert_eq!((asked, world.graph_requests_to("Ben").await.len(), notices(&world).await), (1, 0, 1));
    ada.writes("are you there?").await;
    world.clock().advance("PT6H").await;
    replies(&world, &adas, &["four"]).await;
    world.clock().advance("PT6H").await;
    assert_eq!(world.graph_requests_to("Ada").await.len(), asked);
    assert_eq!(world.agent().reads(&adas).await, ["hello", "one", "two", "are you there?", "four"]);

    connected.is_reconnected(&world).await;
    world.clock().advance("PT1M").await;

    assert_eq!(ada.phone().received().await, ["one", "two", "four"]);
    assert_eq!(ben.phone().received().await, ["three"]);
    let shown = connected.shown(&world).await;
    assert_eq!((&shown["status"], &shown["trouble"]), (&json!("connected"), &Value::Null));
    assert_eq!(notices(&world).await, 1);
}

#[tokio::test]
async fn many_who_find_out_at_once_tell_the_admins_once() {
    let world = fresh_world().await;
    let mut connected = Connected::to(&world).await;
    let customers: Vec<Customer> = (0..16).map(|n| connected.customer(&world, &format!("Customer {n}"))).collect();
    let threads = join_all(customers.iter().map(|customer| customer.writes("hello"))).await;
    connected.loses_its_token(&world).await;

    let agent = world.agent();
    join_all(threads.iter().map(|thread| agent.replies_to(thread, "here we are"))).await;
    world.settles().await;

    assert_eq!(connected.shown(&world).await["status"], "needs_reconnecting");
    assert_eq!(notices(&world).await, 1);
    connected.is_reconnected(&world).await;
    // One run lets them go and tells their sender.
    world.runs_schedule("due-work").await;
    world.settles().await;
    for customer in customers {
        assert_eq!(customer.phone().received().await, ["here we are"], "{}", customer.name);
    }
}

#[tokio::test]
async fn what_leaves_its_session_meanwhile_fails_and_says_so_before_anybody_reconnects() {
    let world = fresh_world().await;
    let mut connected = Connected::to(&world).await;
    let ada = connected.customer(&world, "Ada");
    let thread = ada.writes("hello").await;
    connected.loses_its_token(&world).await;
    let late = world.agent().replies_to(&thread, "too late").await.expecting(202);
    world.settles().await;

    world.clock().advance("PT23H").await;
    assert_eq!(world.agent().status_of(&thread, late.id()).await, "queued");
    world.clock().advance("PT2H").await;

    let message = world.agent().message(&thread, late.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("session_closed")));
    // Weeks later what is in a session goes out.
    world.clock().advance("P20D").await;
    ada.writes("hello again").await;
    replies(&world, &thread, &["in time"]).await;
    connected.is_reconnected(&world).await;
    world.clock().advance("PT1M").await;
    assert_eq!(ada.phone().received().await, ["in time"]);
}

#[tokio::test]
async fn what_leaves_its_session_behind_a_template_that_waits_fails_and_the_template_goes_out_later() {
    let world = fresh_world().await;
    let mut connected = Connected::to(&world).await;
    connected.has_a_template(&world).await;
    let ada = connected.customer(&world, "Ada");
    let thread = ada.writes("hello").await;
    connected.loses_its_token(&world).await;
    let agent = world.agent();
    let template = agent.sends(&thread, parcel()).await.expecting(202);
    let late = agent.replies_to(&thread, "too late").await.expecting(202);
    world.settles().await;

    world.clock().advance("PT23H").await;
    assert_eq!(agent.status_of(&thread, late.id()).await, "queued");
    world.clock().advance("PT2H").await;

    let message = agent.message(&thread, late.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("session_closed")));
    assert_eq!(agent.status_of(&thread, template.id()).await, "queued");
    // The customer writes again, and what is replied to that waits in its turn.
    ada.writes("hello again").await;
    replies(&world, &thread, &["in time"]).await;
    connected.is_reconnected(&world).await;
    world.clock().advance("PT1M").await;
    assert_eq!(ada.phone().received().await, ["Your parcel is here.", "in time"]);
}

#[tokio::test]
async fn whose_sender_died_is_unconfirmed_though_what_was_sent_again_before_it_waits() {
    let world = counted_world().await;
    let mut connected = Connected::to(&world).await;
    connected.has_a_template(&world).await;
    let thread = connected.customer(&world, "Ada").writes("hello").await;
    let agent = world.agent();
    connected.meets(&world, 1, json!("drop_before")).await;
    let template = agent.sends(&thread, parcel()).await.expecting(202);
    world.settles().await;
    world.clock().advance("PT2M").await;
    assert_eq!(agent.status_of(&thread, template.id()).await, "unconfirmed");
    let [function, service, operation] = ["outbound-sender", "dynamodb", "PutItem"].map(str::to_owned);
    let about = Some("THREAD MESSAGE if version = :read".to_owned());
    let claim = Point { function, service, operation, about, ordinal: 0 };
    world.arms(&claim, 1, "kill_after").await;
    let claimed = agent.replies_to(&thread, "here we are").await.expecting(202);
    eventually("a sender that dies", async || world.is_met().await.then_some(())).await;

    connected.loses_its_token(&world).await;
    agent.post(&format!("/v1/messages/{}/resend", template.id()), json!({})).await.expecting(200);
    for _ in 0..4 {
        world.clock().advance("PT1M").await;
    }

    assert_eq!(world.disarms().await, 0);
    let statuses = [agent.status_of(&thread, template.id()).await, agent.status_of(&thread, claimed.id()).await];
    assert_eq!(statuses, ["queued", "unconfirmed"]);
}

#[tokio::test]
async fn neither_a_fault_of_metas_nor_a_lost_answer_takes_a_token_for_expired() {
    let world = fresh_world().await;
    let connected = Connected::to(&world).await;
    for (number, then) in [
        json!({ "status": 500, "code": 190 }),
        json!({ "status": 503, "code": 2 }),
        json!({ "status": 500, "body": "" }),
        json!({ "status": 502, "body": "<html>Bad Gateway</html>" }),
        json!({ "status": 404, "body": "" }),
        json!("drop_before"),
        json!("drop_after"),
    ]
    .into_iter()
    .enumerate()
    {
        let thread = connected.customer(&world, &format!("Customer {number}")).writes("hello").await;
        connected.meets(&world, 1, then.clone()).await;
        replies(&world, &thread, &["here we are"]).await;

        let shown = connected.shown(&world).await;
        assert_eq!((&shown["status"], &shown["trouble"]), (&json!("connected"), &Value::Null), "{then}");
    }
    assert_eq!(notices(&world).await, 0);
}

#[tokio::test]
async fn a_missing_payment_method_is_tried_with_one_message_until_it_is_there() {
    let world = fresh_world().await;
    let connected = Connected::to(&world).await;
    let (ada, ben) = (connected.customer(&world, "Ada"), connected.customer(&world, "Ben"));
    let (adas, bens) = (ada.writes("hello").await, ben.writes("hello").await);
    connected.meets(&world, 2, json!({ "status": 400, "code": 131_042 })).await;

    replies(&world, &adas, &["one", "two"]).await;
    replies(&world, &bens, &["three"]).await;
    let shown = connected.shown(&world).await;
    assert_eq!((&shown["status"], &shown["trouble"]["code"]), (&json!("needs_repair"), &json!("131042")), "{shown}");
    world.clock().advance("PT10M").await;
    assert_eq!(world.graph_requests_to("Ada").await.len() + world.graph_requests_to("Ben").await.len(), 1);

    // Who did not hear that it is their turn to let one go leaves it to the next look, a minute later.
    world.clock().advance("PT6M").await;
    world.clock().advance("PT1M").await;
    assert_eq!(connected.shown(&world).await["trouble"]["since"], shown["trouble"]["since"]);
    assert_eq!(world.graph_requests_to("Ada").await.len() + world.graph_requests_to("Ben").await.len(), 2);
    for _ in 0..3 {
        world.clock().advance("PT16M").await;
    }

    assert_eq!(ada.phone().received().await, ["one", "two"]);
    assert_eq!(ben.phone().received().await, ["three"]);
    assert_eq!(connected.shown(&world).await["status"], "connected");
    assert_eq!(told::kinds(&world).await, ["number_needs_repair", "number_repaired"]);
}

#[tokio::test]
async fn a_message_that_meta_refuses_again_and_again_keeps_no_other_and_fails_once_others_go_out() {
    let world = fresh_world().await;
    let connected = Connected::to(&world).await;
    let (ada, ben) = (connected.customer(&world, "Ada"), connected.customer(&world, "Ben"));
    let (adas, bens) = (ada.writes("hello").await, ben.writes("hello").await);
    world.fault("Ada", 1_000, json!({ "status": 400, "code": 131_042 })).await;

    let refused = world.agent().replies_to(&adas, "one").await.expecting(202);
    world.settles().await;
    replies(&world, &bens, &["two"]).await;
    assert_eq!(connected.shown(&world).await["status"], "needs_repair");
    // Ada has the first turn, since nobody knows yet; then Ben has his.
    world.clock().advance("PT16M").await;
    assert_eq!(world.agent().status_of(&adas, refused.id()).await, "queued");
    assert_eq!((world.graph_requests_to("Ada").await.len(), ben.phone().received().await.len()), (2, 0));
    for _ in 0..5 {
        world.clock().advance("PT16M").await;
    }

    assert_eq!(ben.phone().received().await, ["two"]);
    let message = world.agent().message(&adas, refused.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("131042")), "{message}");
    for words in ["reason", "advice"] {
        assert!(message["failure"][words].as_str().is_some_and(|words| !words.is_empty()), "{message}");
    }
    assert_eq!(world.graph_requests_to("Ada").await.len(), 3);
    assert_eq!(connected.shown(&world).await["status"], "connected");
    assert_eq!(told::kinds(&world).await, ["number_needs_repair", "number_repaired"]);
}

#[tokio::test]
async fn a_missing_payment_method_that_meta_reports_afterwards_is_told_once_until_messages_stay_sent() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let connected = Connected::to(&world).await;
    let (ada, ben) = (connected.customer(&world, "Ada"), connected.customer(&world, "Ben"));
    let (adas, bens) = (ada.writes("hello").await, ben.writes("hello").await);
    let lost = world.agent().replies_to(&adas, "one").await.expecting(202);
    world.settles().await;
    let report = failed_afterwards(&world, &ada, 131_042).await;
    world.outcomes_of(&report).await;

    let shown = connected.shown(&world).await;
    assert_eq!((&shown["status"], &shown["trouble"]["code"]), (&json!("needs_repair"), &json!("131042")), "{shown}");
    let message = world.agent().message(&adas, lost.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("131042")), "{message}");
    // The report comes again; the next messages wait.
    world.outcomes_of(&report).await;
    replies(&world, &bens, &["two", "three", "four"]).await;
    assert_eq!((connected.shown(&world).await, ben.phone().received().await.len()), (shown, 0));

    // One is tried, and it fails in the same way. Who did not hear that it is their turn to let one go leaves it to the next
    // look, a minute later.
    world.clock().advance("PT16M").await;
    world.clock().advance("PT1M").await;
    assert_eq!(ben.phone().received().await, ["two"]);
    world.outcomes_of(&failed_afterwards(&world, &ben, 131_042).await).await;
    world.clock().advance("PT10M").await;
    assert_eq!(ben.phone().received().await, ["two"]);
    assert_eq!(told::kinds(&world).await, ["number_needs_repair"]);

    // The next one does not, nor does the one after it.
    for _ in 0..6 {
        world.clock().advance("PT3M").await;
    }
    assert_eq!(ben.phone().received().await, ["two", "three", "four"]);
    assert_eq!(connected.shown(&world).await["status"], "connected");
    assert_eq!(told::kinds(&world).await, ["number_needs_repair", "number_repaired"]);
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
}

#[tokio::test]
async fn what_meta_reports_of_messages_from_before_reconnecting_says_nothing_of_the_new_token() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let connected = Connected::to(&world).await;
    let (ada, ben) = (connected.customer(&world, "Ada"), connected.customer(&world, "Ben"));
    for customer in [&ada, &ben] {
        let thread = customer.writes("hello").await;
        replies(&world, &thread, &["here we are"]).await;
    }
    let (early, late) = (failed_afterwards(&world, &ada, 190).await, failed_afterwards(&world, &ben, 190).await);
    world.outcomes_of(&early).await;
    assert_eq!(connected.shown(&world).await["status"], "needs_reconnecting");

    connected.is_reconnected(&world).await;
    for report in [&early, &late] {
        world.outcomes_of(report).await;
        assert_eq!(connected.shown(&world).await["status"], "connected");
    }

    assert_eq!(told::kinds(&world).await, ["number_needs_reconnecting"]);
}

#[tokio::test]
async fn what_waits_for_a_number_that_is_then_disconnected_fails_and_says_so() {
    let world = fresh_world().await;
    let mut connected = Connected::to(&world).await;
    let thread = connected.customer(&world, "Ada").writes("hello").await;
    connected.loses_its_token(&world).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;

    let path = format!("/v1/channels/{}", connected.channel_id);
    world.caller(0, "admin").calls(Method::DELETE, &path, None).await.expecting(200);
    world.clock().advance("PT1M").await;

    let message = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("channel_disconnected")));
}

#[tokio::test]
async fn who_is_let_go_by_a_function_that_dies_in_the_middle_goes_out_once() {
    let world = counted_world().await;
    let mut connected = Connected::to(&world).await;
    let customers: Vec<Customer> = (0..6).map(|n| connected.customer(&world, &format!("Customer {n}"))).collect();
    let threads = join_all(customers.iter().map(|customer| customer.writes("hello"))).await;
    for (operation, then) in [("TransactWriteItems", "kill_after"), ("UpdateItem", "kill_before"), ("PutItem", "lost")]
    {
        connected.loses_its_token(&world).await;
        for thread in &threads {
            world.agent().replies_to(thread, operation).await.expecting(202);
        }
        world.settles().await;
        world.arms_all("due-work", operation, 1, then).await;

        world.connects(&connected.number, &world.tenant(0).id).await.expecting(200);
        for _ in 0..4 {
            world.clock().advance("PT1M").await;
        }

        assert_eq!(world.disarms().await, 0, "{operation} was not met");
        for customer in &customers {
            let times = customer.phone().received().await.iter().filter(|text| *text == operation).count();
            assert_eq!(times, 1, "{} {operation}", customer.name);
        }
    }
}

#[tokio::test]
async fn a_renewed_token_of_a_sound_number_changes_nothing_else() {
    let world = shared_world().await;
    let mut connected = Connected::to(&world).await;
    connected.loses_its_token(&world).await;
    connected.is_reconnected(&world).await;
    let ada = connected.customer(&world, "Ada");
    let thread = ada.writes("hello").await;
    replies(&world, &thread, &["here we are"]).await;
    assert_eq!(ada.phone().received().await, ["here we are"]);
}
