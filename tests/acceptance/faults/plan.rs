//! Which faults a journey goes through: a few at each kind of call, or all at every call.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use acceptance::Point;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a call to AWS meets, and how many calls in a row: four are more than the SDK's own retries mend.
const EFFECTS: [(&str, u32); 9] = [
    ("lost", 1),
    ("error", 4),
    ("kill_after", 1),
    ("conflict", 1),
    ("lost", 4),
    ("kill_before", 1),
    ("throttle", 4),
    ("stale", 1),
    ("slow", 1),
];
/// What a call to Graph meets.
const EFFECTS_OF_GRAPH: [&str; 4] = ["drop_before", "drop_after", "drop_half", "failure"];
/// Without more being asked for, each kind of call meets so many of these.
const A_FEW: usize = 2;
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

/// What Graph is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GraphCall {
    Message,
    Upload,
    LookUp,
    Download,
}

/// What to go through, from the environment: `FAULTS=all` for every effect at every call, `FAULTS_PAIRS` for so many runs
/// with two of them, `FAULTS_SEED` for which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) all: bool,
    pub(super) pairs: u64,
    pub(super) seed: u64,
}

/// What was gone through in this process: journeys have most of their calls in common.
static DONE: Mutex<BTreeSet<Fault>> = Mutex::new(BTreeSet::new());

impl Plan {
    #[expect(clippy::disallowed_methods, reason = "how much is gone through is said by who runs the tests")]
    pub(super) fn from_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
        let all = std::env::var("FAULTS").is_ok_and(|value| value == "all");
        Self { all, pairs: number("FAULTS_PAIRS").unwrap_or(0), seed: number("FAULTS_SEED").unwrap_or(1) }
    }

    /// The faults of a journey's calls that nobody has gone through yet.
    pub(super) fn faults(self, points: &[Point], graph: &[(GraphCall, u64)]) -> Vec<Fault> {
        let aws = points.iter().filter(|point| point.ordinal < if self.all { ALIKE } else { 1 });
        let aws = aws.flat_map(|point| {
            let suiting: Vec<_> = EFFECTS.into_iter().filter(|(then, _)| suits(point, then)).collect();
            let fault = |(then, times)| Fault::Aws { point: point.clone(), then, times };
            self.some(suiting, &format!("{point:?}")).into_iter().map(fault).collect::<Vec<_>>()
        });
        let graph = graph.iter().filter(|(_, after)| self.all || *after == 0).flat_map(|(call, after)| {
            let fault = |then| Fault::Graph { call: *call, after: *after, then };
            self.some(EFFECTS_OF_GRAPH.to_vec(), &format!("{call:?}")).into_iter().map(fault).collect::<Vec<_>>()
        });
        aws.chain(graph).collect()
    }

    /// Two faults at once, drawn from those by the seed.
    pub(super) fn pairs<'a>(self, faults: &'a [Fault], of: &str) -> Vec<[&'a Fault; 2]> {
        let any = |n: u64| &faults[self.draw(&format!("{of} {n}"), faults.len())];
        (0..self.pairs).filter(|_| !faults.is_empty()).map(|n| [any(2 * n), any(2 * n + 1)]).collect()
    }

    /// All effects, or a few of them that the seed and the call choose.
    fn some<T: Copy>(self, effects: Vec<T>, call: &str) -> Vec<T> {
        if self.all || effects.len() <= A_FEW {
            return effects;
        }
        let (first, step) = (self.draw(call, effects.len()), effects.len() / A_FEW);
        (0..A_FEW).map(|n| effects[(first + n * step) % effects.len()]).collect()
    }

    fn draw(self, for_what: &str, below: usize) -> usize {
        let digest = Sha256::digest(format!("{} {for_what}", self.seed));
        let [a, b, c, d, ..] = digest[..] else { return 0 };
        u32::from_be_bytes([a, b, c, d]) as usize % below.max(1)
    }
}

impl Fault {
    /// Whether this journey is the first to go through it.
    pub(super) fn is_new(&self) -> bool {
        DONE.lock().unwrap_or_else(PoisonError::into_inner).insert(self.clone())
    }
}

impl GraphCall {
    /// What Graph is told to do.
    pub(super) fn fault(self, after: u64, then: &str) -> Value {
        let then = if then == "failure" { json!({ "status": 500, "code": 2 }) } else { json!(then) };
        let (method, path) = match self {
            Self::Message => ("POST", "/messages"),
            Self::Upload => ("POST", "/media"),
            Self::LookUp => ("GET", "/v24.0/"),
            Self::Download => ("GET", "/attachments"),
        };
        json!({ "match": { "method": method, "path": path }, "after": after, "then": then })
    }
}

/// Only what writes to the table meets another's transaction, and only an index lags behind.
fn suits(point: &Point, then: &str) -> bool {
    match then {
        "conflict" => ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&point.operation.as_str()),
        "stale" => point.about.as_ref().is_some_and(|about| about.starts_with("index due")),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(ordinal: u64) -> Point {
        let [function, service, operation, about] = ["f", "dynamodb", "PutItem", "TICKET"].map(str::to_owned);
        Point { function, service, operation, about: Some(about), ordinal }
    }

    #[test]
    fn a_few_are_the_same_for_the_same_seed_and_all_are_every_effect_that_suits_every_call() {
        let plan = |all, seed| Plan { all, pairs: 3, seed };
        let points: Vec<Point> = (0..12).map(point).collect();
        let few = plan(false, 1).faults(&points, &[]);
        assert_eq!((few.len(), plan(false, 1).faults(&points, &[])), (A_FEW, few.clone()));
        assert!((2..20).any(|seed| plan(false, seed).faults(&points, &[]) != few));
        let all = plan(true, 1).faults(&points, &[(GraphCall::Upload, 0)]);
        assert_eq!(all.len(), 10 * (EFFECTS.len() - 1) + EFFECTS_OF_GRAPH.len());
        assert_eq!(plan(true, 7).pairs(&all, "talk"), plan(true, 7).pairs(&all, "talk"));
    }
}
