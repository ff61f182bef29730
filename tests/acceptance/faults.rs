//! Whatever AWS, Meta or a dying process does, and at whichever call, everybody sees in the end what they see without it (F29).
//!
//! A journey runs once without faults, and the stack tells which calls the functions made. Then it runs again for each
//! kind of call with a few kinds of fault, or, with `FAULTS=all`, for each call with every kind, each time with people of its
//! own; and what the customer and the agent see is compared.

mod journey;
mod plan;
mod run;
mod seen;

use std::collections::BTreeMap;
use std::time::Instant;

use acceptance::Point;
use run::every_fault;

use crate::fresh_world;

#[tokio::test]
async fn a_conversation_ends_the_same_whatever_fails_at_any_call() {
    every_fault("a conversation", journey::talk).await;
}

#[tokio::test]
async fn files_in_both_directions_end_the_same_whatever_fails_at_any_call() {
    every_fault("files in both directions", journey::show_files).await;
}

#[tokio::test]
async fn what_meta_puts_off_ends_the_same_whatever_else_fails_at_any_call() {
    every_fault("what Meta puts off", journey::have_patience).await;
}

#[tokio::test]
async fn what_each_function_of_a_queue_fails_at_once_is_done_later() {
    let world = fresh_world().await;
    let expected = journey::show_files(&world, "Without Faults").await;
    for function in ["ticket-creation", "media-download", "outbound-sender", "status-updates"] {
        let [service, operation] = ["dynamodb", "GetItem"].map(str::to_owned);
        let point = Point { function: function.to_owned(), service, operation, about: None, ordinal: 0 };
        world.arms(&point, 4, "error").await;
        let seen = journey::show_files(&world, &format!("Failing {function}")).await;
        assert_eq!(world.disarms().await, 0, "{function} called nothing");
        assert_eq!(seen, expected, "{function}");
    }
}

#[tokio::test]
async fn each_function_gives_up_in_time_when_every_call_hangs_and_the_work_is_done_later() {
    let world = fresh_world().await;
    journey::talk(&world, "Warm Up").await;
    world.counts_calls_anew().await;
    let expected = journey::talk(&world, "Without Faults").await;
    let mut functions: BTreeMap<String, Point> = BTreeMap::new();
    // Secrets and keys are asked for once a process; what hangs must be a call that each invocation makes.
    for point in world.points().await {
        if ["dynamodb", "sqs"].contains(&point.service.as_str()) {
            functions.entry(point.function.clone()).or_insert(point);
        }
    }
    for (function, point) in functions {
        let began = Instant::now();
        world.arms(&point, 4, "hang").await;
        let seen = journey::talk(&world, &format!("Hanging {function}")).await;
        world.disarms().await;
        assert_eq!(seen, expected, "{point:?}");
        println!("{function}: its calls hung, and all was done after {:.1} s", began.elapsed().as_secs_f64());
    }
}
