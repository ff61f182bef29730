//! Holds the faults that calls met in a test run against all calls that the functions made in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use local::faults::{self, Effect, Met};
use local::sites::{self, Site};

use crate::faults::Point;
use crate::roles;

/// The folder beside those of the stacks in which journeys that go through faults leave the kinds of call that they make.
const JOURNEYS: &str = "journeys";
/// What is compared: what functions called in each stack, what that met, and what journeys call.
pub const FOLDERS: [&str; 3] = ["sites", "faults", JOURNEYS];

/// Leaves the kinds of call of journeys beside what was built with `binary`.
///
/// # Errors
/// When they cannot be written.
pub fn leave<'p>(binary: &Path, points: impl Iterator<Item = &'p Point>) -> io::Result<()> {
    let folder = roles::folder(binary).with_file_name(JOURNEYS);
    fs::create_dir_all(&folder)?;
    let mut lines = String::new();
    for Point { function, service, operation, about, .. } in points {
        let [function, service, operation] = [function, service, operation].map(Clone::clone);
        let site = Site { function, service, operation, about: about.clone().unwrap_or_default() };
        lines += &format!("{}\n", serde_json::to_string(&site)?);
    }
    fs::write(folder.join(format!("{}.jsonl", uuid::Uuid::new_v4().simple())), lines)
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
pub struct Trouble {
    pub then: Effect,
    /// So seldom in a row that the SDK's own repetition mended it.
    pub is_mended: bool,
}

/// What becomes of a call, as far as its function sees it: what the SDK's repetition mends is of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The call is answered with an error before it has done anything.
    Refused,
    /// It has its effect, and its answer does not come.
    Lost,
    /// The function dies at it.
    Died,
    /// Somebody else writes the same at this moment.
    Contended,
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
        let trouble = Trouble { then: met.then, is_mended: met.is_mended() };
        self.met.entry(met.site).or_default().insert(trouble);
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
        self.met.iter().filter(|(_, met)| met.iter().all(|it| it.then == Effect::Slow)).map(|(site, _)| site)
    }

    fn missing(&self, site: &Site) -> Vec<Class> {
        let met: BTreeSet<Class> = self.met.get(site).into_iter().flatten().filter_map(|it| Class::of(*it)).collect();
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
    const ALL: [Self; 4] = [Self::Refused, Self::Lost, Self::Died, Self::Contended];

    /// What is only slow, or belongs to few calls, is of none either.
    fn of(trouble: Trouble) -> Option<Self> {
        match trouble.then {
            _ if trouble.is_mended => None,
            Effect::Error | Effect::Throttle => Some(Self::Refused),
            Effect::Lost => Some(Self::Lost),
            Effect::KillBefore | Effect::KillAfter => Some(Self::Died),
            Effect::Conflict => Some(Self::Contended),
            Effect::Stale | Effect::Slow | Effect::Hang => None,
        }
    }

    fn suits(self, site: &Site) -> bool {
        self != Self::Contended || Effect::Conflict.suits(site)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mended = if self.is_mended { ", mended by the SDK" } else { "" };
        f.pad(&format!("{:?}{mended}", self.then))
    }
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
        coverage.met(Met { site: write, then: Effect::Conflict, times: 1 });
        assert_eq!((coverage.incomplete(), coverage.complete()), (vec![], 2));
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
