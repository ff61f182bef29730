//! What Meta remembers of a template beyond what it shows: when it was edited, and that it was approved when it was deleted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Of a template that is approved Meta takes few edits, and of one that was it keeps the name for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// When it was edited while it was approved, the last one last; at most [`History::MOST_EDITS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Timestamp>,
    /// When it was deleted, if it was approved until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_until: Option<Timestamp>,
}

impl History {
    /// One in so long …
    pub const BETWEEN_EDITS: SignedDuration = SignedDuration::from_hours(24);
    /// … and so many in thirty days (Meta, "template management").
    pub const MOST_EDITS: usize = 10;
    const EDITS_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);
    /// How long the name of one that was approved is blocked.
    pub const NAME_BLOCKED: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// Whether nothing is to be remembered.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// When the next edit may be made; nothing if now.
    pub(super) fn next_edit(&self, now: Timestamp) -> Option<Timestamp> {
        let after_last = self.edits.last().map(|last| *last + Self::BETWEEN_EDITS);
        let tenth = self.edits.len().checked_sub(Self::MOST_EDITS).and_then(|tenth| self.edits.get(tenth));
        let after_tenth = tenth.map(|tenth| *tenth + Self::EDITS_WITHIN);
        after_last.max(after_tenth).filter(|next| now < *next)
    }

    /// It was edited then; hearing of the same edit again adds none.
    pub(super) fn edited(&mut self, at: Timestamp) {
        if self.edits.last() == Some(&at) {
            return;
        }
        self.edits.push(at);
        self.edits.drain(..self.edits.len().saturating_sub(Self::MOST_EDITS));
    }

    pub(super) fn deleted_while_approved(&mut self, at: Timestamp) {
        self.approved_until = Some(at);
    }

    /// Until when no other template can have its name; nothing if one can.
    pub fn name_blocked_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.approved_until.map(|at| at + Self::NAME_BLOCKED).filter(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).expect("a time")
    }

    #[test]
    fn an_approved_template_is_edited_once_a_day_and_ten_times_in_thirty() {
        let mut history = History::default();
        assert_eq!(history.next_edit(day(0)), None);
        for edit in 0..10 {
            assert_eq!(history.next_edit(day(edit)), None);
            history.edited(day(edit));
            assert_eq!(history.next_edit(day(edit)), Some(day(edit + 1)).filter(|_| edit < 9).or(Some(day(30))));
        }
        assert_eq!((history.next_edit(day(29)), history.next_edit(day(30))), (Some(day(30)), None));
        for _ in 0..11 {
            history.edited(day(30));
        }
        assert_eq!((history.edits.len(), history.edits.first()), (10, Some(&day(1))), "one edit counts once");
        assert_eq!(history.next_edit(day(30)), Some(day(31)));
    }

    #[test]
    fn the_name_of_one_that_was_approved_is_free_after_thirty_days() {
        let mut history = History::default();
        assert_eq!(history.name_blocked_until(day(1)), None);
        history.deleted_while_approved(day(1));
        assert_eq!(history.name_blocked_until(day(30)), Some(day(31)));
        assert_eq!(history.name_blocked_until(day(31)), None);
    }
}
