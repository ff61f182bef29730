//! The last step of a test run: `cargo run -p acceptance --bin coverage` fails when a function made a kind of call in the
//! stacks of the tests before that met no fault in any of them, or a journey one that did not meet faults of every class
//! that suits it, and more often in a row than the SDK mends (which `FAULTS=classes` sees to). `-- --list` names every kind
//! of call with what it met.

use std::error::Error;
use std::process::ExitCode;

use acceptance::coverage::{Coverage, FOLDERS, is_whole, left_before};
use acceptance::roles::{Comparison, folder};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let calls = folder(&program);
    let target = calls.parent().ok_or("a program lies in a folder")?;
    let stack = program.with_file_name("stack-under-test");
    if !stack.exists() || !FOLDERS.iter().all(|folder| target.join(folder).is_dir()) {
        let target = target.display();
        return Err(format!("there is not all in {target}: run `cargo test -p acceptance` first, all of it").into());
    }
    if let Some(file) = left_before(&stack, target)? {
        let (file, folders) = (file.display(), FOLDERS.join(", "));
        return Err(format!("{file} was left by an older build: remove {folders}, and run the tests again").into());
    }
    if !is_whole(target) {
        return Err("not all journeys have been gone through: run `cargo test -p acceptance`, all of it".into());
    }
    // What a role allows some test makes use of.
    if let Some(difference) = Comparison::read(&calls)?.differences().first() {
        return Err(format!("not all tests have been run, or their roles are wrong: {difference}").into());
    }
    let coverage = Coverage::read(target)?;
    if std::env::args().any(|argument| argument == "--list") {
        for (site, met) in coverage.sites() {
            println!("{site}: {}", met.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
        }
    }
    coverage.spared().iter().for_each(|(site, reason)| println!("spared: {site}: {reason}"));
    println!("effect                       kinds of call");
    coverage.by_effect().iter().for_each(|(trouble, count)| println!("{trouble:<28} {count:>13}"));
    let (bare, incomplete) = (coverage.bare(), coverage.incomplete());
    println!(
        "{} kinds of call: {} met every class of faults that suits them, {} none. {} are made in journeys, {} of which \
         miss a class.",
        coverage.sites().count(),
        coverage.complete(),
        bare.len(),
        coverage.of_journeys(),
        incomplete.len(),
    );
    bare.iter().for_each(|site| eprintln!("no fault: {site}"));
    incomplete.iter().for_each(|(site, missing)| eprintln!("not {missing:?}: {site}"));
    Ok(if bare.is_empty() && incomplete.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
