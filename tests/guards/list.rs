//! What keeps the product exact. Conditions that only stand behind another one are taken away together with it. What
//! outbound-sender and media-download say of failed jobs is not here: the table remembers their work, and due-work wakes it.
//! Nor are the ids by which FIFO queues recognise what they had already: they spare work, and of what comes twice all the
//! same the table takes one.

mod source;
mod wire;

use local::guards::Guard as Wire;

pub(crate) use source::Edit;

/// Something without which a test fails.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    /// At least one of them must notice.
    pub(crate) tests: Tests,
    /// The conditions of writes that go with it, as [`crate::complete`] names them; those taken away at the wire name themselves.
    pub(crate) covers: &'static [&'static str],
    /// Whether it is tried where there is little time.
    pub(crate) stands_for_its_kind: bool,
    /// Whether a test without it may wait for ever: it is a deadline.
    pub(crate) is_deadline: bool,
}

/// How it is taken away.
#[derive(Clone)]
pub(crate) enum Way {
    /// From what functions ask of AWS, all of these at once.
    AtTheWire(Vec<Wire>),
    /// From the source, all of these at once.
    InTheSource(Vec<Edit>),
}

/// Tests by their whole names.
#[derive(Clone, Copy)]
pub(crate) struct Tests {
    pub(crate) package: &'static str,
    /// [`LIB`] or a file of the package's tests.
    pub(crate) target: &'static str,
    pub(crate) names: &'static [&'static str],
}

/// Every guard there is.
pub(crate) fn guards() -> Vec<Guard> {
    wire::guards().into_iter().chain(source::guards()).collect()
}

pub(crate) const ACCEPTANCE: &str = "acceptance";
/// The tests beside the source.
pub(crate) const LIB: &str = "lib";

fn acceptance(names: &'static [&'static str]) -> Tests {
    Tests { package: ACCEPTANCE, target: ACCEPTANCE, names }
}

impl Guard {
    /// A deadline, without which tests may wait for ever.
    fn a_deadline(self) -> Self {
        Self { is_deadline: true, ..self }
    }

    /// One of the few that are tried where there is little time.
    fn of_the_few(self) -> Self {
        Self { stands_for_its_kind: true, ..self }
    }
}
