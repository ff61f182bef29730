//! Journeys again and again, each time with another fault.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acceptance::{GraphRequest, Point, World, coverage};
use futures::future::join;

use super::journey::Journey;
use super::plan::{Calls, Fault, GraphCall, Plan};
use super::seen::Seen;
use crate::{STACK, counted_world};

/// Whose trouble may leave a message of which nobody knows whether it was sent: shown so, and not sent again.
const MAY_LEAVE_UNCONFIRMED: &str = "outbound-sender";
/// Worlds that share the faults.
const WORLDS: usize = 2;
/// So often a kind of call is given another chance to meet a fault.
const CHANCES: usize = 2;
/// The parts of paths by which requests to Graph are told apart; what has none of them is about one thing.
const EDGES: [&str; 6] =
    ["/messages", "/media", "/attachments", "/message_templates", "/subscribed_apps", "/phone_numbers"];
const NODE: &str = "/v24.0/";

/// How the runs went.
#[derive(Debug, Default)]
struct Tally {
    /// Every kind of call that was to meet something, and how often it did.
    kinds: BTreeMap<Kind, usize>,
    /// Calls that met a fault.
    points: BTreeSet<Point>,
    runs: usize,
    /// Faults whose call did not come in their run.
    not_met: Vec<String>,
    /// Of the kinds, those whose calls come whenever their journey goes well.
    certain: BTreeSet<Kind>,
    unconfirmed: usize,
    differences: Vec<String>,
}

/// What is called, of AWS or of Graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Aws(Point),
    Graph(GraphCall),
}

/// A journey without faults.
struct Known {
    journey: Journey,
    expected: Seen,
    calls: Calls,
    /// What reached Graph, with the faults that the journey itself asks of it.
    requests: Vec<GraphRequest>,
}

/// Goes through the faults of journeys in two worlds beside each other: a `few` at each kind of call, unless more is asked for.
///
/// # Panics
/// When a run ends otherwise than the one without faults, or a kind of call met none of its faults.
pub(super) async fn every_fault(named: &str, journeys: &[Journey], few: usize) {
    let plan = Plan::from_environment(few);
    let (one, other) = join(in_a_world(named, journeys, plan, 0), in_a_world(named, journeys, plan, 1)).await;
    let tally = one.and(other);
    println!("{named}, seed {}: {tally}", plan.seed);
    tally.not_met.iter().for_each(|fault| println!("its call did not come: {fault}"));
    coverage::leave(Path::new(STACK), tally.certain.iter().filter_map(Kind::point)).unwrap();
    let Tally { differences, .. } = &tally;
    assert!(differences.is_empty(), "{} runs ended otherwise:\n{}", differences.len(), differences.join("\n"));
    let spared = tally.spared();
    assert!(spared.is_empty(), "{} kinds of call met none of their faults: {spared:#?}", spared.len());
}

async fn in_a_world(named: &str, journeys: &[Journey], plan: Plan, which: usize) -> Tally {
    let world = &counted_world().await;
    let mut tally = Tally::default();
    let mut known = Vec::new();
    for journey in journeys {
        // Once before, so that what processes do only once is done, and what is called only by chance is told apart.
        let before = watched(world, *journey, "Warm Up").await.calls.kinds();
        let one = watched(world, *journey, "Without Faults").await;
        assert_eq!(one.expected.unconfirmed(), 0, "{:#?}", one.expected);
        tally.certain.extend(one.calls.kinds().intersection(&before).filter(|kind| kind.is_every_time()).cloned());
        known.push(one);
    }
    let faults = plan.faults(&known.iter().map(|one| one.calls.clone()).collect::<Vec<_>>());
    assert!(faults.iter().map(Vec::len).sum::<usize>() >= 10, "{faults:?}");
    if which == 1 {
        // What is called only once a process or only to recover meets something, too: what one repetition mends.
        world.arms_everywhere(&["lost", "throttle", "conflict"]).await;
        die(world).await;
    }
    for (one, faults) in known.iter().zip(&faults) {
        let mine: Vec<&Fault> = faults.iter().filter(|fault| plan.world_of(fault, WORLDS) == which).collect();
        for (number, fault) in mine.iter().enumerate() {
            run(world, one, &[fault], &format!("{which} {number}"), &mut tally).await;
        }
        for chance in 0..CHANCES {
            for (number, fault) in mine.iter().enumerate() {
                let kind = fault.kind();
                if tally.kinds.get(&kind) == Some(&0) && tally.certain.contains(&kind) {
                    run(world, one, &[fault], &format!("{which} {number} Chance {chance}"), &mut tally).await;
                }
            }
        }
        for (number, pair) in plan.pairs(faults, &format!("{named} {which}")).into_iter().enumerate() {
            run(world, one, &pair, &format!("{which} Pair {number}"), &mut tally).await;
        }
    }
    tally
}

/// The journey as it goes without faults, and its calls.
async fn watched(world: &World, journey: Journey, name: &str) -> Known {
    world.counts_calls_anew().await;
    world.forgets_graph_requests().await;
    let expected = journey.goes(world, &format!("{journey:?} {name}")).await;
    let requests = world.graph_requests().await;
    let calls = Calls { aws: world.points().await, graph: graph_calls(&requests) };
    Known { journey, expected, calls, requests }
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
    world.forgets_graph_requests().await;
    for fault in faults {
        match fault {
            Fault::Aws { point, then, times } => world.arms(point, *times, then).await,
            Fault::Graph { call, after, then } => world.meta_misbehaves(call.fault(*after, then)).await,
        }
    }
    let seen = journey.goes(world, &format!("{journey:?} {name}")).await;
    let unmet = world.disarms().await;
    tally.runs += 1;
    // Of two it is not known which was met; they are beyond what each meets alone.
    if let [fault] = faults {
        let is_met = match fault {
            Fault::Aws { .. } => unmet == 0,
            Fault::Graph { call, then, .. } => {
                let met = |requests: &[GraphRequest]| requests.iter().filter(|it| call.has_met(then, it)).count();
                met(&world.graph_requests().await) > met(&known.requests)
            }
        };
        tally.count(fault, is_met);
    }
    tally.unconfirmed += seen.unconfirmed();
    let explained = seen.unconfirmed() == 0 || faults.iter().any(|fault| fault.may_leave_unconfirmed(*journey));
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

impl Kind {
    /// Keys and secrets are asked for once a process, and when one begins is chance.
    fn is_every_time(&self) -> bool {
        self.point().is_none_or(|point| !["kms", "secretsmanager"].contains(&point.service.as_str()))
    }

    fn point(&self) -> Option<&Point> {
        match self {
            Self::Aws(point) => Some(point),
            Self::Graph(_) => None,
        }
    }
}

impl Fault {
    fn kind(&self) -> Kind {
        match self {
            Self::Aws { point, .. } => Kind::Aws(point.kind()),
            Self::Graph { call, .. } => Kind::Graph(call.clone()),
        }
    }

    /// Only who has claimed a message and cannot write down what came of it leaves it so, or Graph's answer that is lost.
    fn may_leave_unconfirmed(&self, journey: Journey) -> bool {
        match self {
            Self::Aws { point, then, times } => {
                let writes = ["TransactWriteItems", "PutItem", "UpdateItem"].contains(&point.operation.as_str());
                let message = point.about.as_ref().is_some_and(|about| about.contains("MESSAGE"));
                let dies = then.starts_with("kill");
                let is_mended = *times == 1 && !dies;
                // Where several go out at once, who has claimed another dies with the one that is meant.
                let takes_others = dies && journey == Journey::SendToMany;
                point.function == MAY_LEAVE_UNCONFIRMED && (takes_others || writes && message && !is_mended)
            }
            Self::Graph { call, then, .. } => call.path == "/messages" && then.starts_with("drop"),
        }
    }
}

impl Calls {
    fn kinds(&self) -> BTreeSet<Kind> {
        let aws = self.aws.iter().map(|point| Kind::Aws(point.kind()));
        aws.chain(self.graph.iter().map(|(call, _)| Kind::Graph(call.clone()))).collect()
    }
}

impl Tally {
    fn count(&mut self, fault: &Fault, is_met: bool) {
        *self.kinds.entry(fault.kind()).or_default() += usize::from(is_met);
        match fault {
            Fault::Aws { point, .. } if is_met => drop(self.points.insert(point.clone())),
            _ if !is_met => self.not_met.push(fault.to_string()),
            _ => {}
        }
    }

    /// The kinds of call that come for certain and met nothing.
    fn spared(&self) -> Vec<&Kind> {
        self.kinds
            .iter()
            .filter(|(kind, met)| **met == 0 && self.certain.contains(kind))
            .map(|(kind, _)| kind)
            .collect()
    }

    fn and(mut self, other: Self) -> Self {
        for (kind, met) in other.kinds {
            *self.kinds.entry(kind).or_default() += met;
        }
        self.points.extend(other.points);
        self.runs += other.runs;
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
        let met = |is_of: fn(&Kind) -> bool| self.kinds.iter().filter(|(kind, met)| is_of(kind) && **met > 0).count();
        let (aws, graph) = (met(|kind| matches!(kind, Kind::Aws(_))), met(|kind| matches!(kind, Kind::Graph(_))));
        write!(
            f,
            "{aws} kinds of call of AWS ({} calls) and {graph} of Graph met faults, of {} kinds; {} runs, {} faults whose \
             call did not come, {} runs unlike the one without; {} messages unconfirmed by faults of \
             {MAY_LEAVE_UNCONFIRMED} or Graph",
            self.points.len(),
            self.kinds.len(),
            self.runs,
            self.not_met.len(),
            self.differences.len(),
            self.unconfirmed,
        )
    }
}

/// Requests to Graph by their kinds, each with how many of its kind came before.
fn graph_calls(requests: &[GraphRequest]) -> Vec<(GraphCall, u64)> {
    let of = |(index, request): (usize, &GraphRequest)| {
        let path = EDGES.into_iter().find(|edge| request.path.contains(edge)).unwrap_or(NODE);
        let call = GraphCall { method: request.method.clone(), path };
        let before = requests[..index].iter().filter(|other| call.is_of(other)).count() as u64;
        (call, before)
    };
    requests.iter().enumerate().map(of).collect()
}
