//! Numbers by which states know people, where they have check digits.
//!
//! Left alone: numbers of companies, which are on every invoice; and numbers that look like any other, unless their name
//! stands beside them.

mod americas;
mod asia;
mod check;
mod europe;

use super::{mask, word};

/// One country's number.
struct NationalId {
    /// How it is written when nothing else is written so.
    alone: &'static [&'static str],
    /// How else it is written, where its name is near.
    named: &'static [&'static str],
    /// Its names, in lower case.
    names: &'static [&'static str],
    /// Whether its letters and digits, without what separates them, are one: what is inside, and the check digits.
    holds: fn(&str) -> bool,
}

/// Whether a text holds one.
pub(super) fn is_in(text: &str) -> bool {
    let ids = || [europe::IDS, americas::IDS, asia::IDS].into_iter().flatten();
    mask::starts(text).any(|start| ids().any(|id| id.is_at(text, start)))
}

impl NationalId {
    fn is_at(&self, text: &str, start: usize) -> bool {
        self.is_written_as(self.alone, text, start).is_some()
            || self.is_written_as(self.named, text, start).is_some_and(|end| self.is_named(text, start, end))
    }

    /// Where it ends, if it begins here and is written in one of these ways.
    fn is_written_as(&self, masks: &[&str], text: &str, start: usize) -> Option<usize> {
        let found = masks.iter().filter_map(|mask| mask::at(mask, text, start));
        found.filter(|found| (self.holds)(&mask::compact(found))).map(|found| start + found.len()).next()
    }

    /// A sentence's length in front, or half of one behind.
    fn is_named(&self, text: &str, start: usize, end: usize) -> bool {
        let before = &text[text.ceil_char_boundary(start.saturating_sub(80))..start];
        let after = &text[end..text.floor_char_boundary(end + 40)];
        self.names.iter().any(|name| word::holds(before, name) || word::holds(after, name))
    }
}

#[cfg(test)]
mod tests;
