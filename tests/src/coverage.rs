//! Holds the faults that calls met in a test run against all calls that the functions made in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use local::faults::{self, Effect, Met};
use local::sites::{self, Site};
use serde::Serialize;

use crate::graph_calls::Asked;
use crate::roles;

/// The folder beside those of the stacks in which journeys that go through faults leave the kinds of call that they make.
const JOURNEYS: &str = "journeys";
/// That of the kinds of request that Graph was asked, with what they met.
pub(crate) const GRAPH: &str = "graph";
/// What is compared: what functions called in each stack, what that met, the same of Graph, and what journeys call.
pub const FOLDERS: [&str; 4] = ["sites", "faults", GRAPH, JOURNEYS];

/// The groups of journeys that have to be among what is compared.
pub const GROUPS: [&str; 3] = ["conversations", "administration", "campaign"];

/// Leaves the kinds of call of a group of journeys beside what was built with `binary`.
///
/// # Errors
/// When they cannot be written.
pub fn leave(binary: &Path, group: &str, sites: impl IntoIterator<Item = Site>) -> io::Result<()> {
    leave_lines(binary, JOURNEYS, group, &lines(sites)?)
}

/// Leaves something in a folder beside what was built with `binary`, one a line.
pub(crate) fn leave_all<T: Serialize>(binary: &Path, folder: &str, all: impl IntoIterator<Item = T>) -> io::Result<()> {
    leave_lines(binary, folder, &uuid::Uuid::new_v4().simple().to_string(), &lines(all)?)
}

pub(crate) fn leave_lines(binary: &Path, folder: &str, name: &str, lines: &str) -> io::Result<()> {
    let folder = roles::folder(binary).with_file_name(folder);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.jsonl")), lines)
}

fn lines<T: Serialize>(all: impl IntoIterator<Item = T>) -> serde_json::Result<String> {
    all.into_iter().map(|one| serde_json::to_string(&one).map(|line| format!("{line}\n"))).collect()
}

/// Whether all groups of journeys have left theirs.
pub fn is_whole(target: &Path) -> bool {
    GROUPS.iter().all(|group| target.join(JOURNEYS).join(format!("{group}.jsonl")).exists())
}

/// A file that was left before a binary was built, and so by stacks of an older one.
///
/// # Errors
/// When the binary or a folder cannot be read.
pub fn left_before(binary: &Path, target: &Path) -> io::Result<Option<PathBuf>> {
    let built = fs::metadata(binary)?.modified()?;
    for folder in FOLDERS {
        for file in fs::read_dir(target.join(folder))? {
            let file = file?;
            if file.metadata()?.modified()? < built {
                return Ok(Some(file.path()));
            }
        }
    }
    Ok(None)
}

/// Every kind of call of every function in the stacks of a test run, and what it met in them instead of an honest answer.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    met: BTreeMap<Site, BTreeSet<Trouble>>,
    /// Those that journeys make, and that have to meet every class of faults in them.
    journeys: BTreeSet<Site>,
}

/// What a kind of call met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// From AWS.
    Aws {
        then: Effect,
        /// So seldom in a row that the SDK's own repetition mended it.
        is_mended: bool,
    },
    /// From Graph, whose requests nobody repeats.
    Graph(Class),
    /// From Graph, and nothing but slowness.
    Late,
}

/// What becomes of a call, as far as its function sees it: what the SDK's repetition mends is of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The call is answered with an error before it has done anything.
    Refused,
    /// It does nothing, and its connection closes.
    NotDone,
    /// It has its effect, and its answer does not come.
    Lost,
    /// The same, and its connection stays.
    Hung,
    /// The function dies at it.
    Died,
    /// Somebody else writes the same at this moment.
    Contended,
    /// An index does not know yet.
    Stale,
}

/// Calls that need no fault of their own, and why.
struct Spared {
    function: &'static str,
    operation: &'static str,
    about: &'static str,
    reason: &'static str,
}

const SPARED: [Spared; 0] = [];

impl Coverage {
    /// Of all stacks that left their calls and faults below a folder.
    ///
    /// # Errors
    /// When something there cannot be read.
    pub fn read(target: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let mut coverage = Self::default();
        for file in fs::read_dir(target.join("sites"))? {
            sites::read(&file?.path())?.into_iter().for_each(|site| coverage.made(site));
        }
        for file in fs::read_dir(target.join("faults"))? {
            faults::read(&file?.path())?.into_iter().for_each(|met| coverage.met(met));
        }
        for file in fs::read_dir(target.join(GRAPH))? {
            asked(&fs::read_to_string(file?.path())?)?.into_iter().for_each(|asked| coverage.asked(asked));
        }
        for file in fs::read_dir(target.join(JOURNEYS))? {
            coverage.journeys.extend(sites::read(&file?.path())?);
        }
        Ok(coverage)
    }

    fn made(&mut self, site: Site) {
        // Whoever looks on from outside is no function.
        if !["owner", "links"].contains(&site.function.as_str()) {
            self.met.entry(site).or_default();
        }
    }

    fn met(&mut self, met: Met) {
        let trouble = Trouble::Aws { then: met.then, is_mended: met.is_mended() };
        self.met.entry(met.site).or_default().insert(trouble);
    }

    fn asked(&mut self, Asked { site, fault }: Asked) {
        self.met.entry(site).or_default().extend(fault.map(|fault| Trouble::of_graph(&fault)));
    }

    /// Every kind of call, with what it met.
    pub fn sites(&self) -> impl Iterator<Item = (&Site, &BTreeSet<Trouble>)> {
        self.met.iter()
    }

    /// Those that met no fault, or nothing but slowness, and are not spared.
    pub fn bare(&self) -> Vec<&Site> {
        self.unharmed().filter(|site| spared(site).is_none()).collect()
    }

    /// Those that met no fault, for a reason.
    pub fn spared(&self) -> Vec<(&Site, &'static str)> {
        self.unharmed().filter_map(|site| Some((site, spared(site)?))).collect()
    }

    /// Those of the journeys that did not meet every class of faults that suits them, with those that they did not meet.
    pub fn incomplete(&self) -> Vec<(&Site, Vec<Class>)> {
        let missing = |site| (site, self.missing(site));
        self.journeys.iter().map(missing).filter(|(_, classes)| !classes.is_empty()).collect()
    }

    /// How many kinds of call met every class of faults that suits them.
    pub fn complete(&self) -> usize {
        self.met.keys().filter(|site| self.missing(site).is_empty()).count()
    }

    /// How many kinds of call journeys make.
    pub fn of_journeys(&self) -> usize {
        self.journeys.len()
    }

    fn unharmed(&self) -> impl Iterator<Item = &Site> {
        self.met.iter().filter(|(_, met)| met.iter().all(|it| it.is_slowness())).map(|(site, _)| site)
    }

    fn missing(&self, site: &Site) -> Vec<Class> {
        let met: BTreeSet<Class> = self.met.get(site).into_iter().flatten().filter_map(|it| it.class()).collect();
        Class::ALL.into_iter().filter(|class| class.suits(site) && !met.contains(class)).collect()
    }

    /// How many kinds of call met each effect, apart where it was mended.
    pub fn by_effect(&self) -> BTreeMap<Trouble, usize> {
        let mut counts = BTreeMap::new();
        self.met.values().flatten().for_each(|trouble| *counts.entry(*trouble).or_default() += 1);
        counts
    }
}

impl Class {
    const ALL: [Self; 7] =
        [Self::Refused, Self::NotDone, Self::Lost, Self::Hung, Self::Died, Self::Contended, Self::Stale];

    /// Who dies at a request to Graph dies as well after the call to AWS before it, or before the next; and what hangs at AWS
    /// all functions meet at once.
    fn suits(self, site: &Site) -> bool {
        match self {
            Self::Refused | Self::Lost => true,
            Self::NotDone | Self::Hung => site.service == GRAPH,
            Self::Died => site.service != GRAPH,
            Self::Contended => Effect::Conflict.suits(site),
            Self::Stale => Effect::Stale.suits(site),
        }
    }
}

impl Trouble {
    /// As the simulator's log names it.
    fn of_graph(fault: &str) -> Self {
        match fault {
            "delay" | "slow" => Self::Late,
            "drop_before" => Self::Graph(Class::NotDone),
            "drop_after" | "drop_half" | "wrong_byte" => Self::Graph(Class::Lost),
            "hang" => Self::Graph(Class::Hung),
            _ => Self::Graph(Class::Refused),
        }
    }

    fn is_slowness(self) -> bool {
        matches!(self, Self::Late | Self::Aws { then: Effect::Slow, .. })
    }

    /// What is only slow, or what all calls of a function meet at once, is of none.
    fn class(self) -> Option<Class> {
        match self {
            Self::Late | Self::Aws { is_mended: true, .. } => None,
            Self::Graph(class) => Some(class),
            Self::Aws { then, .. } => match then {
                Effect::Error | Effect::Throttle => Some(Class::Refused),
                Effect::Lost => Some(Class::Lost),
                Effect::KillBefore | Effect::KillAfter => Some(Class::Died),
                Effect::Conflict => Some(Class::Contended),
                Effect::Stale => Some(Class::Stale),
                Effect::Absent | Effect::Slow | Effect::Hang => None,
            },
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Aws { then, is_mended: false } => format!("{then:?}"),
            Self::Aws { then, is_mended: true } => format!("{then:?}, mended by the SDK"),
            Self::Graph(class) => format!("{class:?}, by Graph"),
            Self::Late => "Slow, by Graph".to_owned(),
        };
        f.pad(&text)
    }
}

/// The kinds of request that a stack left.
fn asked(lines: &str) -> serde_json::Result<Vec<Asked>> {
    lines.lines().map(serde_json::from_str).collect()
}

fn spared(site: &Site) -> Option<&'static str> {
    let fits = |spared: &&Spared| {
        (spared.function, spared.operation) == (site.function.as_str(), site.operation.as_str())
            && site.about.starts_with(spared.about)
    };
    SPARED.iter().find(fits).map(|spared| spared.reason)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use local::faults::ATTEMPTS;

    use super::*;

    fn site(function: &str, about: &str) -> Site {
        let [function, service, operation, about] = [function, "dynamodb", "GetItem", about].map(str::to_owned);
        Site { function, service, operation, about }
    }

    #[test]
    fn a_call_that_met_nothing_is_bare_and_who_looks_on_does_not_count() {
        let mut coverage = Coverage::default();
        for site in [site("f", "TICKET"), site("f", "CONTACT"), site("owner", "TICKET")] {
            coverage.made(site);
        }
        coverage.met(Met { site: site("f", "TICKET"), then: Effect::Lost, times: 1 });
        coverage.met(Met { site: site("f", "CONTACT"), then: Effect::Slow, times: 1 });
        assert_eq!(coverage.bare(), [&site("f", "CONTACT")]);
        let counts: Vec<String> =
            coverage.by_effect().iter().map(|(trouble, count)| format!("{trouble}: {count}")).collect();
        assert_eq!(counts, ["Lost, mended by the SDK: 1", "Slow: 1"]);
    }

    #[test]
    fn a_call_of_a_journey_has_to_meet_every_class_that_suits_it() {
        let mut coverage = Coverage::default();
        let read = site("f", "TICKET");
        let write = Site { operation: "PutItem".to_owned(), ..read.clone() };
        coverage.journeys.extend([read.clone(), write.clone()]);
        for then in [Effect::Throttle, Effect::Lost, Effect::KillAfter, Effect::Hang] {
            let times = if then == Effect::Throttle { ATTEMPTS } else { 1 };
            coverage.met(Met { site: read.clone(), then, times });
            coverage.met(Met { site: write.clone(), then, times });
        }
        // No function saw what the SDK mended.
        assert_eq!(coverage.incomplete()[0], (&read, vec![Class::Lost]));
        for site in [&read, &write] {
            coverage.met(Met { site: site.clone(), then: Effect::Lost, times: ATTEMPTS });
        }
        assert_eq!((coverage.incomplete(), coverage.complete()), (vec![(&write, vec![Class::Contended])], 1));
        coverage.met(Met { site: write, then: Effect::Conflict, times: ATTEMPTS });
        assert_eq!((coverage.incomplete(), coverage.complete()), (vec![], 2));
    }

    #[test]
    fn a_request_of_a_journey_to_graph_has_to_meet_what_graph_does() {
        let site = Site { service: GRAPH.to_owned(), operation: "POST".to_owned(), ..site("f", "/messages") };
        let asked = |fault: Option<&str>| Asked { site: site.clone(), fault: fault.map(str::to_owned) };
        let mut coverage = Coverage::default();
        coverage.asked(asked(None));
        coverage.asked(asked(Some("delay")));
        assert_eq!(coverage.bare(), [&site]);
        coverage.journeys.insert(site.clone());
        ["error", "drop_half", "hang"].map(Some).map(asked).into_iter().for_each(|asked| coverage.asked(asked));
        assert_eq!((coverage.bare(), coverage.incomplete()), (vec![], vec![(&site, vec![Class::NotDone])]));
        coverage.asked(asked(Some("drop_before")));
        assert!(coverage.incomplete().is_empty());
    }

    #[test]
    fn what_was_left_before_the_binary_was_built_is_found() {
        let target = tempfile::tempdir().unwrap();
        let (binary, left) = (target.path().join("stack-under-test"), target.path().join("faults/1.jsonl"));
        FOLDERS.iter().for_each(|folder| fs::create_dir(target.path().join(folder)).unwrap());
        [&binary, &left].iter().for_each(|file| fs::write(file, "").unwrap());
        let built = fs::metadata(&binary).unwrap().modified().unwrap();
        let file = fs::File::options().write(true).open(&left).unwrap();
        file.set_modified(built).unwrap();
        assert_eq!(left_before(&binary, target.path()).unwrap(), None);
        file.set_modified(built - Duration::from_secs(1)).unwrap();
        assert_eq!(left_before(&binary, target.path()).unwrap(), Some(left));
    }

    #[test]
    fn every_reason_is_a_sentence_about_one_call() {
        for Spared { function, operation, reason, .. } in &SPARED {
            assert!(!function.is_empty() && !operation.is_empty() && reason.ends_with('.'), "{reason}");
        }
    }
}
