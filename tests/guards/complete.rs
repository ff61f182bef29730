//! Whether the list names every condition under which functions write.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use local::guards::Guard as Wire;
use local::sites::{self, Site};

use crate::list::{Guard, Way};

/// Who signs what the tests themselves do to the table.
const OWNER: &str = "owner";
const VERBS: [&str; 4] = ["ConditionCheck ", "Delete ", "Put ", "Update "];

/// The conditions that functions wrote under in the stacks of the last test run, and that no guard takes away: kind of item
/// and condition, whatever is changed of it.
///
/// # Errors
/// When no test run has left what it wrote.
pub(crate) fn unguarded(project: &Path, guards: &[Guard]) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let folder = project.join("target/sites");
    let files = fs::read_dir(&folder).map_err(|error| untold(&folder, &error.to_string()))?;
    let mut conditions = BTreeSet::new();
    for file in files {
        conditions.extend(sites::read(&file?.path())?.iter().flat_map(conditions_of));
    }
    if conditions.is_empty() {
        return Err(untold(&folder, "no write under a condition is in it").into());
    }
    for guard in guards {
        conditions.retain(|condition| !guard.covers.contains(&condition.as_str()));
        let Way::AtTheWire(gone) = &guard.way else { continue };
        for one in gone {
            if let Wire::Condition(about) = one {
                conditions.remove(&in_short(about));
            }
        }
    }
    Ok(conditions)
}

fn untold(folder: &Path, why: &str) -> String {
    format!("{} does not tell what functions wrote ({why}): run the tests first", folder.display())
}

/// Each write of a call that has a condition, as a guard names it.
fn conditions_of(site: &Site) -> Vec<String> {
    if site.service != "dynamodb" || site.function == OWNER {
        return Vec::new();
    }
    let writes = match site.operation.as_str() {
        "TransactWriteItems" => writes_of(&site.about),
        operation => vec![format!("{} {}", operation.trim_end_matches("Item"), site.about)],
    };
    writes.iter().filter(|write| write.contains(" if ")).map(|write| in_short(write)).collect()
}

/// Without what is changed.
fn in_short(write: &str) -> String {
    let Some((write, condition)) = write.split_once(" if ") else { return write.to_owned() };
    let is_change = |word: &&str| !["SET", "REMOVE", "ADD", "DELETE"].contains(word);
    let kind: Vec<&str> = write.split(' ').take_while(is_change).collect();
    format!("{} if {condition}", kind.join(" "))
}

/// The writes of a transaction: what stands between two plus signs, unless it is part of a sum.
fn writes_of(about: &str) -> Vec<String> {
    let mut writes: Vec<String> = Vec::new();
    for part in about.split(" + ") {
        match writes.last_mut() {
            Some(last) if !VERBS.iter().any(|verb| part.starts_with(verb)) => *last = format!("{last} + {part}"),
            _ => writes.push(part.to_owned()),
        }
    }
    writes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_named_as_a_guard_does_whether_it_stands_alone_or_in_a_transaction() {
        let site = |operation: &str, about: &str| {
            let [function, service, operation, about] = ["f", "dynamodb", operation, about].map(str::to_owned);
            conditions_of(&Site { function, service, operation, about })
        };
        assert_eq!(site("PutItem", "TICKET if version = :read"), ["Put TICKET if version = :read"]);
        assert!(site("PutItem", "EVENT").is_empty());
        let begun = "Update TENANT SET open = if_not_exists(open, :none) + :one if open < :limit";
        let both = format!("Put EVENT + Put TICKET if version = :read + {begun}");
        assert_eq!(
            site("TransactWriteItems", &both),
            ["Put TICKET if version = :read", "Update TENANT if open < :limit"]
        );
    }
}
