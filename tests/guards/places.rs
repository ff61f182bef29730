//! Whether the list takes away every condition that storage's source asks for. What functions wrote names the conditions
//! there are, but not the places: two that read the same are one there.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::copy::parts;
use crate::list::{Edit, Guard, Way};

const SOURCE: &str = "shared/storage/src";
/// What all the others ask for conditions with.
const MEANS: [&str; 2] = ["table.rs", "transaction.rs"];
/// Calls that bring a condition of their own.
const CALLS: [&str; 5] = [".create(", ".replace(", ".delete_existing(", ".check(", ".check_absent("];
/// What is compared in a condition.
const COMPARISONS: [&str; 4] = [" = ", " < ", " <= ", " > "];
/// What says what is changed, or what is looked for, and not whether.
const NO_CONDITIONS: [&str; 4] = ["SET ", "ADD ", "REMOVE ", "pk = "];

/// The places at which no guard takes a condition away: file, line and what it says.
///
/// # Errors
/// When the source cannot be read.
pub(crate) fn unguarded(project: &Path, guards: &[Guard]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    for file in files(&project.join(SOURCE))? {
        let text = fs::read_to_string(&file)?;
        let name = file.strip_prefix(project)?.to_string_lossy().into_owned();
        let gone: Vec<Gone> = edits(guards, &name).filter_map(|edit| Gone::of(edit, &text)).collect();
        let left = asked_for(&text).into_iter().filter(|asked| !gone.iter().any(|gone| gone.takes(asked)));
        found.extend(left.map(|asked| asked.named(&name, &text)));
    }
    Ok(found)
}

/// Where a guard takes something away.
struct Gone {
    expression: Range<usize>,
    /// With what surrounds it.
    whole: Range<usize>,
}

/// Where a condition is asked for.
enum Asked {
    ByACall(usize),
    InWords(Range<usize>),
}

impl Gone {
    fn of(edit: &Edit, text: &str) -> Option<Self> {
        let (before, expression, after) = parts(edit.from);
        let at = text.find(&format!("{before}{expression}{after}"))?;
        let begin = at + before.len();
        let end = begin + expression.len();
        Some(Self { expression: begin..end, whole: at..end + after.len() })
    }

    /// Words may stand before what hands them on.
    fn takes(&self, asked: &Asked) -> bool {
        match asked {
            Asked::ByACall(at) => self.expression.contains(at),
            Asked::InWords(words) => self.whole.start < words.end && words.start < self.whole.end,
        }
    }
}

impl Asked {
    fn named(&self, file: &str, text: &str) -> String {
        let (Self::ByACall(at) | Self::InWords(Range { start: at, .. })) = self;
        let line = text[..*at].matches('\n').count();
        format!("{file}:{}: {}", line + 1, text.lines().nth(line).unwrap_or_default().trim())
    }
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else if !MEANS.iter().any(|name| entry.file_name() == *name) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn edits<'a>(guards: &'a [Guard], file: &str) -> impl Iterator<Item = &'a Edit> {
    let of = |guard: &'a Guard| match &guard.way {
        Way::InTheSource(edits) => edits.as_slice(),
        Way::AtTheWire(_) => &[],
    };
    guards.iter().flat_map(of).filter(move |edit| edit.file == file)
}

/// Every place of a source but its tests.
fn asked_for(text: &str) -> Vec<Asked> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut asked = Vec::new();
    let mut begin = 0;
    for line in code.split_inclusive('\n') {
        if !line.trim_start().starts_with("//") {
            let calls = CALLS.iter().flat_map(|call| line.match_indices(call).map(|(at, call)| (at, at + call.len())));
            // Texts and characters are replaced, too.
            let calls = calls.filter(|(_, end)| !line[*end..].starts_with(['"', '\'']));
            asked.extend(calls.map(|(at, _)| Asked::ByACall(begin + at)));
            let words = words(line).into_iter().filter(|words| is_condition(&line[words.clone()]));
            asked.extend(words.map(|Range { start, end }| Asked::InWords(begin + start..begin + end)));
        }
        begin += line.len();
    }
    asked
}

/// What stands between the quotes of a line; none of ours has a quote in it.
fn words(line: &str) -> Vec<Range<usize>> {
    let quotes: Vec<usize> = line.match_indices('"').map(|(at, _)| at).collect();
    quotes.chunks_exact(2).map(|pair| pair[0] + 1..pair[1]).collect()
}

fn is_condition(words: &str) -> bool {
    if words.contains("attribute_exists(") || words.contains("attribute_not_exists(") {
        return true;
    }
    let compares = COMPARISONS.iter().any(|sign| words.contains(sign)) && !words.contains(", ");
    compares && !NO_CONDITIONS.iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::guards;

    #[test]
    fn every_condition_of_storage_has_a_guard_where_it_is_asked_for() {
        let project = crate::project().unwrap();
        assert_eq!(unguarded(&project, &guards()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_same_condition_in_another_place_is_another() {
        let text =
            "self.create(item);\ntransaction.update(&key, \"SET a = :a\", Some(\"a = :read\"));\nself.create(other);\n";
        let gone = Gone::of(&Edit { file: "", from: "self.create(item)", to: "" }, text).unwrap();
        let left: Vec<String> =
            asked_for(text).iter().filter(|asked| !gone.takes(asked)).map(|asked| asked.named("f", text)).collect();
        assert_eq!(
            left,
            ["f:2: transaction.update(&key, \"SET a = :a\", Some(\"a = :read\"));", "f:3: self.create(other);"]
        );
        assert!(asked_for("text.replace('a', \"b\"); \"tickets_pk = :list AND at >= :since\"").is_empty());
    }
}
