//! A lost answer is never a second message, unless an agent asks for it.

use acceptance::{Answer, Point, Thread, World, eventually};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{counted_world, fresh_world, shared_world};

/// A reply to Ada that arrives while Graph's answer is lost, in a world where Meta reports nothing.
async fn unconfirmed(world: &World) -> (Thread, Answer) {
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_after")).await;
    let reply = world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    world.settles().await;
    (thread, reply)
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_the_status() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_after")).await;

    let reply = world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    world.settles().await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);
}

#[tokio::test]
async fn without_a_status_it_stays_unconfirmed_and_is_not_sent_again() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;

    world.clock().advance("PT6H").await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "unconfirmed");
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
}

#[tokio::test]
async fn the_next_message_waits_30_seconds_for_it() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    let next = world.agent().replies_to(&thread, "and this?").await.expecting(202);
    world.settles().await;
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);

    world.clock().advance("PT10S").await;
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);
    world.clock().advance("PT25S").await;

    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?", "and this?"]);
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "unconfirmed");
    assert_eq!(world.agent().status_of(&thread, next.id()).await, "sent");
}

#[tokio::test]
async fn a_late_status_settles_it_and_lets_the_next_one_go_at_once() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    world.agent().replies_to(&thread, "and this?").await.expecting(202);
    world.settles().await;
    let arrived = world.phone_of("Ada").messages().await.pop().unwrap();

    world.meta_reports(arrived["id"].as_str().unwrap(), "delivered").await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "delivered");
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?", "and this?"]);
}

#[tokio::test]
async fn an_agent_may_send_it_again() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;

    let resent = world.agent().post(&format!("/v1/messages/{}/resend", reply.id()), json!({})).await;
    world.settles().await;

    assert!((200..300).contains(&resent.status), "{resent:?}");
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "sent");
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?", "did you get this?"]);
}

#[tokio::test]
async fn what_is_sent_again_too_late_stays_in_doubt_and_says_why() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    world.clock().advance("PT25H").await;

    let path = format!("/v1/messages/{}/resend", reply.id());
    world.agent().post(&path, json!({})).await.expecting(200);
    world.settles().await;

    let message = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("unconfirmed"), &json!("session_closed")));
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);
    // Those behind it do not wait for it, and a status settles it still.
    let arrived = world.phone_of("Ada").messages().await.pop().unwrap();
    world.meta_reports(arrived["id"].as_str().unwrap(), "delivered").await;
    let message = world.agent().message(&thread, reply.id()).await;
    assert_eq!((&message["status"], &message["failure"]), (&json!("delivered"), &Value::Null), "{message}");
}

#[tokio::test]
async fn that_the_first_call_failed_says_nothing_of_the_second() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    let first = world.phone_of("Ada").messages().await.pop().unwrap();
    let path = format!("/v1/messages/{}/resend", reply.id());
    world.agent().post(&path, json!({})).await.expecting(200);
    world.settles().await;

    world.meta_reports_failure(first["id"].as_str().unwrap(), 131_026).await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "sent");
    let second = world.phone_of("Ada").messages().await.pop().unwrap();
    world.meta_reports_failure(second["id"].as_str().unwrap(), 131_026).await;
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "failed");
}

#[tokio::test]
async fn that_the_first_call_failed_does_not_stop_the_second() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    let first = world.phone_of("Ada").messages().await.pop().unwrap();
    // Meta wants the second call to wait.
    world.fault("Ada", 1, json!({ "status": 400, "code": 131_057 })).await;
    let path = format!("/v1/messages/{}/resend", reply.id());
    world.agent().post(&path, json!({})).await.expecting(200);
    world.settles().await;
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "queued");

    world.meta_reports_failure(first["id"].as_str().unwrap(), 131_026).await;
    world.clock().advance("PT20M").await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "sent");
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?", "did you get this?"]);
}

#[tokio::test]
async fn a_resend_that_is_asked_for_again_with_its_key_is_one() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    let agent = world.agent();
    let path = format!("/v1/messages/{}/resend", reply.id());
    let resend = async |key: &str| agent.tries(Method::POST, &path, None, &[("idempotency-key", key)]).await.unwrap();
    let received = async || world.phone_of("Ada").received().await.len();
    world.fault("Ada", 1, json!("drop_after")).await;

    let at_once = join_all([resend("first-decision"), resend("first-decision")]).await;
    world.settles().await;
    let (again, status) = (resend("first-decision").await, agent.status_of(&thread, reply.id()).await);
    world.settles().await;

    for resent in at_once {
        resent.expecting(200);
    }
    assert_eq!(status, "unconfirmed", "its answer was lost again");
    assert_eq!((again.status, &again.body["status"]), (200, &json!("unconfirmed")));
    assert_eq!((agent.status_of(&thread, reply.id()).await.as_str(), received().await), ("unconfirmed", 2));
    resend("second-decision").await.expecting(200);
    world.settles().await;
    assert_eq!((agent.status_of(&thread, reply.id()).await.as_str(), received().await), ("sent", 3));
    let other = world.agent().replies_with_key(&thread, "and this?", "second-decision").await.unwrap();
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
}

#[tokio::test]
async fn a_key_of_one_message_does_not_resend_another() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    world.fault("Ada", 1, json!("drop_after")).await;
    let next = world.agent().replies_to(&thread, "and this?").await.expecting(202);
    world.settles().await;
    world.clock().advance("PT1M").await;
    let resend = async |id: &str| {
        let path = format!("/v1/messages/{id}/resend");
        world.agent().tries(Method::POST, &path, None, &[("idempotency-key", "a-key")]).await.unwrap()
    };

    let (resent, other) = (resend(reply.id()).await, resend(next.id()).await);
    world.settles().await;

    assert_eq!((resent.status, other.status, other.code()), (200, 422, "idempotency_key_reused"));
    assert_eq!(world.agent().status_of(&thread, next.id()).await, "unconfirmed");
}

#[tokio::test]
async fn an_agent_may_discard_it() {
    let world = fresh_world().await;
    let (thread, reply) = unconfirmed(&world).await;

    let discards = async || world.agent().post(&format!("/v1/messages/{}/discard", reply.id()), json!({})).await;
    let discarded = discards().await.expecting(200);
    world.clock().advance("PT1H").await;

    assert_eq!((&discarded.body["status"], &discarded.body["id"]), (&json!("discarded"), &json!(reply.id())));
    // Whose answer was lost asks again.
    let again = discards().await.expecting(200);
    assert_eq!(again.body["statuses"], discarded.body["statuses"]);
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "discarded");
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
}

#[tokio::test]
async fn who_discards_again_makes_up_for_what_nobody_was_told() {
    let world = counted_world().await;
    let (thread, reply) = unconfirmed(&world).await;
    world.agent().replies_to(&thread, "and now?").await.expecting(202);
    let discards = async || {
        world.agent().post(&format!("/v1/messages/{}/discard", reply.id()), json!({})).await.expecting(200);
        world.settles().await;
        world.graph_requests_to("Ada").await.len()
    };
    let [function, service, operation] = ["api-helpdesk", "sqs", "SendMessageBatch"].map(str::to_owned);
    world.arms(&Point { function, service, operation, about: None, ordinal: 0 }, 12, "error").await;

    assert_eq!(discards().await, 1, "the sender was told");
    world.disarms().await;
    assert_eq!(discards().await, 2);
}

/// The first tenant chose that unconfirmed messages go out again by themselves after five minutes.
async fn resends_by_itself(world: &World) {
    let change = json!({ "resend_unconfirmed_after": "PT5M" });
    let settings = world.caller(0, "admin").calls(Method::PATCH, "/v1/settings", Some(change)).await.expecting(200);
    assert_eq!(settings.body["resend_unconfirmed_after"], "PT5M");
}

#[tokio::test]
async fn a_tenant_may_choose_that_it_is_sent_again_by_itself_once() {
    let world = fresh_world().await;
    resends_by_itself(&world).await;
    world.no_automatic_statuses().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!("drop_before")).await;
    let reply = world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    world.settles().await;
    let unconfirmed = world.agent().message(&thread, reply.id()).await;
    assert!(unconfirmed["status"] == "unconfirmed" && unconfirmed["resends_at"].is_string(), "{unconfirmed}");

    world.clock().advance("PT4M").await;
    assert!(world.phone_of("Ada").received().await.is_empty());
    world.clock().advance("PT2M").await;
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);
    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "sent");

    // If the answer is lost again, a person decides.
    world.fault("Ada", 2, json!("drop_before")).await;
    let second = world.agent().replies_to(&thread, "and this?").await.expecting(202);
    for _ in 0..5 {
        world.clock().advance("PT10M").await;
    }
    let unconfirmed = world.agent().message(&thread, second.id()).await;
    assert!(unconfirmed["status"] == "unconfirmed" && unconfirmed["resends_at"].is_null(), "{unconfirmed}");
    assert_eq!(world.graph_requests_to("Ada").await.len(), 4);
}

#[tokio::test]
async fn a_status_that_comes_in_time_keeps_it_from_being_sent_again_by_itself() {
    let world = fresh_world().await;
    resends_by_itself(&world).await;
    let (thread, reply) = unconfirmed(&world).await;
    let arrived = world.phone_of("Ada").messages().await.pop().unwrap();

    world.clock().advance("PT3M").await;
    world.meta_reports(arrived["id"].as_str().unwrap(), "delivered").await;
    world.clock().advance("PT30M").await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "delivered");
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);
}

#[tokio::test]
async fn a_tenant_that_changes_its_mind_decides_about_each_again() {
    let world = fresh_world().await;
    resends_by_itself(&world).await;
    let (thread, reply) = unconfirmed(&world).await;
    let admin = world.caller(0, "admin");
    for (after, status) in [(json!("PT1M"), 422), (json!("P2D"), 422), (Value::Null, 200)] {
        let change = json!({ "resend_unconfirmed_after": after });
        admin.calls(Method::PATCH, "/v1/settings", Some(change)).await.expecting(status);
    }

    world.clock().advance("PT30M").await;

    let left = world.agent().message(&thread, reply.id()).await;
    assert!(left["status"] == "unconfirmed" && left["resends_at"].is_null(), "{left}");
    assert_eq!(world.phone_of("Ada").received().await, ["did you get this?"]);
}

#[tokio::test]
async fn of_every_tenth_answer_that_is_lost_no_message_is_sent_twice() {
    const CUSTOMERS: usize = 10;
    const EACH: usize = 10;
    for told in [true, false] {
        let world = fresh_world().await;
        if !told {
            world.no_automatic_statuses().await;
        }
        let names: Vec<String> = (0..CUSTOMERS).map(|n| format!("Customer {n}")).collect();
        let mut threads = Vec::new();
        for (number, name) in names.iter().enumerate() {
            threads.push(world.customer(name).writes("hello").await);
            let to = world.customer(name).address().to_owned();
            let matching = json!({ "path": "/messages", "to": to });
            let then = ["drop_after", "drop_half"][number % 2];
            world.meta_misbehaves(json!({ "match": matching, "after": number, "times": 1, "then": then })).await;
        }
        let texts: Vec<String> = (0..EACH).map(|n| format!("reply {n}")).collect();
        for text in &texts {
            let agent = world.agent();
            let accepted = join_all(threads.iter().map(|thread| agent.replies_to(thread, text))).await;
            assert!(accepted.iter().all(|answer| answer.status == 202));
        }
        for _ in 0..4 {
            world.clock().advance("PT1M").await;
        }

        let mut unconfirmed = 0;
        for (name, thread) in names.iter().zip(&threads) {
            assert_eq!(world.phone_of(name).received().await, texts, "{name}");
            let messages = world.agent().messages(thread).await;
            unconfirmed += messages.iter().filter(|message| message["status"] == "unconfirmed").count();
        }
        println!("{} answers of {} lost: {unconfirmed} unconfirmed, 0 sent twice", CUSTOMERS, CUSTOMERS * EACH);
        assert_eq!(unconfirmed, if told { 0 } else { CUSTOMERS });
    }
}

#[tokio::test]
async fn what_is_not_unconfirmed_can_be_neither_resent_nor_discarded() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;

    for verb in ["resend", "discard"] {
        let answer = world.agent().post(&format!("/v1/messages/{}/{verb}", reply.id()), json!({})).await;
        assert_eq!(answer.status, 409, "{answer:?}");
    }

    world.settles().await;
    assert_eq!(world.phone_of("Ada").received().await, ["here we are"]);
}

#[tokio::test]
async fn a_graph_that_hangs_up_before_it_has_done_anything_gets_no_message_twice() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 2, json!("drop_before")).await;

    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    world.settles().await;
    for _ in 0..5 {
        world.clock().advance("PT2M").await;
    }

    let status = world.agent().status_of(&thread, reply.id()).await;
    let received = world.phone_of("Ada").received().await;
    match received.len() {
        0 => assert_eq!(status, "unconfirmed"),
        times => assert_eq!((times, status.as_str()), (1, "read")),
    }
}

#[tokio::test]
async fn what_one_sender_has_under_way_is_in_no_doubt_because_another_comes() {
    let world = counted_world().await;
    world.no_automatic_statuses().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    world.fault("Ada", 1, json!({ "delay_ms": 8_000 })).await;
    let reply = world.agent().replies_to(&thread, "did you get this?").await.expecting(202);
    eventually("the reply on the phone", async || (!ada.phone().received().await.is_empty()).then_some(())).await;
    world.counts_calls_anew().await;

    let (tenant_id, channel_id) = (world.tenant(0).id, world.tenant(0).channel(0).id);
    let job = json!({ "v": 1, "tenant_id": tenant_id, "channel_id": channel_id, "contact_id": thread.contact_id() });
    world.puts_jobs("knocks", &[job.to_string()]).await;
    eventually("the other sender comes to its end", async || {
        let marks =
            |point: &Point| point.about.as_ref().is_some_and(|about| about.starts_with("CONVERSATION SET due_pk"));
        world.points().await.iter().any(marks).then_some(())
    })
    .await;
    let asked = world.graph_requests_to("Ada").await.pop().unwrap();
    assert_eq!(asked.status, None, "Graph had answered the first before the other came to its end");

    assert_ne!(world.agent().status_of(&thread, reply.id()).await, "unconfirmed");
    world.settles().await;
    assert_eq!(ada.phone().received().await, ["did you get this?"]);
}

#[tokio::test]
async fn a_graph_that_answers_too_late_gets_no_message_twice() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 1, json!({ "delay_ms": 2_000 })).await;

    let reply = world.agent().replies_to(&thread, "slow").await.expecting(202);
    world.agent().replies_to(&thread, "and steady").await.expecting(202);
    world.settles().await;

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
    assert_eq!(world.phone_of("Ada").received().await, ["slow", "and steady"]);
}
