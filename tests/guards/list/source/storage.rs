//! The conditions of writes, one kind of item after the other: taken away where they are asked for, and missed by the tests
//! of `storage`. Those that journeys miss, too, are with what is taken away at the wire.

mod counts;
mod people;
mod tenants;

use super::{Edit, edit, guard};
use crate::list::Guard;

/// Whatever the version is.
const REPLACE_ALWAYS: &str = "{ let _ = read; self.put_always(item) }";
/// Whether it is there or not.
const PUT_ALWAYS: &str = "self.put_always(item)";

pub(super) fn guards() -> Vec<Guard> {
    [people::guards(), tenants::guards(), counts::guards(), of_repetitions()].concat()
}

/// What the SDK repeats is the same write, and what others write is not.
fn of_repetitions() -> Vec<Guard> {
    let knows = |name, instead, tests| {
        let edits = [edit("shared/storage/src/table.rs", "there.get(WRITE) == Some(&id)", instead)];
        guard(name, edits, ("storage", "conditions"), tests)
    };
    vec![
        knows(
            "a write is no conflict with itself",
            "there.get(WRITE) == Some(&id) && false",
            &[
                "conditions::lost_answers::what_is_replaced_is_replaced_once_though_the_answer_is_lost",
                "conditions::lost_answers::what_is_made_is_made_once_though_the_answer_is_lost",
            ],
        )
        .of_the_few(),
        knows(
            "a write is a conflict with the same of another's",
            "there.get(WRITE).is_some()",
            &["conditions::lost_answers::whoever_writes_the_same_as_somebody_else_at_the_same_moment_meets_a_conflict"],
        ),
    ]
}

/// A condition, named as [`crate::complete`] does, that a test of `storage` misses.
fn condition<const N: usize>(
    name: &'static str,
    edits: [Edit; N],
    test: &'static [&'static str],
    covers: &'static [&'static str],
) -> Guard {
    let target = if test.iter().all(|name| name.starts_with("conditions::")) { "conditions" } else { "allowance" };
    Guard { covers, ..guard(name, edits, ("storage", target), test) }
}
