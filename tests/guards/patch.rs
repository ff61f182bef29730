//! Guards that are lines of the source: taken away in a copy, whose own tests must notice.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Verdict, succeeds};

/// The tests of a package fail when `from` reads `to` in one of its files.
pub(crate) fn without(file: &str, from: &str, to: &str, package: &str) -> Result<Verdict, Box<dyn Error>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the tests lie in the project")?;
    let copy = tempfile::tempdir()?;
    copy_project(project, copy.path())?;
    let (file, text) = (copy.path().join(file), fs::read_to_string(project.join(file))?);
    if text.matches(from).count() != 1 {
        return Ok(Verdict::Void);
    }
    fs::write(file, text.replace(from, to))?;
    let run = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(copy.path()).env("CARGO_TARGET_DIR", project.join("target/guards"));
        succeeds(cargo.args(["test", "--offline", "--package", package, "--lib"]).args(arguments))
    };
    if !run(&["--no-run"])? {
        return Ok(Verdict::Void);
    }
    Ok(if run(&[])? { Verdict::NotCaught } else { Verdict::Caught })
}

/// Everything that is built from, and nothing that was built.
fn copy_project(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let (name, path) = entry.map(|entry| (entry.file_name(), entry.path()))?;
        if name == "target" || name == ".git" {
            continue;
        }
        let target: PathBuf = to.join(&name);
        if path.is_dir() {
            fs::create_dir(&target)?;
            copy_project(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
