//! The last step of a test run: `cargo run -p acceptance --bin roles` fails when a role of `infra/template.yaml` allows
//! anything else than what its function did in the stacks of the tests before.

use std::error::Error;
use std::process::ExitCode;

use acceptance::roles::{Comparison, folder};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let gathered = folder(&std::env::current_exe()?);
    if !gathered.is_dir() {
        let gathered = gathered.display();
        return Err(format!("there is no {gathered}: run `cargo test -p acceptance` first, all of it").into());
    }
    let comparison = Comparison::read(&gathered)?;
    let differences = comparison.differences();
    if differences.is_empty() {
        println!("{} permissions, each of them needed, and no other.", comparison.allowed.len());
        return Ok(ExitCode::SUCCESS);
    }
    differences.iter().for_each(|difference| eprintln!("{difference}"));
    eprintln!("The roles of infra/template.yaml and the code disagree in {} places.", differences.len());
    Ok(ExitCode::FAILURE)
}
