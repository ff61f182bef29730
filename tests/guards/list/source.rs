//! Guards that are expressions of the source.

mod helpdesk;
mod messages;
mod people;
mod rules;
mod sending;
mod storage;
mod wrapping;

use super::{Guard, Tests, Way};

pub(super) fn guards() -> Vec<Guard> {
    [
        rules::guards(),
        messages::guards(),
        people::guards(),
        storage::guards(),
        helpdesk::guards(),
        sending::guards(),
        wrapping::guards(),
    ]
    .concat()
}

/// What becomes of an expression of a file. Where the expression alone is not unique, it stands between `«` and `»` in what
/// surrounds it.
#[derive(Clone, Copy)]
pub(crate) struct Edit {
    pub(crate) file: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

const fn edit(file: &'static str, from: &'static str, to: &'static str) -> Edit {
    Edit { file, from, to }
}

fn guard<const N: usize>(
    name: &'static str,
    edits: [Edit; N],
    (package, target): (&'static str, &'static str),
    names: &'static [&'static str],
) -> Guard {
    let way = Way::InTheSource(Vec::from(edits));
    let tests = Tests { package, target, names };
    Guard { name, way, tests, covers: &[], stands_for_its_kind: false, is_deadline: false }
}
