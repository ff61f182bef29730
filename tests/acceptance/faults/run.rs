//! Journeys again and again, each time with another fault.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acceptance::{GraphRequest, Point, World, coverage};
use futures::future::join;

use super::calls::{Calls, Kind, fault, has_met, is_of_beginnings};
use super::campaign::PEOPLE;
use super::journey::Journey;
use super::plan::{Fault, Meeting, Plan};
use super::seen::Seen;
use crate::{STACK, counted_world};

/// Whose trouble may leave a message of which nobody knows whether it was sent: shown so, and not sent again.
const MAY_LEAVE_UNCONFIRMED: &str = "outbound-sender";
/// Worlds that share the faults.
const WORLDS: usize = 2;
/// So often a kind of call is given another chance to meet a class of faults.
const CHANCES: usize = 2;

/// How the runs went.
#[derive(Debug, Default)]
struct Tally {
    /// Everything that was to be met, and how often it was.
    meetings: BTreeMap<Meeting, usize>,
    /// Calls that met a fault.
    points: BTreeSet<Point>,
    runs: usize,
    /// Runs with two faults of which one of AWS's at least was not met, and those with both.
    pairs: [usize; 2],
    /// Faults whose call did not come in their run.
    not_met: Vec<String>,
    /// The kinds of call that come for certain in one of the journeys.
    certain: BTreeSet<Kind>,
    unconfirmed: usize,
    differences: Vec<String>,
}

/// A journey without faults.
struct Known {
    journey: Journey,
    expected: Seen,
    calls: Calls,
    /// The kinds of call that come whenever it goes well.
    certain: BTreeSet<Kind>,
    /// What reached Graph, with the faults that the journey itself asks of it.
    requests: Vec<GraphRequest>,
}

/// Goes through the faults of journeys in two worlds beside each other: a `few` at each kind of call, unless more is asked for.
///
/// # Panics
/// When a run ends otherwise than the one without faults, or a kind of call that comes for certain did not meet a class of
/// faults that it was to meet.
pub(super) async fn every_fault(named: &str, journeys: &[Journey], few: usize) {
    let plan = Plan::from_environment(few);
    let ((one, expected), (other, elsewhere)) =
        join(in_a_world(named, journeys, plan, 0), in_a_world(named, journeys, plan, 1)).await;
    let tally = one.and(other);
    println!("{named}, seed {}: {tally}", plan.seed);
    assert!(plan.pairs == 0 || tally.pairs[1] > 0, "no pair of faults was met");
    tally.not_met.iter().for_each(|fault| println!("its call did not come: {fault}"));
    coverage::leave(Path::new(STACK), named, tally.certain.iter().filter_map(Kind::site)).unwrap();
    let Tally { differences, .. } = &tally;
    assert!(differences.is_empty(), "{} runs ended otherwise:\n{}", differences.len(), differences.join("\n"));
    let spared = tally.spared();
    assert!(spared.is_empty(), "{} times a kind of call did not meet a class of faults: {spared:#?}", spared.len());
    assert_eq!(expected, elsewhere, "without faults, two worlds see the same");
}

/// How the runs of one of the worlds went, and what was seen in it without faults.
async fn in_a_world(named: &str, journeys: &[Journey], plan: Plan, which: usize) -> (Tally, Vec<Seen>) {
    let world = &counted_world().await;
    let mut tally = Tally::default();
    let mut known = Vec::new();
    for journey in journeys {
        // Once before, so that what processes do only once is done, and what is called only by chance is told apart.
        let before = watched(world, *journey, "Warm Up").await.certain;
        let mut one = watched(world, *journey, "Without Faults").await;
        assert!(one.expected.is_clear(), "{:#?}", one.expected);
        one.certain.retain(|kind| before.contains(kind));
        // What processes do only once is met by those that begin.
        die(world).await;
        let anew = watched(world, *journey, "Anew").await;
        one.certain.retain(|kind| !kind.is_of_beginnings());
        one.certain.extend(anew.certain.into_iter().filter(Kind::is_of_beginnings));
        one.calls.aws.retain(|point| !is_of_beginnings(point));
        one.calls.aws.extend(anew.calls.aws.into_iter().filter(|point| is_of_beginnings(point) && point.ordinal == 0));
        tally.certain.extend(one.certain.iter().cloned());
        known.push(one);
    }
    let faults = plan.faults(&known.iter().map(|one| one.calls.clone()).collect::<Vec<_>>());
    assert!(faults.iter().map(Vec::len).sum::<usize>() >= 10, "{faults:?}");
    if which == 1 {
        // What is called only once a process or only to recover meets something, too: what one repetition mends.
        world.arms_everywhere(&["lost", "throttle", "conflict"]).await;
        die(world).await;
    }
    let is_mine = |fault: &&Fault| plan.world_of(fault, WORLDS) == which;
    for (one, faults) in known.iter().zip(&faults) {
        for (number, fault) in faults.iter().filter(is_mine).enumerate() {
            run(world, one, &[fault], &format!("{which} {number}"), &mut tally).await;
        }
        for (number, pair) in plan.pairs(faults, &format!("{named} {which}")).into_iter().enumerate() {
            run(world, one, &pair, &format!("{which} Pair {number}"), &mut tally).await;
        }
    }
    // The first journey that makes a call may make it by chance; what was not met in it is met where it comes for certain.
    let mine: Vec<&Fault> = faults.iter().flatten().filter(is_mine).collect();
    for chance in 0..CHANCES {
        for one in &known {
            for (number, fault) in mine.iter().enumerate() {
                if tally.has_missed(fault) && one.certain.contains(&fault.meeting().0) {
                    run(world, one, &[fault], &format!("{which} {number} Chance {chance}"), &mut tally).await;
                }
            }
        }
    }
    (tally, known.into_iter().map(|one| one.expected).collect())
}

/// The journey as it goes without faults, and its calls.
async fn watched(world: &World, journey: Journey, name: &str) -> Known {
    world.counts_calls_anew().await;
    let before = world.graph_requests_so_far().await;
    let expected = journey.goes(world, &format!("{journey:?} {name}")).await;
    let requests = world.graph_requests_after(before).await;
    let calls = Calls::of(world.points().await, &requests);
    let certain = calls.kinds();
    Known { journey, expected, calls, certain, requests }
}

/// Every function's processes end, and what they knew is forgotten.
async fn die(world: &World) {
    for (_, process) in world.function_processes().await {
        world.kill_process(process);
    }
    world.settles().await;
}

/// The journey with these faults, compared.
async fn run(world: &World, known: &Known, faults: &[&Fault], name: &str, tally: &mut Tally) {
    let Known { journey, expected, .. } = known;
    if faults.iter().any(|fault| matches!(fault, Fault::Aws { point, .. } if is_of_beginnings(point))) {
        die(world).await;
    }
    let before = world.graph_requests_so_far().await;
    for one in faults {
        match one {
            Fault::Aws { point, then, times } => world.arms(point, *times, then).await,
            Fault::Graph { call, after, then } => world.meta_misbehaves(fault(call, *after, then)).await,
        }
    }
    let seen = journey.goes(world, &format!("{journey:?} {name}")).await;
    let unmet = world.disarms().await;
    tally.runs += 1;
    // Of two it is not known which was met; they are beyond what each meets alone.
    if faults.len() > 1 {
        tally.pairs[usize::from(unmet == 0)] += 1;
    }
    if let [fault] = faults {
        let is_met = match fault {
            Fault::Aws { .. } => unmet == 0,
            Fault::Graph { call, then, .. } => {
                let met = |requests: &[GraphRequest]| requests.iter().filter(|it| has_met(call, then, it)).count();
                met(&world.graph_requests_after(before).await) > met(&known.requests)
            }
        };
        tally.count(fault, is_met);
    }
    tally.unconfirmed += seen.unconfirmed();
    let explicable: usize = faults.iter().map(|fault| fault.may_leave_unconfirmed(*journey)).sum();
    let explained = seen.unconfirmed() <= explicable;
    let dead_letters = world.dead_letters().await;
    if !explained || !seen.is_as(expected) || !dead_letters.is_empty() {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let faults = faults.join(" and ");
        let unexplained = if explained { "" } else { "nothing explains what is unconfirmed: " };
        tally.differences.push(format!(
            "{journey:?}, {unexplained}{faults}:\n{seen:#?}\ninstead of\n{expected:#?}\n{dead_letters:?}"
        ));
    }
}

impl Fault {
    /// How many messages it may leave so: who has claimed one and cannot write down what came of it leaves it, or Graph's
    /// answer that is lost.
    fn may_leave_unconfirmed(&self, journey: Journey) -> usize {
        match self {
            Self::Aws { point, then, times } => {
                let writes = ["TransactWriteItems", "PutItem", "UpdateItem"].contains(&point.operation.as_str());
                let message = point.about.as_ref().is_some_and(|about| about.contains("MESSAGE"));
                let dies = then.starts_with("kill");
                let is_mended = *times == 1 && !dies;
                // Where several go out at once, who has claimed another dies with the one that is meant.
                let messages = if journey == Journey::SendToMany { PEOPLE.len() } else { 1 };
                let takes_others = dies && messages > 1;
                let leaves = takes_others || writes && message && !is_mended;
                if point.function == MAY_LEAVE_UNCONFIRMED && leaves { messages } else { 0 }
            }
            Self::Graph { call, then, .. } => {
                usize::from(call.path == "/messages" && (then.starts_with("drop") || *then == "hang"))
            }
        }
    }
}

impl Tally {
    fn count(&mut self, fault: &Fault, is_met: bool) {
        *self.meetings.entry(fault.meeting()).or_default() += usize::from(is_met);
        match fault {
            Fault::Aws { point, .. } if is_met => drop(self.points.insert(point.clone())),
            _ if !is_met => self.not_met.push(fault.to_string()),
            _ => {}
        }
    }

    /// Whether it was to be met, and neither it nor another of its class was by that kind of call.
    fn has_missed(&self, fault: &Fault) -> bool {
        self.meetings.get(&fault.meeting()) == Some(&0)
    }

    /// What kinds of call that come for certain did not meet.
    fn spared(&self) -> Vec<&Meeting> {
        let missed = self.meetings.iter().filter(|(_, met)| **met == 0).map(|(meeting, _)| meeting);
        missed.filter(|(kind, _)| self.certain.contains(kind)).collect()
    }

    fn and(mut self, other: Self) -> Self {
        for (meeting, met) in other.meetings {
            *self.meetings.entry(meeting).or_default() += met;
        }
        self.points.extend(other.points);
        self.runs += other.runs;
        self.pairs = [0, 1].map(|both| self.pairs[both] + other.pairs[both]);
        self.not_met.extend(other.not_met);
        // What one of the worlds has only by chance is by chance.
        self.certain.retain(|kind| other.certain.contains(kind));
        self.unconfirmed += other.unconfirmed;
        self.differences.extend(other.differences);
        self
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let met = || self.meetings.iter().filter(|(_, times)| **times > 0).map(|(meeting, _)| meeting);
        let kinds: BTreeSet<&Kind> = self.meetings.keys().map(|(kind, _)| kind).collect();
        let harmed: BTreeSet<&Kind> = met().map(|(kind, _)| kind).collect();
        let aws = harmed.iter().filter(|kind| kind.is_of_aws()).count();
        if let [some, both] = self.pairs
            && some + both > 0
        {
            write!(f, "{both} of {} pairs of faults were met; ", some + both)?;
        }
        write!(
            f,
            "{aws} kinds of call of AWS ({} calls) and {} of Graph met faults, of {} kinds; {} of their {} classes of faults \
             were met; {} runs, {} faults whose call did not come, {} runs unlike the one without; {} messages unconfirmed \
             by faults of {MAY_LEAVE_UNCONFIRMED} or Graph",
            self.points.len(),
            harmed.len() - aws,
            kinds.len(),
            met().count(),
            self.meetings.len(),
            self.runs,
            self.not_met.len(),
            self.differences.len(),
            self.unconfirmed,
        )
    }
}
