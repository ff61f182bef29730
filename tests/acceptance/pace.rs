//! Meta's limits slow what they are about, a pair or a number, and nobody else.

use std::collections::BTreeSet;
use std::time::Instant;

use acceptance::{Customer, Thread, World, eventually, payload};
use futures::future::join_all;
use serde_json::json;

use crate::{counted_world, fresh_world};

/// The next messages of the first tenant's number meet this instead of an honest answer.
async fn number_meets(world: &World, times: u32, code: i64) {
    let path = format!("{}/messages", world.tenant(0).channel(0).phone_number_id);
    world.fault_at(&path, times, json!({ "status": 400, "code": code })).await;
}

/// A customer of another tenant, who has written.
async fn elsewhere(world: &World) -> (Customer, Thread) {
    let zoe = world.customer("Zoe").writing_to(1, 0);
    let thread = zoe.writes("hello").await;
    (zoe, thread)
}

#[tokio::test]
async fn a_pair_that_is_too_fast_lets_nobody_else_wait() {
    let world = fresh_world().await;
    let (ada, ben) = (world.customer("Ada").writes("hello").await, world.customer("Ben").writes("hello").await);
    let (zoe, zoes) = elsewhere(&world).await;
    world.fault("Ada", 4, json!({ "status": 400, "code": 131_056 })).await;

    for text in ["one", "two"] {
        world.agent().replies_to(&ada, text).await.expecting(202);
        world.agent().replies_to(&ben, text).await.expecting(202);
        world.agent_of(1).replies_to(&zoes, text).await.expecting(202);
    }
    world.settles().await;

    assert_eq!(world.phone_of("Ben").received().await, ["one", "two"]);
    assert_eq!(zoe.phone().received().await, ["one", "two"]);
    assert!(world.phone_of("Ada").received().await.is_empty());

    // 4^0, 4^1, 4^2 and 4^3 seconds.
    world.clock().advance("PT15S").await;
    assert!(world.phone_of("Ada").received().await.is_empty());
    for _ in 0..3 {
        world.clock().advance("PT1M10S").await;
    }
    assert_eq!(world.phone_of("Ada").received().await, ["one", "two"]);
    assert_eq!(world.graph_requests_to("Ada").await.len(), 6);
}

#[tokio::test]
async fn a_pair_that_was_too_fast_is_left_alone_until_its_time_whatever_else_is_written() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    world.fault("Ada", 4, json!({ "status": 400, "code": 131_056 })).await;
    let asked = async || world.graph_requests_to("Ada").await.len();
    world.agent().replies_to(&thread, "one").await.expecting(202);
    world.settles().await;
    world.passes_until_asked(4, "Ada").await;

    // The fourth time it has to wait for 64 seconds.
    world.agent().replies_to(&thread, "two").await.expecting(202);
    world.settles().await;
    assert_eq!(asked().await, 4);
    world.clock().advance("PT2M").await;

    assert_eq!(world.phone_of("Ada").received().await, ["one", "two"]);
}

#[tokio::test]
async fn what_is_written_in_a_later_ticket_goes_behind_what_waits_in_an_earlier_one() {
    let world = fresh_world().await;
    let ada = world.customer("Ada");
    let first = ada.writes("hello").await;
    world.agent().replies_to(&first, "zero").await.expecting(202);
    world.settles().await;
    world.fault("Ada", 2, json!({ "status": 400, "code": 131_056 })).await;
    world.agent().replies_to(&first, "one").await.expecting(202);
    world.settles().await;
    world.agent().closes(&first).await;
    let second = ada.writes("another matter").await;
    assert_ne!(first.id, second.id);

    world.agent().replies_to(&second, "two").await.expecting(202);
    world.settles().await;
    assert_eq!(ada.phone().received().await, ["zero"]);
    world.clock().advance("PT2M").await;

    assert_eq!(ada.phone().received().await, ["zero", "one", "two"]);
}

#[tokio::test]
async fn a_number_that_is_too_fast_waits_with_all_its_conversations_and_no_other_number_does() {
    let world = fresh_world().await;
    let (zoe, zoes) = elsewhere(&world).await;
    let ada = world.customer("Ada").writes("hello").await;
    let ben = world.customer("Ben").writes("hello").await;
    number_meets(&world, 1, 4).await;
    for text in ["one", "two"] {
        world.agent().replies_to(&ada, text).await.expecting(202);
    }
    world.settles().await;

    // Meta is not asked again for a conversation that it has not refused yet.
    for text in ["three", "four"] {
        world.agent().replies_to(&ben, text).await.expecting(202);
        world.agent_of(1).replies_to(&zoes, text).await.expecting(202);
    }
    world.settles().await;
    assert_eq!(zoe.phone().received().await, ["three", "four"]);
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
    assert!(world.graph_requests_to("Ben").await.is_empty());

    for _ in 0..3 {
        world.clock().advance("PT1M").await;
    }
    assert_eq!(world.phone_of("Ada").received().await, ["one", "two"]);
    assert_eq!(world.phone_of("Ben").received().await, ["three", "four"]);
    assert_eq!(world.graph_requests_to("Ada").await.len(), 3);
}

#[tokio::test]
async fn each_limit_of_a_number_is_waited_for_and_what_was_sent_is_not_sent_again() {
    let world = fresh_world().await;
    for code in [130_429, 80_007, 4, 131_057] {
        let name = format!("Customer of {code}");
        let thread = world.customer(&name).writes("hello").await;
        world.agent().replies_to(&thread, "before").await.expecting(202);
        world.settles().await;
        number_meets(&world, 2, code).await;
        for text in ["one", "two", "three"] {
            world.agent().replies_to(&thread, text).await.expecting(202);
        }
        world.settles().await;
        for _ in 0..4 {
            world.clock().advance("PT4M").await;
        }

        assert_eq!(world.phone_of(&name).received().await, ["before", "one", "two", "three"], "{code}");
        let sent = world.graph_requests_to(&name).await;
        let texts: Vec<&str> = sent.iter().map(|sent| sent.text()).collect();
        assert_eq!(texts, ["before", "one", "one", "one", "two", "three"], "{code}");
    }
}

#[tokio::test]
async fn a_limit_of_a_number_that_meta_reports_afterwards_slows_it_once_and_no_other_number() {
    let world = fresh_world().await;
    world.no_automatic_statuses().await;
    let (zoe, zoes) = elsewhere(&world).await;
    let ada = world.customer("Ada");
    let (adas, bens) = (ada.writes("hello").await, world.customer("Ben").writes("hello").await);
    let refused = world.agent().replies_to(&adas, "one").await.expecting(202);
    world.settles().await;
    let wamid = ada.phone().messages().await.pop().unwrap()["id"].as_str().unwrap().to_owned();
    let mut failed = payload::status(&wamid, "failed", world.clock().now().await, &ada, None);
    failed["errors"] = json!([{ "code": 4, "title": "Application request limit reached" }]);
    let report = payload::statuses(&ada, &[failed]);
    world.outcomes_of(&report).await;

    world.agent().replies_to(&bens, "two").await.expecting(202);
    world.agent_of(1).replies_to(&zoes, "three").await.expecting(202);
    world.settles().await;

    let message = world.agent().message(&adas, refused.id()).await;
    assert_eq!((&message["status"], &message["failure"]["code"]), (&json!("failed"), &json!("4")), "{message}");
    assert!(message["failure"]["advice"].as_str().unwrap().starts_with("Wait"), "{message}");
    assert!(world.graph_requests_to("Ben").await.is_empty());
    assert_eq!(zoe.phone().received().await, ["three"]);
    for _ in 0..3 {
        world.clock().advance("PT1M").await;
    }
    assert_eq!(world.phone_of("Ben").received().await, ["two"]);
    // What failed is not sent again, and its report that comes again slows nobody.
    world.outcomes_of(&report).await;
    world.agent().replies_to(&bens, "four").await.expecting(202);
    world.settles().await;
    assert_eq!(world.phone_of("Ben").received().await, ["two", "four"]);
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
}

#[tokio::test]
async fn a_message_that_the_number_held_back_still_has_all_its_tries_when_meta_fails() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    number_meets(&world, 3, 130_429).await;
    number_meets(&world, 2, 131_000).await;

    let reply = world.agent().replies_to(&thread, "here we are").await.expecting(202);
    for _ in 0..6 {
        world.clock().advance("PT2M").await;
    }

    assert_eq!(world.agent().status_of(&thread, reply.id()).await, "read");
}

#[tokio::test]
async fn what_was_just_written_goes_on_after_its_turn_in_the_queue_it_came_from() {
    let world = counted_world().await;
    let ada = world.customer("Ada");
    let thread = ada.writes("hello").await;
    // A turn of five seconds is over after three of them.
    world.fault("Ada", 4, json!({ "delay_ms": 2_000 })).await;
    world.counts_calls_anew().await;
    let texts = ["one", "two", "three", "four"];
    for text in texts {
        world.agent().replies_to(&thread, text).await.expecting(202);
    }
    world.settles().await;

    assert_eq!(ada.phone().received().await, texts);
    let told = world.points().await.into_iter().filter(|it| it.function == "outbound-sender" && it.service == "sqs");
    let queues: BTreeSet<Option<String>> = told.map(|it| it.about).collect();
    assert_eq!(queues, BTreeSet::from([Some("local-outbound.fifo".to_owned())]));
}

/// Customers of the first tenant, with so many replies each that wait for their number and are going out now.
async fn going_out(world: &World, conversations: usize, each: usize, meta_takes_ms: u32) -> Vec<Customer> {
    let customers: Vec<Customer> = (0..conversations).map(|n| world.customer(&format!("Customer {n}"))).collect();
    let threads = join_all(customers.iter().map(|customer| customer.writes("hello"))).await;
    number_meets(world, 1, 4).await;
    world.agent().replies_to(&threads[0], "slow down").await.expecting(202);
    world.settles().await;
    for n in 0..each {
        let text = format!("reply {n}");
        let agent = world.agent();
        let accepted = join_all(threads.iter().map(|thread| agent.replies_to(thread, &text))).await;
        assert!(accepted.iter().all(|answer| answer.status == 202));
    }
    world.settles().await;
    assert_eq!(gone(world).await, 0);
    // They are at it for as long as Meta takes, however fast the machine is.
    let path = format!("{}/messages", world.tenant(0).channel(0).phone_number_id);
    world.fault_at(&path, 1_000, json!({ "delay_ms": meta_takes_ms })).await;
    let now = world.clock().now().await;
    world.clock().set(now + jiff::SignedDuration::from_mins(3)).await;
    customers
}

/// How many of their replies have reached Graph.
async fn gone(world: &World) -> usize {
    world.graph_requests().await.iter().filter(|request| request.text().starts_with("reply ")).count()
}

/// Zoe has her message; how many of the others' had gone by then.
async fn gone_before(world: &World, zoe: &Customer) -> usize {
    eventually("Zoe's message", async || (zoe.phone().received().await == ["and I?"]).then_some(())).await;
    gone(world).await
}

#[tokio::test]
async fn many_messages_that_go_on_at_once_delay_no_other_tenant() {
    const CONVERSATIONS: usize = 16;
    const EACH: usize = 5;
    let world = fresh_world().await;
    let (zoe, zoes) = elsewhere(&world).await;
    let customers = going_out(&world, CONVERSATIONS, EACH, 2_000).await;

    let began = Instant::now();
    world.agent_of(1).replies_to(&zoes, "and I?").await.expecting(202);
    let so_far = gone_before(&world, &zoe).await;
    let took = began.elapsed();
    world.settles().await;

    let all = gone(&world).await;
    println!("another tenant's message took {} ms, with {so_far} of {all} sent", took.as_millis());
    assert_eq!(all, CONVERSATIONS * EACH);
    assert!(so_far * 2 < all, "{so_far} of {all} were sent before it, in {took:?}");
    for customer in &customers[1..] {
        let expected: Vec<String> = (0..EACH).map(|n| format!("reply {n}")).collect();
        assert_eq!(customer.phone().received().await, expected);
    }
}

#[tokio::test]
async fn whom_meta_puts_off_stands_behind_no_other_tenants_line() {
    const CONVERSATIONS: usize = 100;
    let world = fresh_world().await;
    let (zoe, zoes) = elsewhere(&world).await;
    going_out(&world, CONVERSATIONS, 1, 4_000).await;
    eventually("the first of them", async || (gone(&world).await > 0).then_some(())).await;

    // For a second; then hers comes through the queue in which all of those wait.
    world.fault("Zoe", 1, json!({ "status": 400, "code": 131_056 })).await;
    world.agent_of(1).replies_to(&zoes, "and I?").await.expecting(202);
    let so_far = gone_before(&world, &zoe).await;
    world.settles().await;

    let all = gone(&world).await;
    assert_eq!((all, world.graph_requests_to("Zoe").await.len()), (CONVERSATIONS, 2));
    assert!(so_far * 6 < all * 5, "{so_far} of {all} were sent before it");
}
