//! One journey again and again, each time with another fault.

use std::collections::BTreeSet;

use acceptance::{Point, World};
use futures::future::join;

use super::plan::{Fault, GraphCall, Plan};
use super::seen::Seen;
use crate::fresh_world;

/// Functions whose death may leave a message of which nobody knows whether it was sent: shown so, and not sent again.
const MAY_LEAVE_UNCONFIRMED: &str = "outbound-sender";

/// How the runs went.
#[derive(Debug, Default)]
pub(super) struct Tally {
    points: BTreeSet<Point>,
    graph: BTreeSet<(GraphCall, u64)>,
    runs: usize,
    /// Runs whose call did not come this time.
    not_met: usize,
    unconfirmed: usize,
    differences: Vec<String>,
}

/// Goes through the faults of a journey in two worlds beside each other.
///
/// # Panics
/// When a run ends otherwise than the one without faults.
pub(super) async fn every_fault(named: &str, journey: impl AsyncFn(&World, &str) -> Seen) {
    let plan = Plan::from_environment();
    let (one, other) = join(in_a_world(named, &journey, plan, 0), in_a_world(named, &journey, plan, 1)).await;
    println!("{named}, seed {}: {}", plan.seed, Tally::sum(&one, &other));
    let differences: Vec<String> = [one.differences, other.differences].concat();
    assert!(differences.is_empty(), "{} runs ended otherwise:\n{}", differences.len(), differences.join("\n"));
}

async fn in_a_world(named: &str, journey: &impl AsyncFn(&World, &str) -> Seen, plan: Plan, which: u64) -> Tally {
    let world = &fresh_world().await;
    // Once before, so that what processes do only once is done.
    journey(world, "Warm Up").await;
    world.counts_calls_anew().await;
    let before = world.graph_requests().await.len();
    let expected = journey(world, "Without Faults").await;
    assert_eq!(expected.unconfirmed(), 0, "{expected:#?}");
    let faults = plan.faults(&world.points().await, &graph_calls(world, before).await);
    assert!(faults.len() >= 10, "{faults:?}");
    if which == 1 {
        // What is called only once a process or only to recover meets something, too: what one repetition mends.
        world.arms_everywhere(&["lost", "throttle", "conflict"]).await;
        die(world).await;
    }
    let mut tally = Tally::default();
    for (number, fault) in faults.iter().enumerate().filter(|(_, fault)| fault.is_new()) {
        run(world, journey, &expected, &[fault], &format!("{which} {number}"), &mut tally).await;
    }
    for (number, pair) in plan.pairs(&faults, &format!("{named} {which}")).into_iter().enumerate() {
        run(world, journey, &expected, &pair, &format!("{which} Pair {number}"), &mut tally).await;
    }
    tally
}

/// Every function's processes end, and what they knew is forgotten.
async fn die(world: &World) {
    for (_, process) in world.function_processes().await {
        world.kill_process(process);
    }
    world.settles().await;
}

/// The journey with these faults, compared.
async fn run(
    world: &World,
    journey: &impl AsyncFn(&World, &str) -> Seen,
    expected: &Seen,
    faults: &[&Fault],
    name: &str,
    tally: &mut Tally,
) {
    for fault in faults {
        match fault {
            Fault::Aws { point, then, times } => {
                tally.points.insert(point.clone());
                world.arms(point, *times, then).await;
            }
            Fault::Graph { call, after, then } => {
                tally.graph.insert((*call, *after));
                world.meta_misbehaves(call.fault(*after, then)).await;
            }
        }
    }
    let seen = journey(world, name).await;
    tally.runs += 1;
    tally.not_met += world.disarms().await;
    tally.unconfirmed += seen.unconfirmed();
    let explained = seen.unconfirmed() == 0 || faults.iter().any(|fault| fault.may_leave_unconfirmed());
    let dead_letters = world.dead_letters().await;
    if !explained || !seen.is_as(expected) || !dead_letters.is_empty() {
        tally.differences.push(format!("{faults:?}:\n{seen:#?}\ninstead of\n{expected:#?}\n{dead_letters:?}"));
    }
}

impl Fault {
    fn may_leave_unconfirmed(&self) -> bool {
        match self {
            Self::Aws { point, .. } => point.function == MAY_LEAVE_UNCONFIRMED,
            Self::Graph { call, .. } => *call == GraphCall::Message,
        }
    }
}

impl Tally {
    fn sum(one: &Self, other: &Self) -> String {
        let points = one.points.union(&other.points).count();
        let graph = one.graph.union(&other.graph).count();
        let of = |count: fn(&Self) -> usize| count(one) + count(other);
        format!(
            "{points} calls of AWS and {graph} of Graph, {} runs with a fault ({} whose call did not come), {} unlike the \
             one without; {} messages unconfirmed by faults of {MAY_LEAVE_UNCONFIRMED} or Graph",
            of(|it| it.runs),
            of(|it| it.not_met),
            of(|it| it.differences.len()),
            of(|it| it.unconfirmed),
        )
    }
}

/// The kinds of requests to Graph, but for the first so many, each with how many of its kind came before.
async fn graph_calls(world: &World, but: usize) -> Vec<(GraphCall, u64)> {
    let mut calls: Vec<(GraphCall, u64)> = Vec::new();
    for request in world.graph_requests().await.iter().skip(but) {
        let call = match (request.method.as_str(), request.path.as_str()) {
            ("POST", path) if path.ends_with("/messages") => GraphCall::Message,
            ("POST", path) if path.ends_with("/media") => GraphCall::Upload,
            (_, path) if path.contains("/attachments") => GraphCall::Download,
            _ => GraphCall::LookUp,
        };
        let before = calls.iter().filter(|(known, _)| *known == call).count() as u64;
        calls.push((call, before));
    }
    calls
}
