//! Whatever AWS, Meta or a dying process does, and at whichever call, everybody sees in the end what they see without it (F29).
//!
//! Journeys go once without faults, and the stack tells which calls the functions made. Then they go again for each
//! kind of call with a few faults of different classes, with `FAULTS=classes` with the severest of each class, or, with
//! `FAULTS=all`, for each call with every fault, each time with people of its own; and what everybody sees is compared.

mod administration;
mod calls;
mod campaign;
mod journey;
mod plan;
mod run;
mod seen;

use std::cell::Cell;
use std::time::{Duration, Instant};

use acceptance::roles::TEMPLATE;
use acceptance::{Point, World, eventually, within};
use futures::future::join;
use journey::Journey;
use run::every_fault;
use serde_json::json;

use crate::{counted_world, world_from};

/// Longer than any function may take.
const LONGEST: Duration = Duration::from_secs(310);

#[tokio::test]
async fn conversations_end_the_same_whatever_fails_at_any_call() {
    every_fault("conversations", &[Journey::Talk, Journey::ShowFiles, Journey::HavePatience], 2).await;
}

#[tokio::test]
async fn what_admins_do_and_meta_tells_ends_the_same_whatever_fails_at_any_call() {
    every_fault("administration", &[Journey::Administer, Journey::HearNews], 1).await;
}

#[tokio::test]
async fn a_template_to_many_and_a_new_month_end_the_same_whatever_fails_at_any_call() {
    every_fault("campaign", &[Journey::SendToMany], 1).await;
}

#[tokio::test]
async fn what_each_function_of_a_queue_fails_at_once_is_done_later() {
    let world = counted_world().await;
    let expected = Journey::ShowFiles.goes(&world, "Without Faults").await;
    for function in ["ticket-creation", "media-download", "outbound-sender", "status-updates"] {
        let [service, operation] = ["dynamodb", "GetItem"].map(str::to_owned);
        let point = Point { function: function.to_owned(), service, operation, about: None, ordinal: 0 };
        world.arms(&point, 4, "error").await;
        let seen = Journey::ShowFiles.goes(&world, &format!("Failing {function}")).await;
        assert_eq!(world.disarms().await, 0, "{function} called nothing");
        assert_eq!(seen, expected, "{function}");
    }
}

#[tokio::test]
async fn each_function_of_a_conversation_gives_up_in_time_when_all_its_calls_hang_and_the_work_is_done_later() {
    let functions =
        ["webhook-intake", "ticket-creation", "media-download", "api-helpdesk", "outbound-sender", "status-updates"];
    each_hangs(Journey::ShowFiles, &functions).await;
}

#[tokio::test]
async fn each_function_of_an_administration_gives_up_in_time_when_all_its_calls_hang_and_the_work_is_done_later() {
    each_hangs(Journey::HearNews, &["api-channels", "account-events"]).await;
}

#[tokio::test]
async fn each_function_gives_up_in_time_when_graph_says_nothing_and_the_work_is_done_later() {
    let world = counted_world().await;
    let silences = [
        ("api-channels", "GET", "/phone_numbers", Journey::HearNews),
        // Where a file is, and then the file.
        ("media-download", "GET", "/v24.0/", Journey::ShowFiles),
        ("media-download", "GET", "/attachments", Journey::ShowFiles),
        ("outbound-sender", "POST", "/messages", Journey::Talk),
        ("outbound-sender", "POST", "/media", Journey::ShowFiles),
    ];
    for (function, method, path, journey) in silences {
        let expected = journey.goes(&world, &format!("Before {function} {path}")).await;
        let before = world.graph_requests_so_far().await;
        world
            .meta_misbehaves(json!({ "match": { "method": method, "path": path }, "times": u32::MAX, "then": "hang" }))
            .await;
        let hangs = async || {
            let requests = world.graph_requests_after(before).await;
            requests.iter().any(|request| request.fault.as_deref() == Some("hang"))
        };
        let name = format!("Silence {function} {path}");
        let (seen, took) = join(journey.goes(&world, &name), gives_up(&world, function, hangs)).await;
        println!("{function}, {path}: Graph hung, and it gave up after {:.1} s", took.as_secs_f64());
        assert!(seen.is_as(&expected), "{function}, {path}: {seen:#?}\ninstead of\n{expected:#?}");
        assert!(seen.unconfirmed() <= 1, "{function}, {path}: {seen:#?}");
        assert!(world.dead_letters().await.is_empty(), "{function}");
        assert_eq!(world.overdue(function), 0, "{function} was killed because it took longer than its timeout");
    }
}

#[tokio::test]
async fn what_runs_by_the_clock_gives_up_in_time_when_all_its_calls_hang_and_does_its_work_later() {
    let world = counted_world().await;
    let expected = Journey::Talk.goes(&world, "Without Faults").await;
    for function in ["due-work", "quota-reset"] {
        world.hangs(function).await;
        let hangs = async || world.unmet().await == 0;
        let (is_done, took) = join(world.tries_schedule(function), gives_up(&world, function, hangs)).await;
        assert!(!is_done, "{function} has done its work without AWS");
        println!("{function}: its calls hung, and it gave up after {:.1} s", took.as_secs_f64());
        assert_eq!(Journey::Talk.goes(&world, &format!("Hanging {function}")).await, expected, "{function}");
        assert_eq!(world.overdue(function), 0, "{function} was killed because it took longer than its timeout");
    }
}

#[tokio::test]
async fn a_function_that_does_not_give_up_in_time_is_told_of() {
    let impatient = TEMPLATE.replace(
        "      CodeUri: ../functions/webhook-intake\n      Timeout: 10",
        "      CodeUri: ../functions/webhook-intake\n      Timeout: 1",
    );
    assert_ne!(impatient, TEMPLATE);
    let world = world_from(&impatient).await;
    world.customer("Ada").writes("hello").await;
    // Whoever stands still takes work and does not answer.
    assert!(!world.freezes("webhook-intake").await.is_empty());
    world.customer("Ada").tries_to_write("are you there?", world.clock().now().await).await;
    let told = async || (world.overdue("webhook-intake") > 0).then_some(());
    eventually("a function that was killed", told).await;
    assert_eq!(world.overdue("ticket-creation"), 0);
}

/// Each of these functions is answered by nobody once, and gives up before it is killed.
async fn each_hangs(journey: Journey, functions: &[&str]) {
    let world = counted_world().await;
    journey.goes(&world, "Warm Up").await;
    let expected = journey.goes(&world, "Without Faults").await;
    for function in functions {
        world.hangs(function).await;
        let name = format!("Hanging {function}");
        let hangs = async || world.unmet().await == 0;
        let (seen, took) = join(journey.goes(&world, &name), gives_up(&world, function, hangs)).await;
        println!("{function}: its calls hung, and it gave up after {:.1} s", took.as_secs_f64());
        assert_eq!(seen, expected, "{function}");
        assert!(world.dead_letters().await.is_empty(), "{function}");
        assert_eq!(world.overdue(function), 0, "{function} was killed because it took longer than its timeout");
    }
}

/// A function whose calls hang has given one invocation up, and from then on they are answered again; how long that took.
async fn gives_up(world: &World, function: &str, hangs: impl AsyncFn() -> bool) -> Duration {
    eventually("a call that hangs", async || hangs().await.then_some(())).await;
    let began = Instant::now();
    let longest = Cell::new(None);
    within(LONGEST, "an end of what hangs", async || {
        let now = world.longest_work_of(function).await;
        let before = longest.replace(now);
        (now.is_none() || now < before).then_some(())
    })
    .await;
    world.disarms().await;
    began.elapsed()
}
