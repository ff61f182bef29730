//! Are the tests any good? `cargo run -p acceptance --bin guards` takes away, one after the other, what keeps the product
//! exact, and runs the tests that must notice. It fails when one of them does not, or no longer finds what it takes away.
//! `-- --few` takes those of which each stands for a kind; `-- WORD` those with the word in their name.

#![expect(clippy::print_stdout, reason = "this is a command")]

mod list;
mod patch;
mod wire;

use std::error::Error;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use list::{GUARDS, Guard, Way};

/// How a run with a guard taken away ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// A test failed, as it must.
    Caught,
    NotCaught,
    /// There was nothing to take away, or what is left does not even compile.
    Void,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let chosen = |guard: &&Guard| match asked.as_slice() {
        [] => true,
        [few] if few == "--few" => guard.stands_for_its_kind,
        words => words.iter().all(|word| guard.name.contains(word.as_str())),
    };
    let mut missed = 0;
    for guard in GUARDS.iter().filter(chosen) {
        let began = Instant::now();
        let verdict = without(guard)?;
        missed += usize::from(verdict != Verdict::Caught);
        println!("{verdict:?}: {} ({:.0} s)", guard.name, began.elapsed().as_secs_f64());
    }
    println!("{} guards taken away, {missed} of them not noticed.", GUARDS.iter().filter(chosen).count());
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn without(guard: &Guard) -> Result<Verdict, Box<dyn Error>> {
    match &guard.way {
        Way::AtTheWire { gone, tests } => wire::without(gone, tests),
        Way::InTheSource { file, from, to, package } => patch::without(file, from, to, package),
    }
}

/// Runs a command in silence. Says whether it succeeded.
fn succeeds(command: &mut Command) -> std::io::Result<bool> {
    Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success())
}
