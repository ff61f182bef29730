//! The conditions of writes, one kind of item after the other: taken away where they are asked for, and missed by the tests
//! of `storage`. Those that journeys miss, too, are with what is taken away at the wire.

mod counts;
mod people;
mod tenants;

use super::{Edit, guard};
use crate::list::Guard;

/// Whatever the version is.
const REPLACE_ALWAYS: &str = "{ let _ = read; self.put_always(item) }";
/// Whether it is there or not.
const PUT_ALWAYS: &str = "self.put_always(item)";

pub(super) fn guards() -> Vec<Guard> {
    [people::guards(), tenants::guards(), counts::guards()].concat()
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
