//! The last step of a test run: `cargo run -p acceptance --bin coverage` fails when a function made a kind of call in the
//! stacks of the tests before that met no fault in any of them. `-- --list` names every kind of call with what it met.

use std::error::Error;
use std::process::ExitCode;

use acceptance::coverage::Coverage;
use acceptance::roles::folder;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let calls = folder(&std::env::current_exe()?);
    let target = calls.parent().ok_or("a program lies in a folder")?;
    if !target.join("sites").is_dir() {
        let target = target.display();
        return Err(format!("there is nothing in {target}: run `cargo test -p acceptance` first, all of it").into());
    }
    let coverage = Coverage::read(target)?;
    if std::env::args().any(|argument| argument == "--list") {
        coverage.sites().for_each(|(site, met)| println!("{site}: {met:?}"));
    }
    coverage.spared().iter().for_each(|(site, reason)| println!("spared: {site}: {reason}"));
    coverage.by_effect().iter().for_each(|(effect, count)| println!("{count} kinds of call met {effect:?}"));
    let bare = coverage.bare();
    println!("{} kinds of call, {} of them met no fault.", coverage.sites().count(), bare.len());
    bare.iter().for_each(|site| eprintln!("no fault: {site}"));
    Ok(if bare.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
