//! The copy of the project in which guards are taken away. It is built once: each line of the source that is a guard is
//! replaced there by a switch, which a file turns. Nothing of that is in the product.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use acceptance::NO_RACE;
use serde_json::Value;

use crate::list::{ACCEPTANCE, Guard, LIB, Way};

/// How long the tests of one guard may take, in seconds: a stack that comes to no rest fails its test after a minute and a half.
const PATIENCE_S: &str = "150";
/// Those of a deadline, which are over in a second, or never.
const PATIENCE_WITH_DEADLINES_S: &str = "20";
/// And all of a program, one after the other if need be.
const PATIENCE_FOR_ALL_S: &str = "900";
/// What `timeout` ends with when time is over.
const OUT_OF_TIME: i32 = 124;

/// The project with a switch for each guard.
pub(crate) struct Copy {
    source: PathBuf,
    target: PathBuf,
    /// The name of the guard that is taken away stands in here.
    gone: PathBuf,
    /// By package and target.
    programs: BTreeMap<(String, String), Program>,
}

/// How a run of tests ended.
pub(crate) struct Ended {
    /// Those that failed.
    pub(crate) failed: Vec<String>,
    /// Those that are not there, came to no end, or failed only because the race that they run did not come about.
    pub(crate) untold: Vec<String>,
    /// Whether time was over before they were.
    pub(crate) out_of_time: bool,
}

/// Tests that were built.
struct Program {
    executable: PathBuf,
    /// Where their package is.
    folder: PathBuf,
}

impl Copy {
    /// Brings the copy up to date. What did not change is not touched, so that it is not built again.
    ///
    /// # Errors
    /// When a guard is not found exactly once in its file.
    pub(crate) fn make(project: &Path, guards: &[Guard]) -> Result<Self, Box<dyn Error>> {
        let home = project.join("target/guards");
        let [source, target, gone] = ["source", "target", "gone"].map(|name| home.join(name));
        let copy = Self { source, target, gone, programs: BTreeMap::new() };
        if !copy.target.is_dir() {
            take_dependencies_over(&project.join("target/debug"), &copy.target.join("debug"))?;
        }
        let mut switched = copy.switched(project, guards)?;
        copy.mirror(project, Path::new(""), &mut switched)?;
        copy.put_back()?;
        Ok(copy)
    }

    /// Builds the tests of these guards, all in one go: what they depend on is then built for all of them alike, and as it
    /// is for the whole project.
    ///
    /// # Errors
    /// When they do not compile.
    pub(crate) fn build(&mut self, guards: &[&Guard]) -> Result<(), Box<dyn Error>> {
        let targets: BTreeSet<&str> = guards.iter().map(|guard| guard.tests.target).collect();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&self.source).env("CARGO_TARGET_DIR", &self.target);
        cargo.args([
            "test",
            "--offline",
            "--quiet",
            "--workspace",
            "--no-run",
            "--message-format",
            "json-render-diagnostics",
        ]);
        for target in targets {
            match target {
                LIB => cargo.arg("--lib"),
                target => cargo.args(["--test", target]),
            };
        }
        let built = cargo.output()?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr);
            return Err(format!("the tests do not compile in {}:\n{said}", self.source.display()).into());
        }
        let lines = String::from_utf8_lossy(&built.stdout);
        self.programs = lines.lines().filter_map(|line| program(&serde_json::from_str(line).ok()?)).collect();
        Ok(())
    }

    /// Runs tests of a package's target, with everything there or without a guard.
    pub(crate) fn run(
        &self,
        (package, target): (&str, &str),
        names: &[&str],
        without: Option<&Guard>,
    ) -> Result<Ended, Box<dyn Error>> {
        let Some(program) = self.programs.get(&(package.to_owned(), target.to_owned())) else {
            return Err(format!("{package} has no tests called {target}").into());
        };
        let mut run = Command::new("timeout");
        let patience = match without {
            None => PATIENCE_FOR_ALL_S,
            Some(guard) if guard.is_deadline => PATIENCE_WITH_DEADLINES_S,
            Some(_) => PATIENCE_S,
        };
        run.arg(patience).arg(&program.executable);
        run.current_dir(&program.folder).arg("--exact").args(names).stderr(Stdio::null());
        match without.map(|guard| (guard, guard.wire())) {
            None => self.put_back()?,
            Some((guard, None)) => fs::write(&self.gone, guard.name)?,
            Some((_, Some(gone))) => {
                self.put_back()?;
                run.env(acceptance::WITHOUT_GUARD, gone);
            }
        }
        let ran = run.output()?;
        self.put_back()?;
        Ok(Ended::of(names, &String::from_utf8_lossy(&ran.stdout), ran.status.code() == Some(OUT_OF_TIME)))
    }

    fn put_back(&self) -> std::io::Result<()> {
        fs::write(&self.gone, "")
    }

    /// The files that have switches, as they read with them.
    fn switched(&self, project: &Path, guards: &[Guard]) -> Result<BTreeMap<PathBuf, String>, Box<dyn Error>> {
        let mut names = BTreeSet::new();
        if let Some(twice) = guards.iter().find(|guard| !names.insert(guard.name)) {
            return Err(format!("two guards are called: {}", twice.name).into());
        }
        // By file, what becomes of which part of it.
        let mut switches: BTreeMap<&str, Vec<(Range<usize>, String)>> = BTreeMap::new();
        for ((file, from), ways) in edits_by_place(guards) {
            let text = fs::read_to_string(project.join(file)).map_err(|error| format!("{file}: {error}"))?;
            let (before, expression, after) = parts(from);
            let found = format!("{before}{expression}{after}");
            let [(at, _)] = text.match_indices(&found).collect::<Vec<_>>()[..] else {
                return Err(format!("{file} does not say exactly once: {found} ({})", ways[0].0).into());
            };
            let begin = at + before.len();
            switches.entry(file).or_default().push((begin..begin + expression.len(), self.switch(expression, &ways)));
        }
        let mut files = BTreeMap::new();
        for (file, mut switches) in switches {
            let mut text = fs::read_to_string(project.join(file))?;
            switches.sort_by_key(|(place, _)| place.start);
            if let Some([(one, _), _]) = switches.array_windows().find(|[(one, _), (other, _)]| one.end > other.start) {
                return Err(format!("two guards of {file} are about the same: {}", &text[one.clone()]).into());
            }
            switches.into_iter().rev().for_each(|(place, switch)| text.replace_range(place, &switch));
            files.insert(PathBuf::from(file), text);
        }
        Ok(files)
    }

    /// An expression that is as it was unless the file of this copy names one of the guards.
    fn switch(&self, expression: &str, ways: &[(&str, &str)]) -> String {
        let gone = self.gone.display().to_string();
        let arms: String = ways.iter().map(|(name, to)| format!("{name:?} => {{ {to} }} ")).collect();
        format!("(match &*::std::fs::read_to_string({gone:?}).unwrap_or_default() {{ {arms}_ => {{ {expression} }} }})")
    }

    /// Makes a folder the same as the project's, but for what is switched. Nothing that was built is copied.
    fn mirror(&self, project: &Path, folder: &Path, switched: &mut BTreeMap<PathBuf, String>) -> std::io::Result<()> {
        let (from, to) = (project.join(folder), self.source.join(folder));
        fs::create_dir_all(&to)?;
        let is_left_out = |name: &std::ffi::OsStr| name == "target" || name == ".git" || name == ".local";
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
            if is_left_out(&name) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.mirror(project, &path, switched)?;
            } else {
                let wanted = match switched.remove(&path) {
                    Some(text) => text.into_bytes(),
                    None => fs::read(entry.path())?,
                };
                write_if_new(&to.join(&name), &wanted)?;
            }
            names.insert(name);
        }
        for entry in fs::read_dir(&to)? {
            let entry = entry?;
            if !names.contains(&entry.file_name()) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

impl Ended {
    fn of(names: &[&str], said: &str, out_of_time: bool) -> Self {
        let ended = |name: &str, how: &str| said.lines().any(|line| line == format!("test {name} ... {how}"));
        let failed = |name: &str| ended(name, "FAILED") && !output_of(name, said).contains(NO_RACE);
        let which =
            |is: &dyn Fn(&str) -> bool| names.iter().copied().filter(|name| is(name)).map(str::to_owned).collect();
        Self { failed: which(&failed), untold: which(&|name| !failed(name) && !ended(name, "ok")), out_of_time }
    }
}

/// What a failed test has said.
fn output_of<'s>(name: &str, said: &'s str) -> &'s str {
    let (_, output) = said.split_once(&format!("---- {name} stdout ----\n")).unwrap_or_default();
    output.split("\n---- ").next().unwrap_or_default()
}

/// The tests that a line of cargo's tells of.
fn program(line: &Value) -> Option<((String, String), Program)> {
    let executable = PathBuf::from(line["executable"].as_str()?);
    let folder = Path::new(line["manifest_path"].as_str()?).parent()?.to_owned();
    let is_lib = line["target"]["kind"].as_array()?.iter().any(|kind| kind == "lib");
    let target = if is_lib { LIB } else { line["target"]["name"].as_str()? };
    let (_, package) = line["package_id"].as_str()?.rsplit_once('/')?;
    let package = package.split('#').next()?;
    let package = if package == "tests" { ACCEPTANCE } else { package };
    (line["profile"]["test"] == true).then(|| ((package.to_owned(), target.to_owned()), Program { executable, folder }))
}

/// A place in a file, by what stands there, and what it becomes without which guard.
type Places<'a> = BTreeMap<(&'a str, &'a str), Vec<(&'a str, &'a str)>>;

fn edits_by_place(guards: &[Guard]) -> Places<'_> {
    let mut places = Places::new();
    for guard in guards {
        let Way::InTheSource(edits) = &guard.way else { continue };
        for edit in edits {
            places.entry((edit.file, edit.from)).or_default().push((guard.name, edit.to));
        }
    }
    places
}

/// What stands before the expression, the expression, and what stands after it.
pub(crate) fn parts(from: &str) -> (&str, &str, &str) {
    let marked = from.split_once('«').and_then(|(before, rest)| Some((before, rest.split_once('»')?)));
    marked.map_or(("", from, ""), |(before, (expression, after))| (before, expression, after))
}

/// Dependencies are built already; what they are built into does not name the folder of the project.
fn take_dependencies_over(from: &Path, to: &Path) -> std::io::Result<()> {
    for folder in ["build", ".fingerprint", "deps"] {
        copy_built(&from.join(folder), &to.join(folder))?;
    }
    Ok(())
}

/// All but programs, which are large and our own.
fn copy_built(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    let is_library =
        |path: &Path| path.extension().is_some_and(|it| ["rlib", "rmeta", "so", "d"].iter().any(|ours| it == *ours));
    for entry in fs::read_dir(from)? {
        let (path, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if path.is_dir() {
            copy_built(&path, &target)?;
        } else if !from.ends_with("deps") || is_library(&path) {
            fs::copy(&path, &target)?;
            // What is older than what it was built from is built again.
            let at = fs::metadata(&path)?.modified()?;
            fs::File::options().write(true).open(&target)?.set_modified(at)?;
        }
    }
    Ok(())
}

fn write_if_new(path: &Path, wanted: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    fs::write(path, wanted)
}

fn remove(path: &Path) -> std::io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::guards;

    #[test]
    fn each_guard_stands_where_the_list_says() {
        let [source, target, gone] = ["source", "target", "gone"].map(PathBuf::from);
        let copy = Copy { source, target, gone, programs: BTreeMap::new() };
        let files = copy.switched(&crate::project().unwrap(), &guards()).unwrap();
        assert!(files.len() > 20, "{files:?}");
    }

    #[test]
    fn a_test_has_failed_when_it_says_so_and_not_when_it_says_nothing() {
        let said = "running 3 tests\ntest a::one ... ok\ntest a::two ... FAILED\n";
        let ended = Ended::of(&["a::one", "a::two", "a::three"], said, true);
        assert_eq!((ended.failed, ended.untold), (vec!["a::two".to_owned()], vec!["a::three".to_owned()]));
    }

    #[test]
    fn a_test_whose_race_did_not_come_about_says_nothing() {
        let said = format!(
            "test one ... FAILED\ntest two ... FAILED\n\nfailures:\n\n---- one stdout ----\npanicked: {NO_RACE}\n\n\
             ---- two stdout ----\npanicked: sent twice\n\n"
        );
        let ended = Ended::of(&["one", "two"], &said, false);
        assert_eq!((ended.failed, ended.untold), (vec!["two".to_owned()], vec!["one".to_owned()]));
    }
}
