//! The 24 hours in which a business may write freely.

use acceptance::{Agent, Customer, Thread, World, eventually, payload};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::fresh_world;

#[tokio::test]
async fn a_reply_in_the_last_second_of_a_session_goes_out() {
    let world = fresh_world().await;
    for attempt in 0..5 {
        let name = format!("Ada {attempt}");
        let thread = world.customer(&name).writes("hello").await;
        let end = thread.session_expires_at();
        world.clock().set_to_the_last_second_before(end).await;

        let reply = world.agent().replies_to(&thread, "here we are").await;

        if reply.status != 202 && world.clock().now().await >= end {
            // The machine took more than the second: nothing was shown, so once more.
            continue;
        }
        assert_eq!(reply.status, 202, "{reply:?}");
        world.settles().await;
        assert_eq!(world.phone_of(&name).shows().await, ["hello", "here we are"]);
        return;
    }
    panic!("five times in a row a reply took longer than a second");
}

#[tokio::test]
async fn a_reply_after_24_hours_is_refused_and_nothing_reaches_graph() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.clock().set(thread.session_expires_at()).await;

    let reply = world.agent().replies_to(&thread, "too late").await;
    world.settles().await;

    assert_eq!((reply.status, reply.code()), (409, "session_closed"), "{reply:?}");
    assert!(world.graph_requests_to("Ada").await.is_empty());
    assert_eq!(world.agent().reads(&thread).await, ["hello"]);
}

#[tokio::test]
async fn the_session_ends_24_hours_after_the_customers_timestamp() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let sent_at = world.clock().now().await - SignedDuration::from_secs(90);

    let thread = ada.wrote("hello", sent_at).await;

    assert_eq!(thread.session_expires_at().as_second(), sent_at.as_second() + 24 * 3600);
}

#[tokio::test]
async fn a_webhook_that_comes_five_hours_late_counts_from_its_timestamp() {
    let world = fresh_world().await;
    let sent_at = world.clock().now().await;
    world.clock().advance("PT5H").await;
    let thread = world.customer("Ada").wrote("hello", sent_at).await;
    world.agent().replies_to(&thread, "in time").await.expecting(202);

    world.clock().advance("PT19H").await;
    let late = world.agent().replies_to(&thread, "too late").await;

    assert_eq!((late.status, late.code()), (409, "session_closed"));
    assert_eq!(thread.session_expires_at().as_second(), sent_at.as_second() + 24 * 3600);
}

#[tokio::test]
async fn a_webhook_that_comes_a_day_late_opens_no_session_and_shortens_none() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let yesterday = world.clock().now().await;
    world.clock().advance("PT25H").await;

    let thread = ada.wrote("from yesterday", yesterday).await;
    let refused = world.agent().replies_to(&thread, "too late").await;
    let fresh = ada.writes("from today").await;
    let unchanged = ada.wrote("also from yesterday", yesterday).await;

    assert_eq!((refused.status, refused.code()), (409, "session_closed"));
    assert_eq!(unchanged.session_expires_at(), fresh.session_expires_at());
    world.agent().replies_to(&thread, "now it can").await.expecting(202);
}

#[tokio::test]
async fn the_customers_next_message_opens_the_session_again() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.clock().advance("P2D").await;
    let refused = world.agent().replies_to(&thread, "too late").await;

    ada.writes("still there?").await;
    let taken = world.agent().replies_to(&thread, "yes").await;
    world.settles().await;

    assert_eq!((refused.status, taken.status), (409, 202));
    assert_eq!(ada.phone().shows().await, ["hello", "still there?", "yes"]);
}

/// The session as its thread shows it.
async fn session(world: &World, thread: &Thread) -> Value {
    world.agent().get(&format!("/v1/threads/{}", thread.id)).await.expecting(200).body["session"].clone()
}

/// Meta reports that a message of ours was refused as outside the window, at this time of Meta's.
async fn meta_refuses_late(to: &Customer, message: &Value, at: Timestamp) {
    let got = to.phone().got().await;
    let wamid = got.last().and_then(|last| last["id"].as_str()).expect("it has arrived at Meta");
    let mut failed = payload::status(wamid, "failed", at, to, message["id"].as_str());
    failed["errors"] = json!([{ "code": 131_047, "title": "Re-engagement message" }]);
    assert_eq!(to.world().post_webhook(&payload::statuses(to, &[failed])).await, 200);
    to.world().settles().await;
}

#[tokio::test]
async fn a_refusal_as_outside_the_window_that_comes_later_closes_the_session_and_is_shown() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.no_automatic_statuses().await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let sent = world.agent().message(&thread, reply.id()).await;
    let open = session(&world, &thread).await;
    assert_eq!((&sent["status"], &open["open"]), (&json!("sent"), &json!(true)), "{sent}");
    assert!((86_000..=86_400).contains(&open["seconds_left"].as_i64().unwrap()), "{open}");

    meta_refuses_late(&ada, &sent, world.clock().now().await).await;

    let failed = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("131047")), "{failed}");
    let closed = session(&world, &thread).await;
    assert_eq!((&closed["open"], &closed["seconds_left"]), (&json!(false), &json!(0)), "{closed}");
    let next = world.agent().replies_to(&thread, "and now?").await;
    assert_eq!((next.status, next.code()), (409, "session_closed"));
    ada.writes("I am here").await;
    assert_eq!(session(&world, &thread).await["open"], true);
}

#[tokio::test]
async fn a_refusal_in_an_earlier_ticket_closes_the_session_of_the_later_one() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let first = ada.writes("hello").await;
    world.no_automatic_statuses().await;
    // Meta takes the reply only after a while.
    world.fault("Ada", 1, json!({ "status": 400, "code": 131_057 })).await;
    let reply = world.agent().replies_to(&first, "here we are").await.expecting(202);
    world.settles().await;
    world.agent().closes(&first).await;
    let second = ada.writes("another matter").await;
    assert_ne!(first.id, second.id);
    world.clock().advance("PT20M").await;

    let sent = world.agent().message(&first, reply.id()).await;
    meta_refuses_late(&ada, &sent, world.clock().now().await).await;

    assert_eq!(session(&world, &second).await["open"], false);
    let next = world.agent().replies_to(&second, "and now?").await;
    assert_eq!((next.status, next.code()), (409, "session_closed"));
}

#[tokio::test]
async fn a_session_that_the_customer_opened_after_meta_took_what_it_refused_stays_open() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.no_automatic_statuses().await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    world.clock().advance("PT1M").await;
    ada.writes("another session").await;
    // It was decided when Meta took the reply, and is told only now.
    let refused_at = world.clock().now().await;
    let before = session(&world, &thread).await["expires_at"].clone();

    let sent = world.agent().message(&thread, reply.id()).await;
    meta_refuses_late(&ada, &sent, refused_at).await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "failed");
    let after = session(&world, &thread).await;
    assert_eq!((&after["open"], &after["expires_at"]), (&json!(true), &before));
}

#[tokio::test]
async fn a_session_that_the_customer_opens_while_meta_refuses_stays_open() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.fault("Ada", 1, json!({ "status": 400, "code": 131_047, "delay_ms": 4_000 })).await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    eventually("a call to Graph", async || world.graph_requests_to("Ada").await.pop()).await;
    // Meta tells times in whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    ada.sends(json!({ "type": "text", "text": { "body": "are you there?" } })).await;

    world.settles().await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "failed");
    assert_eq!(session(&world, &thread).await["open"], true);
}

#[tokio::test]
async fn a_message_from_before_the_refusal_that_comes_late_opens_no_session() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.no_automatic_statuses().await;
    let before = world.clock().now().await;
    world.clock().advance("PT1M").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    let sent = world.agent().message(&thread, reply.id()).await;
    meta_refuses_late(&ada, &sent, world.clock().now().await).await;

    ada.wrote("are you there?", before).await;

    assert_eq!(session(&world, &thread).await["open"], false);
    let next = world.agent().replies_to(&thread, "and now?").await;
    assert_eq!((next.status, next.code()), (409, "session_closed"));
    assert_eq!(world.agent().reads(&thread).await, ["hello", "are you there?", "here we are"]);
    world.clock().advance("PT1M").await;
    ada.writes("I am here").await;
    assert_eq!(session(&world, &thread).await["open"], true);
}

async fn reminds(world: &World, before: Value) -> Value {
    let change = json!({ "session_reminder_before": before });
    world.caller(0, "admin").calls(Method::PATCH, "/v1/settings", Some(change)).await.body
}

async fn reminded_at(agent: &Agent, thread: &Thread) -> Option<Timestamp> {
    agent.ticket(thread).await["session_reminder_at"].as_str().map(|at| at.parse().unwrap())
}

#[tokio::test]
async fn a_reminder_comes_once_a_session_and_to_the_minute() {
    let world = fresh_world().await;
    let (agent, ada) = (world.agent(), world.customer("Ada"));
    let settings = reminds(&world, json!("PT1H")).await;
    assert_eq!(settings["session_reminder_before"], "PT1H", "{settings}");
    let thread = ada.writes("hello").await;
    world.clock().advance("PT3H").await;
    let thread = {
        ada.writes("one more thing").await;
        Thread { ticket: agent.ticket(&thread).await, ..thread }
    };
    let due = thread.session_expires_at() - SignedDuration::from_hours(1);

    // The first message's time to be reminded passes, and the one before the last message's.
    world.clock().set(due - SignedDuration::from_mins(2)).await;
    world.settles().await;
    assert_eq!(reminded_at(&agent, &thread).await, None);
    world.clock().set(due + SignedDuration::from_secs(59)).await;
    world.settles().await;

    let at = reminded_at(&agent, &thread).await.expect("a reminder");
    assert!((0..=60).contains(&at.duration_since(due).as_secs()), "{at} is not {due}");
    world.clock().advance("PT30M").await;
    assert_eq!(reminded_at(&agent, &thread).await, Some(at));
    // The customer writes again: nobody has to hurry any more, until the end comes near once more.
    ada.writes("thanks").await;
    assert_eq!(reminded_at(&agent, &thread).await, None);
    world.clock().advance("PT23H1M").await;
    assert!(reminded_at(&agent, &thread).await.is_some());
}

#[tokio::test]
async fn a_ticket_that_was_closed_at_its_time_to_remind_is_reminded_of_when_it_is_reopened() {
    let world = fresh_world().await;
    let agent = world.agent();
    reminds(&world, json!("PT4H")).await;
    let thread = world.customer("Ada").writes("hello").await;
    world.clock().advance("PT19H").await;
    agent.closes(&thread).await;
    world.clock().advance("PT1H30M").await;
    assert_eq!(reminded_at(&agent, &thread).await, None);

    let path = format!("/v1/tickets/{}/closure", thread.ticket_id());
    agent.calls(Method::DELETE, &path, None).await.expecting(200);
    world.clock().advance("PT2M").await;

    assert!(reminded_at(&agent, &thread).await.is_some());
}

#[tokio::test]
async fn nobody_is_reminded_of_a_closed_ticket_or_without_the_setting() {
    let world = fresh_world().await;
    let agent = world.agent();
    let unset = world.customer("Bob").writes("hello").await;
    for odd in ["PT1M", "PT24H", "P1M"] {
        let refused = reminds(&world, json!(odd)).await;
        assert_eq!(refused["status"], 422, "{refused}");
    }
    reminds(&world, json!("PT2H")).await;
    let closed = world.customer("Ada").writes("hello").await;
    agent.closes(&closed).await;

    world.clock().advance("PT23H").await;

    assert_eq!((reminded_at(&agent, &unset).await, reminded_at(&agent, &closed).await), (None, None));
}

#[tokio::test]
async fn a_view_sorts_by_the_time_that_is_left() {
    let world = fresh_world().await;
    let agent = world.agent();
    let over = world.customer("Over").writes("from yesterday").await;
    world.clock().advance("PT20H").await;
    let mut threads = Vec::new();
    for name in ["Ada", "Bob", "Eve"] {
        threads.push(world.customer(name).writes("hello").await);
        world.clock().advance("PT2H").await;
    }
    // The one that ends first was answered last; and one writes again.
    agent.replies_to(&threads[0], "here we are").await.expecting(202);
    world.customer("Bob").writes("still here").await;

    let mut path = "/v1/tickets?sort=time_left&limit=2".to_owned();
    let mut listed = Vec::new();
    loop {
        let page = agent.get(&path).await.expecting(200);
        let ids = page.data().iter().map(|ticket| ticket["thread_id"].as_str().unwrap().to_owned());
        listed.extend(ids);
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/tickets?sort=time_left&limit=2&cursor={next}");
    }

    assert_eq!(listed, [&threads[0].id, &threads[2].id, &threads[1].id].map(Clone::clone));
    assert!(!listed.contains(&over.id));
    let mine = agent.get("/v1/tickets?sort=time_left&view=assigned_to_me").await.expecting(200);
    assert_eq!(mine.data().len(), 1);
    let closed = agent.get("/v1/tickets?sort=time_left&view=all_closed").await;
    assert_eq!((closed.status, closed.code()), (400, "query_invalid"));
    let next = agent.get("/v1/tickets?sort=time_left&limit=1").await.body["next_cursor"].clone();
    let other = agent.get(&format!("/v1/tickets?cursor={}", next.as_str().unwrap())).await;
    assert_eq!((other.status, other.code()), (400, "cursor_invalid"));
}

#[tokio::test]
async fn a_ticket_that_nobody_can_read_keeps_nobody_else_from_being_reminded() {
    let world = fresh_world().await;
    let agent = world.agent();
    reminds(&world, json!("PT1H")).await;
    let garbled = world.customer("Ada").writes("hello").await;
    let thread = world.customer("Ben").writes("hello").await;
    let key = format!("T#{}#TICKET#{}", world.tenant(0).id, garbled.ticket_id());
    world.garbles_the_item(&key, "TICKET", "status").await;

    world.clock().advance("PT23H2M").await;

    assert!(reminded_at(&agent, &thread).await.is_some());
}
