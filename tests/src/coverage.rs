//! Holds the faults that calls met in a test run against all calls that the functions made in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use local::faults::{self, Effect, Met};
use local::sites::{self, Site};

/// Every kind of call of every function in the stacks of a test run, and what it met in them instead of an honest answer.
#[derive(Clone, Debug, Default)]
pub struct Coverage(BTreeMap<Site, BTreeSet<Effect>>);

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
        Ok(coverage)
    }

    fn made(&mut self, site: Site) {
        // Whoever looks on from outside is no function.
        if !["owner", "links"].contains(&site.function.as_str()) {
            self.0.entry(kind(site)).or_default();
        }
    }

    fn met(&mut self, met: Met) {
        self.0.entry(kind(met.site)).or_default().insert(met.then);
    }

    /// Every kind of call, with what it met.
    pub fn sites(&self) -> impl Iterator<Item = (&Site, &BTreeSet<Effect>)> {
        self.0.iter()
    }

    /// Those that met nothing and are not spared.
    pub fn bare(&self) -> Vec<&Site> {
        self.0.iter().filter(|(site, met)| met.is_empty() && spared(site).is_none()).map(|(site, _)| site).collect()
    }

    /// Those that met nothing, for a reason.
    pub fn spared(&self) -> Vec<(&Site, &'static str)> {
        let bare = self.0.iter().filter(|(_, met)| met.is_empty());
        bare.filter_map(|(site, _)| Some((site, spared(site)?))).collect()
    }

    /// How many kinds of call met each effect.
    pub fn by_effect(&self) -> BTreeMap<Effect, usize> {
        let mut counts = BTreeMap::new();
        self.0.values().flatten().for_each(|effect| *counts.entry(*effect).or_default() += 1);
        counts
    }
}

/// Which quarter hour a number's statuses are counted in (`ADD q42`) depends on when the tests ran, and is no kind of its own.
fn kind(site: Site) -> Site {
    let is_quarter = |word: &str| {
        word.strip_prefix('q')
            .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let words: Vec<&str> = site.about.split(' ').map(|word| if is_quarter(word) { "q" } else { word }).collect();
    Site { about: words.join(" "), ..site }
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
        coverage.met(Met { site: site("f", "TICKET"), then: Effect::Lost });
        assert_eq!(coverage.bare(), [&site("f", "CONTACT")]);
        assert_eq!(coverage.by_effect(), BTreeMap::from([(Effect::Lost, 1)]));
    }

    #[test]
    fn every_reason_is_a_sentence_about_one_call() {
        for Spared { function, operation, reason, .. } in &SPARED {
            assert!(!function.is_empty() && !operation.is_empty() && reason.ends_with('.'), "{reason}");
        }
    }

    #[test]
    fn a_quarter_hour_makes_no_kind_of_its_own() {
        let mut coverage = Coverage::default();
        for about in ["SERVICE ADD q03 :one", "SERVICE ADD q42 :one", "SERVICE ADD queue :one"] {
            coverage.made(site("status-updates", about));
        }
        assert_eq!(coverage.sites().count(), 2);
    }
}
