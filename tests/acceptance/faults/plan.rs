//! Which faults journeys go through: a few at each kind of call, one of each class, or all at every call.

use std::collections::BTreeSet;
use std::fmt;

use acceptance::{GraphRequest, Point};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a call to AWS meets, and how many calls in a row: four are more than the SDK's own retries mend.
type Effect = (&'static str, u32);

/// Those of a class do the same to a function.
const CLASSES: [&[Effect]; 5] = [
    &[("error", 4), ("throttle", 4)],
    &[("lost", 1), ("lost", 4)],
    &[("kill_before", 1), ("kill_after", 1)],
    &[("conflict", 1)],
    &[("stale", 1)],
];
/// What takes its time, where every effect is asked for: a function waits three times 3 s for what hangs.
const PATIENCE: [Effect; 2] = [("slow", 1), ("hang", 4)];
/// What a call to Graph meets.
const EFFECTS_OF_GRAPH: [&str; 6] = ["drop_before", "drop_after", "failure", "drop_half", "throttle", "slow"];
/// A call that comes more often than this in one journey is like those before it.
const ALIKE: u64 = 10;

/// One fault at one call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// `times` calls in a row from this point on meet `then`.
    Aws { point: Point, then: &'static str, times: u32 },
    /// The request to Graph that comes after so many of its kind.
    Graph { call: GraphCall, after: u64, then: &'static str },
}

/// What Graph is asked for: every path with this in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GraphCall {
    pub(super) method: String,
    pub(super) path: &'static str,
}

/// The calls that a journey makes without faults.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    pub(super) aws: Vec<Point>,
    /// Each with how many of its kind came before.
    pub(super) graph: Vec<(GraphCall, u64)>,
}

/// What to go through, from the environment: how much by `FAULTS`, `FAULTS_PAIRS` for so many runs with two faults,
/// `FAULTS_SEED` for which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) extent: Extent,
    /// Without more being asked for, each kind of call meets so many faults, of as many classes.
    pub(super) few: usize,
    pub(super) pairs: u64,
    pub(super) seed: u64,
}

/// How much is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// A few faults at each kind of call.
    Few,
    /// `classes`: one of each class at each kind of call.
    Classes,
    /// `all`: every fault at every call.
    All,
}

impl Plan {
    #[expect(clippy::disallowed_methods, reason = "how much is gone through is said by who runs the tests")]
    pub(super) fn from_environment(few: usize) -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
        let extent = match std::env::var("FAULTS").as_deref() {
            Ok("all") => Extent::All,
            Ok("classes") => Extent::Classes,
            _ => Extent::Few,
        };
        Self { extent, few, pairs: number("FAULTS_PAIRS").unwrap_or(0), seed: number("FAULTS_SEED").unwrap_or(1) }
    }

    /// The faults of each journey's calls. A call that several journeys make meets its faults in the first of them.
    pub(super) fn faults(self, journeys: &[Calls]) -> Vec<Vec<Fault>> {
        let mut known = BTreeSet::new();
        let new = |calls: &Calls| self.faults_of(calls).into_iter().filter(|it| known.insert(it.clone())).collect();
        journeys.iter().map(new).collect()
    }

    fn faults_of(self, calls: &Calls) -> Vec<Fault> {
        let alike = if self.extent == Extent::All { ALIKE } else { 1 };
        let aws = calls.aws.iter().filter(|point| point.ordinal < alike);
        let aws = aws.flat_map(|point| {
            let fault = |(then, times)| Fault::Aws { point: point.clone(), then, times };
            self.effects(point).into_iter().map(fault).collect::<Vec<_>>()
        });
        let mut kinds = BTreeSet::new();
        let graph = calls.graph.iter().filter(|(call, _)| kinds.insert(call) || alike > 1).flat_map(|(call, after)| {
            let fault = |then| Fault::Graph { call: call.clone(), after: *after, then };
            self.effects_of_graph(call).into_iter().map(fault).collect::<Vec<_>>()
        });
        aws.chain(graph).collect()
    }

    /// Two faults at once, drawn from those by the seed.
    pub(super) fn pairs<'a>(self, faults: &'a [Fault], of: &str) -> Vec<[&'a Fault; 2]> {
        let any = |n: u64| &faults[self.draw(&format!("{of} {n}"), faults.len())];
        (0..self.pairs).filter(|_| !faults.is_empty()).map(|n| [any(2 * n), any(2 * n + 1)]).collect()
    }

    /// Which of so many worlds a fault is for: always the same one, so that a seed can be gone through again.
    pub(super) fn world_of(self, fault: &Fault, worlds: usize) -> usize {
        self.draw(&format!("{fault:?}"), worlds)
    }

    /// Every effect that suits, or one of each class, or of some, that the seed and the call choose.
    fn effects(self, point: &Point) -> Vec<Effect> {
        let suiting = CLASSES.into_iter().filter(|class| class.iter().all(|(then, _)| suits(point, then)));
        let one_of = |class: &[Effect]| class[self.draw(&format!("{class:?} {point:?}"), class.len())];
        match self.extent {
            Extent::Few => self.few(&suiting.map(one_of).collect::<Vec<_>>(), &format!("{point:?}")),
            Extent::Classes => suiting.map(one_of).collect(),
            Extent::All => {
                let patience = PATIENCE.into_iter().filter(|(then, _)| *then != "hang" || point.ordinal == 0);
                suiting.flatten().copied().chain(patience).collect()
            }
        }
    }

    fn effects_of_graph(self, call: &GraphCall) -> Vec<&'static str> {
        match self.extent {
            Extent::Few | Extent::Classes => self.few(&EFFECTS_OF_GRAPH, &format!("{call:?}")),
            Extent::All => EFFECTS_OF_GRAPH.to_vec(),
        }
    }

    fn few<T: Copy>(self, effects: &[T], call: &str) -> Vec<T> {
        if effects.len() <= self.few {
            return effects.to_vec();
        }
        let (first, step) = (self.draw(call, effects.len()), effects.len() / self.few.max(1));
        (0..self.few).map(|n| effects[(first + n * step) % effects.len()]).collect()
    }

    fn draw(self, for_what: &str, below: usize) -> usize {
        let digest = Sha256::digest(format!("{} {for_what}", self.seed));
        let [a, b, c, d, ..] = digest[..] else { return 0 };
        u32::from_be_bytes([a, b, c, d]) as usize % below.max(1)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws { point, then, times } => {
                let Point { function, service, operation, about, ordinal } = point;
                let about = about.as_deref().unwrap_or_default();
                write!(f, "{then} ×{times} at {function} {service}:{operation} {about}, call {ordinal}")
            }
            Self::Graph { call: GraphCall { method, path }, after, then } => {
                write!(f, "{then} at Graph's {method} {path}, request {after}")
            }
        }
    }
}

impl GraphCall {
    /// Whether a request is of this kind.
    pub(super) fn is_of(&self, request: &GraphRequest) -> bool {
        self.method == request.method && request.path.contains(self.path)
    }

    /// Whether a request is of this kind and met this, as the simulator's log names it.
    pub(super) fn has_met(&self, then: &str, request: &GraphRequest) -> bool {
        let named = match then {
            "failure" | "throttle" => "error",
            "slow" => "delay",
            drop => drop,
        };
        self.is_of(request) && request.fault.as_deref() == Some(named)
    }

    /// What Graph is told to do.
    pub(super) fn fault(&self, after: u64, then: &str) -> Value {
        let then = match then {
            "failure" => json!({ "status": 500, "code": 2 }),
            "throttle" => json!({ "code": 4 }),
            "slow" => json!({ "delay_ms": 400 }),
            drop => json!(drop),
        };
        json!({ "match": { "method": self.method, "path": self.path }, "after": after, "then": then })
    }
}

/// Only what writes to the table meets another's transaction, and only an index lags behind.
fn suits(point: &Point, then: &str) -> bool {
    match then {
        "conflict" => ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&point.operation.as_str()),
        "stale" => point.about.as_ref().is_some_and(|about| about.starts_with("index ")),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Calls {
        let point = |ordinal| {
            let [function, service, operation, about] = ["f", "dynamodb", "PutItem", "TICKET"].map(str::to_owned);
            Point { function, service, operation, about: Some(about), ordinal }
        };
        let upload = GraphCall { method: "POST".to_owned(), path: "/media" };
        Calls { aws: (0..12).map(point).collect(), graph: vec![(upload.clone(), 0), (upload, 1)] }
    }

    #[test]
    fn what_is_gone_through_is_the_same_for_the_same_seed_and_as_much_as_is_asked_for() {
        let plan = |extent, seed| Plan { extent, few: 2, pairs: 3, seed };
        let few = plan(Extent::Few, 1).faults(&[calls(), calls()]);
        assert_eq!(few, plan(Extent::Few, 1).faults(&[calls(), calls()]));
        assert_eq!(few.iter().map(Vec::len).collect::<Vec<_>>(), [4, 0]);
        assert!((2..20).any(|seed| plan(Extent::Few, seed).faults(&[calls()])[0] != few[0]));
        // An item's write meets all classes but what is stale.
        let classes = plan(Extent::Classes, 1).faults(&[calls()]).remove(0);
        assert_eq!(classes.len(), CLASSES.len() - 1 + 2);
        // Three classes of two, a conflict, and a slow one; what hangs only once.
        let all = plan(Extent::All, 1).faults(&[calls()]).remove(0);
        assert_eq!(all.len(), 10 * 8 + 1 + 2 * EFFECTS_OF_GRAPH.len());
        assert_eq!(plan(Extent::All, 7).pairs(&all, "talk"), plan(Extent::All, 7).pairs(&all, "talk"));
        let worlds: BTreeSet<usize> = all.iter().map(|fault| plan(Extent::All, 1).world_of(fault, 2)).collect();
        assert_eq!(worlds, BTreeSet::from([0, 1]));
    }
}
