//! Whatever AWS or a dying process does, and at whichever call, everybody sees in the end what they see without it (F29).
//!
//! A journey runs once without faults, and the stack tells which calls the functions made. Then it runs again for each of
//! these calls and each kind of fault, with people of its own, and what the customer and the agent see is compared.

mod journey;

use std::collections::BTreeMap;
use std::time::Instant;

use acceptance::{Point, World};
use journey::{Seen, converse};

use crate::fresh_world;

/// What a call meets, and how many calls in a row: four are more than the SDK's own retries mend.
const EFFECTS: [(&str, u32); 7] =
    [("error", 4), ("lost", 1), ("lost", 4), ("throttle", 4), ("conflict", 1), ("kill_before", 1), ("kill_after", 1)];

/// Functions whose death may leave a message of which nobody knows whether it was sent: shown so, and not sent again.
const MAY_LEAVE_UNCONFIRMED: &str = "outbound-sender";

#[tokio::test]
async fn a_conversation_ends_the_same_whatever_fails_at_any_call_of_the_functions_that_take_messages() {
    every_fault_at_every_call(&["webhook-intake", "ticket-creation", "account-events"]).await;
}

#[tokio::test]
async fn each_function_gives_up_in_time_when_every_call_hangs_and_the_work_is_done_later() {
    let world = fresh_world().await;
    let (expected, points) = without_faults(&world).await;
    let mut functions: BTreeMap<&str, &Point> = BTreeMap::new();
    // Secrets and keys are asked for once a process; what hangs must be a call that each invocation makes.
    for point in points.iter().filter(|point| ["dynamodb", "sqs"].contains(&point.service.as_str())) {
        functions.entry(&point.function).or_insert(point);
    }
    for (function, point) in functions {
        let began = Instant::now();
        same_as(&expected, &world, point, ("hang", 4), &format!("Hanging {function}")).await;
        println!("{function}: its calls hung, and all was done after {:.1} s", began.elapsed().as_secs_f64());
    }
}

async fn every_fault_at_every_call(functions: &[&str]) {
    let world = fresh_world().await;
    let (expected, points) = without_faults(&world).await;
    let points: Vec<Point> = points.into_iter().filter(|it| functions.contains(&it.function.as_str())).collect();
    assert!(points.len() >= 10, "{points:?}");
    let (mut runs, mut unconfirmed) = (0, 0);
    for (number, point) in points.iter().enumerate() {
        for effect in EFFECTS.into_iter().filter(|(then, _)| suits(point, then)) {
            let name = format!("Customer {number} {} {}", effect.0, effect.1);
            unconfirmed += same_as(&expected, &world, point, effect, &name).await;
            runs += 1;
        }
    }
    println!(
        "{} calls of {functions:?}, {runs} runs with a fault, each as the one without; {unconfirmed} messages unconfirmed, \
         by faults of {MAY_LEAVE_UNCONFIRMED}",
        points.len()
    );
}

/// Only what writes to the table meets another's transaction.
fn suits(point: &Point, then: &str) -> bool {
    let writes = ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&point.operation.as_str());
    then != "conflict" || writes
}

/// What everybody sees without any fault, and the calls that were made for it.
async fn without_faults(world: &World) -> (Seen, Vec<Point>) {
    // Once before, so that what processes do only once is done.
    converse(world, "Warm Up").await;
    world.counts_calls_anew().await;
    let seen = converse(world, "Without Faults").await;
    assert_eq!(seen.unconfirmed(), 0);
    (seen, world.points().await)
}

/// The journey with a fault, compared; how many messages it left unconfirmed.
async fn same_as(expected: &Seen, world: &World, point: &Point, (then, times): (&str, u32), name: &str) -> usize {
    world.arms(point, times, then).await;
    let seen = converse(world, name).await;
    world.disarms(times).await;
    let unconfirmed = seen.unconfirmed();
    let explained = unconfirmed == 0 || point.function == MAY_LEAVE_UNCONFIRMED;
    assert!(explained, "{point:?} {then} ×{times} left a message unconfirmed: {seen:#?}");
    assert!(seen.is_as(expected), "{point:?} {then} ×{times}:\n{seen:#?}\ninstead of\n{expected:#?}");
    assert!(world.dead_letters().await.is_empty(), "{point:?} {then} ×{times} left a dead letter");
    unconfirmed
}
