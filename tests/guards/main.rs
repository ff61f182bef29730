//! Are the tests any good? `cargo run -p acceptance --bin guards` takes away, one after the other, what keeps the product
//! exact, and runs the tests that must notice. It fails when one of them does not, when it no longer finds what it takes
//! away, when a condition that functions wrote under in the test run before has no guard, and when one that storage asks for
//! has none where it is asked for. `-- --few` takes those of which each stands for a kind; `-- WORD` those with the word in
//! their name, and asks for no test run before; `-- --list` only names them.
//!
//! All of it happens in a copy of the project (see [`copy`]), so that the project can be worked on meanwhile.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

mod complete;
mod copy;
mod list;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use copy::{Copy, Ended};
use list::{Guard, Tests, Way, guards};

/// How a run with a guard taken away ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// A test failed, as it must; without a deadline it may have waited for ever.
    Caught,
    NotCaught,
    /// No test failed, and not all came to an end, which may be because the machine is busy.
    OutOfTime,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let all = guards();
    let chosen: Vec<&Guard> = all.iter().filter(|guard| is_chosen(guard, &asked)).collect();
    if asked.iter().any(|word| word == "--list") {
        chosen.iter().for_each(|guard| println!("{}", guard.name));
        println!("{} guards.", chosen.len());
        return Ok(ExitCode::SUCCESS);
    }
    let project = project()?;
    let asks_for_some = asked.iter().any(|word| word != "--few");
    let mut unguarded = if asks_for_some { BTreeSet::new() } else { complete::unguarded(&project, &all)? };
    unguarded.extend(places::unguarded(&project, &all)?);
    let began = Instant::now();
    // Every guard is looked for, also those that are not tried this time.
    let mut copy = Copy::make(&project, &all)?;
    copy.build(&chosen)?;
    println!("A copy of the project with switches for {} guards is built ({:.0} s)", all.len(), seconds(began));
    let began = Instant::now();
    check(&copy, &chosen)?;
    println!("Their tests pass with every guard in its place ({:.0} s)", seconds(began));
    let mut missed = 0;
    for guard in &chosen {
        let began = Instant::now();
        let verdict = try_without(&copy, guard)?;
        missed += usize::from(verdict != Verdict::Caught);
        println!("{verdict:?}: {} ({:.0} s)", guard.name, seconds(began));
    }
    unguarded.iter().for_each(|condition| eprintln!("no guard is about: {condition}"));
    println!(
        "{} of {} guards taken away, {missed} of them not noticed; {} conditions without a guard.",
        chosen.len(),
        all.len(),
        unguarded.len()
    );
    Ok(if missed == 0 && unguarded.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_chosen(guard: &Guard, asked: &[String]) -> bool {
    asked.iter().all(|word| match word.as_str() {
        "--few" => guard.stands_for_its_kind,
        "--list" => true,
        word => guard.name.contains(word),
    })
}

/// With every guard in its place the tests are there and pass; all of a program in one go.
fn check(copy: &Copy, guards: &[&Guard]) -> Result<(), Box<dyn Error>> {
    let mut programs: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for Guard { tests: Tests { package, target, names }, .. } in guards {
        programs.entry((*package, *target)).or_default().extend(*names);
    }
    for ((package, target), names) in programs {
        let names: Vec<&str> = names.into_iter().collect();
        let Ended { failed, untold, .. } = copy.run((package, target), &names, None)?;
        if !failed.is_empty() || !untold.is_empty() {
            let which = [failed, untold].concat();
            return Err(format!("tests of {package} are not there or fail by themselves: {which:#?}").into());
        }
    }
    Ok(())
}

/// So often is a race run that has to come about for a test to fail.
const TRIES: usize = 3;

/// At least one test must fail without the guard.
fn try_without(copy: &Copy, guard: &Guard) -> Result<Verdict, Box<dyn Error>> {
    let Tests { package, target, names } = guard.tests;
    let mut verdict = Verdict::NotCaught;
    for _ in 0..TRIES {
        let ended = copy.run((package, target), names, Some(guard))?;
        verdict = match ended {
            Ended { ref failed, .. } if !failed.is_empty() => return Ok(Verdict::Caught),
            Ended { out_of_time: true, .. } if guard.is_deadline => return Ok(Verdict::Caught),
            Ended { out_of_time: true, .. } => Verdict::OutOfTime,
            Ended { .. } => Verdict::NotCaught,
        };
        if guard.wire().is_none() && ended.untold.is_empty() {
            break;
        }
    }
    Ok(verdict)
}

fn project() -> Result<PathBuf, Box<dyn Error>> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the tests lie in the project")?.to_owned())
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

impl Guard {
    /// What the stack of an acceptance test is to go without; nothing if it is the source that does.
    fn wire(&self) -> Option<String> {
        let Way::AtTheWire(gone) = &self.way else { return None };
        serde_json::to_string(gone).ok()
    }
}
