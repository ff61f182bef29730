//! Guards that the local stack takes away from what functions ask of AWS.

use std::error::Error;
use std::process::Command;

use crate::{Verdict, succeeds};

/// The tests pass with the guard and fail without it. `gone` is a list in JSON, as the stack's `POST /guards` takes them.
pub(crate) fn without(gone: &str, tests: &[&str]) -> Result<Verdict, Box<dyn Error>> {
    let run = |command: &mut Command| {
        succeeds(command.args(["test", "--package", "acceptance", "--test", "acceptance", "--", "--exact"]).args(tests))
    };
    let cargo = || Command::new(env!("CARGO"));
    if !run(&mut cargo())? {
        return Ok(Verdict::Void);
    }
    let passed = run(cargo().env(acceptance::WITHOUT_GUARD, gone))?;
    Ok(if passed { Verdict::NotCaught } else { Verdict::Caught })
}
