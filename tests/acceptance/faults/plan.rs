//! Which faults journeys go through: a few at each kind of call, the severest of each class, or all at every call.

use std::collections::BTreeSet;
use std::fmt;

use acceptance::{GraphCall, Point};
use local::faults::ATTEMPTS;
use sha2::{Digest, Sha256};

use super::calls::{Calls, Kind, is_write};

/// What a call to AWS meets, and how many calls in a row.
type Effect = (&'static str, u32);
/// What becomes of a call, and the effects that bring it about, the severest first. A function does not see all of them alike:
/// the SDK's own repetition mends what fails less than [`ATTEMPTS`] times in a row.
type Class<E> = (&'static str, &'static [E]);
/// A kind of call, and a class that it meets.
pub(super) type Meeting = (Kind, &'static str);

const CLASSES: &[Class<Effect>] = &[
    ("refused", &[("error", ATTEMPTS), ("throttle", ATTEMPTS)]),
    ("lost", &[("lost", ATTEMPTS), ("lost", 1)]),
    ("died", &[("kill_after", 1), ("kill_before", 1)]),
    ("contended", &[("conflict", ATTEMPTS), ("conflict", 1)]),
    ("stale", &[("stale", 1)]),
];
/// Graph's: nobody repeats what is asked of it, so that none is severer than the others of its class.
const CLASSES_OF_GRAPH: &[Class<&str>] = &[
    ("refused", &["failure", "throttle"]),
    ("not done", &["drop_before"]),
    ("lost", &["drop_after", "drop_half"]),
    (HUNG, &["hang"]),
];
/// Graph has done it and says nothing, for 15 s or, of a file, 45: only where every class is asked for.
const HUNG: &str = "hung";
/// The class of what only takes its time.
const SLOW: &str = "slow";
/// Its effects, where every effect is asked for: a function waits three times 3 s for what hangs.
const PATIENCE: [Effect; 2] = [("slow", 1), ("hang", ATTEMPTS)];
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
    /// `classes`: the severest of each class at each kind of call.
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
        let last = calls.aws.iter().filter(|point| self.extent == Extent::Classes && calls.is_last(point));
        let last = last.flat_map(|point| self.at_the_last(point));
        let mut kinds = BTreeSet::new();
        let graph = calls.graph.iter().filter(|(call, _)| kinds.insert(call) || alike > 1).flat_map(|(call, after)| {
            let fault = |then| Fault::Graph { call: call.clone(), after: *after, then };
            self.effects_of_graph(call).into_iter().map(fault).collect::<Vec<_>>()
        });
        aws.chain(last).chain(graph).collect()
    }

    /// Two faults at once, of different kinds of call, drawn from those by the seed.
    pub(super) fn pairs<'a>(self, faults: &'a [Fault], of: &str) -> Vec<[&'a Fault; 2]> {
        let any = |n: u64| &faults[self.draw(&format!("{of} {n}"), faults.len())];
        let pairs = (0..self.pairs).filter(|_| !faults.is_empty()).map(|n| [any(2 * n), any(2 * n + 1)]);
        pairs.filter(|[one, other]| one.meeting().0 != other.meeting().0).collect()
    }

    /// Which of so many worlds a fault is for: always the same one, so that a seed can be gone through again, and that of all
    /// of its class at its kind of call, so that one world knows whether any was met.
    pub(super) fn world_of(self, fault: &Fault, worlds: usize) -> usize {
        self.draw(&format!("{:?}", fault.meeting()), worlds)
    }

    /// Every effect that suits, or the severest of each class, or of some classes one that the seed and the call choose.
    fn effects(self, point: &Point) -> Vec<Effect> {
        let suiting = CLASSES.iter().filter(|(_, effects)| effects.iter().all(|(then, _)| suits(point, then)));
        match self.extent {
            Extent::Few => self.few(suiting, &format!("{point:?}")),
            Extent::Classes => suiting.filter_map(|(_, effects)| effects.first().copied()).collect(),
            Extent::All => {
                let patience = PATIENCE.into_iter().filter(|(then, _)| *then != "hang" || point.ordinal == 0);
                suiting.flat_map(|(_, effects)| effects.iter().copied()).chain(patience).collect()
            }
        }
    }

    /// Calls of one kind may be different lines of the source: the last of several loses its answer where it writes, and meets
    /// what the seed chooses besides.
    fn at_the_last(self, point: &Point) -> Vec<Fault> {
        let effects = self.effects(point);
        let chosen = effects.get(self.draw(&format!("last {point:?}"), effects.len())).copied();
        let lost = is_write(point).then_some(("lost", ATTEMPTS));
        let effects: BTreeSet<Effect> = chosen.into_iter().chain(lost).collect();
        effects.into_iter().map(|(then, times)| Fault::Aws { point: point.clone(), then, times }).collect()
    }

    /// The same for Graph, where the seed and the call choose in each class.
    fn effects_of_graph(self, call: &GraphCall) -> Vec<&'static str> {
        let (classes, call) = (CLASSES_OF_GRAPH.iter(), format!("{call:?}"));
        match self.extent {
            Extent::Few => self.few(classes.filter(|(class, _)| *class != HUNG), &call),
            Extent::Classes => self.one_of_each(classes, &call),
            Extent::All => classes.flat_map(|(_, effects)| effects.iter().copied()).chain([SLOW]).collect(),
        }
    }

    /// Effects of as many classes.
    fn few<E: Copy + fmt::Debug + 'static>(
        self,
        classes: impl Iterator<Item = &'static Class<E>>,
        call: &str,
    ) -> Vec<E> {
        let effects = self.one_of_each(classes, call);
        if effects.len() <= self.few {
            return effects;
        }
        let (first, step) = (self.draw(call, effects.len()), effects.len() / self.few.max(1));
        (0..self.few).map(|n| effects[(first + n * step) % effects.len()]).collect()
    }

    fn one_of_each<E: Copy + fmt::Debug + 'static>(
        self,
        classes: impl Iterator<Item = &'static Class<E>>,
        call: &str,
    ) -> Vec<E> {
        classes.map(|(_, effects)| effects[self.draw(&format!("{effects:?} {call}"), effects.len())]).collect()
    }

    fn draw(self, for_what: &str, below: usize) -> usize {
        let digest = Sha256::digest(format!("{} {for_what}", self.seed));
        let [a, b, c, d, ..] = digest[..] else { return 0 };
        u32::from_be_bytes([a, b, c, d]) as usize % below.max(1)
    }
}

impl Fault {
    /// What is met by which kind of call.
    pub(super) fn meeting(&self) -> Meeting {
        match self {
            Self::Aws { point, then, times } => (Kind::Aws(point.kind()), class_of(CLASSES, &(*then, *times))),
            Self::Graph { call, then, .. } => (Kind::Graph(call.clone()), class_of(CLASSES_OF_GRAPH, then)),
        }
    }
}

fn class_of<E: PartialEq + 'static>(classes: &[Class<E>], effect: &E) -> &'static str {
    classes.iter().find(|(_, effects)| effects.contains(effect)).map_or(SLOW, |(class, _)| *class)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws { point, then, times } => {
                let Point { function, service, operation, about, ordinal } = point;
                let about = about.as_deref().unwrap_or_default();
                write!(f, "{then} ×{times} at {function} {service}:{operation} {about}, call {ordinal}")
            }
            Self::Graph { call: GraphCall { method, path, query }, after, then } => {
                let query = query.as_deref().unwrap_or_default();
                write!(f, "{then} at Graph's {method} {path} {query}, request {after}")
            }
        }
    }
}

/// Only what writes to the table meets another's transaction, and only an index lags behind.
fn suits(point: &Point, then: &str) -> bool {
    match then {
        "conflict" => is_write(point),
        "stale" => point.about.as_ref().is_some_and(|about| about.starts_with("index ")),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn calls() -> Calls {
        let point = |ordinal| {
            let [function, service, operation, about] = ["f", "dynamodb", "PutItem", "TICKET"].map(str::to_owned);
            Point { function, service, operation, about: Some(about), ordinal }
        };
        let upload = GraphCall::of("POST", "/v24.0/1/media", "");
        Calls { aws: (0..12).map(point).collect(), graph: vec![(upload.clone(), 0), (upload, 1)] }
    }

    fn plan(extent: Extent, seed: u64) -> Plan {
        Plan { extent, few: 2, pairs: 3, seed }
    }

    #[test]
    fn what_is_gone_through_is_the_same_for_the_same_seed_and_as_much_as_is_asked_for() {
        let few = plan(Extent::Few, 1).faults(&[calls(), calls()]);
        assert_eq!(few, plan(Extent::Few, 1).faults(&[calls(), calls()]));
        assert_eq!(few.iter().map(Vec::len).collect::<Vec<_>>(), [4, 0]);
        assert!((2..20).any(|seed| plan(Extent::Few, seed).faults(&[calls()])[0] != few[0]));
        // Four classes of two, and a slow one; what hangs only once. Six of Graph's, and a slow one.
        let all = plan(Extent::All, 1).faults(&[calls()]).remove(0);
        assert_eq!(all.len(), 10 * 9 + 1 + 2 * 7);
        assert_eq!(plan(Extent::All, 7).pairs(&all, "talk"), plan(Extent::All, 7).pairs(&all, "talk"));
    }

    #[test]
    fn each_kind_of_call_meets_the_severest_of_each_class_that_suits_it_whatever_the_seed() {
        for seed in 1..9 {
            let faults = plan(Extent::Classes, seed).faults(&[calls()]).remove(0);
            let severest = |fault: &Fault| match fault {
                Fault::Aws { point, then, times } if point.ordinal == 0 => Some((*then, *times)),
                _ => None,
            };
            let met: Vec<Effect> = faults.iter().filter_map(severest).collect();
            // An item's write meets all classes but what is stale.
            assert_eq!(met, [("error", 4), ("lost", 4), ("kill_after", 1), ("conflict", 4)]);
            let classes: BTreeSet<Meeting> = faults.iter().map(Fault::meeting).collect();
            assert_eq!(classes.len(), 8, "four of them Graph's: {classes:?}");
        }
    }

    #[test]
    fn the_last_call_of_a_kind_meets_what_the_seed_chooses_too_and_loses_its_answer_where_it_writes() {
        let mut chosen = BTreeSet::new();
        for seed in 1..20 {
            let faults = plan(Extent::Classes, seed).faults(&[calls()]).remove(0);
            let later = |fault: &&Fault| matches!(fault, Fault::Aws { point, .. } if point.ordinal > 0);
            let last: Vec<String> = faults.iter().filter(later).map(ToString::to_string).collect();
            assert!(last.contains(&"lost ×4 at f dynamodb:PutItem TICKET, call 11".to_owned()), "{last:?}");
            assert!(last.len() <= 2, "{last:?}");
            chosen.extend(last);
        }
        assert_eq!(chosen.len(), 4, "each class has its turn: {chosen:?}");
    }

    #[test]
    fn worlds_share_the_faults_and_one_has_all_of_a_class_at_a_kind_of_call() {
        let plan = plan(Extent::All, 1);
        let mut worlds: BTreeMap<Meeting, BTreeSet<usize>> = BTreeMap::new();
        for fault in plan.faults(&[calls()]).remove(0) {
            worlds.entry(fault.meeting()).or_default().insert(plan.world_of(&fault, 2));
        }
        assert!(worlds.values().all(|of_one| of_one.len() == 1), "{worlds:?}");
        assert_eq!(worlds.into_values().flatten().collect::<BTreeSet<_>>(), BTreeSet::from([0, 1]));
    }
}
