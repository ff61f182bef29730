//! What somebody decided, and what they had decided before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A choice with the time from which it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision<C, S> {
    pub choice: C,
    pub since: Timestamp,
    /// When it was last said; never before `since`.
    pub(super) confirmed_at: Timestamp,
    /// Where it was heard first.
    pub source: S,
}

/// The latest [`Decisions::MOST`] decisions about one thing, in the order of their times; the last one holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decisions<C, S>(Vec<Decision<C, S>>);

impl<C, S> Default for Decisions<C, S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<C: Clone + PartialEq, S: Clone> Decisions<C, S> {
    /// Keeps the contact's item small, whoever changes their mind however often.
    pub const MOST: usize = 20;

    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What holds.
    pub fn last(&self) -> Option<&Decision<C, S>> {
        self.0.last()
    }

    /// All that is known, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Decision<C, S>> {
        self.0.iter()
    }

    /// Takes a choice that was made at `at`, unless a later one is known. What is said again holds since it was first said.
    /// Says whether anything changed.
    ///
    /// Meta's times have whole seconds: of two within one, the one heard later counts.
    pub fn hear(&mut self, choice: C, at: Timestamp, source: S) -> bool {
        match self.0.last_mut() {
            Some(last) if at.as_second() < last.confirmed_at.as_second() => false,
            Some(last) if last.choice == choice => {
                let later = at > last.confirmed_at;
                last.confirmed_at = last.confirmed_at.max(at);
                later
            }
            _ => {
                self.0.push(Decision { choice, since: at, confirmed_at: at, source });
                self.0.drain(..self.0.len().saturating_sub(Self::MOST));
                true
            }
        }
    }

    /// Takes a decision that was heard of elsewhere, and said again there, unless a later one is known.
    pub(super) fn hear_of(&mut self, decision: &Decision<C, S>) {
        let Decision { choice, since, confirmed_at, source } = decision;
        for at in [since, confirmed_at] {
            self.hear(choice.clone(), *at, source.clone());
        }
    }

    /// The decisions of both, by their times.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut both: Vec<Decision<C, S>> = self.0.iter().chain(&other.0).cloned().collect();
        both.sort_by_key(|decision| decision.since);
        let mut merged = Self::default();
        for Decision { choice, since, confirmed_at, source } in both {
            merged.hear(choice.clone(), since, source.clone());
            if merged.last().is_some_and(|last| last.choice == choice) {
                merged.hear(choice, confirmed_at, source);
            }
        }
        merged
    }
}
