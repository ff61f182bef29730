//! Holds the roles of the template against what the functions did in the stacks of a test run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use local::calls::{self, Call};
use local::template::Template;
use local::{account, on_behalf};

/// Where a role disagrees with its function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The function does it, or AWS for the function, and the role does not allow it.
    Missing(Call),
    /// The role allows it, and in no test is it needed.
    Unused(Call),
}

/// What the roles allow and what was used of it.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What the roles allow, one action on one resource each.
    pub allowed: BTreeSet<Call>,
    /// What was used: in the tests, or by AWS on a function's behalf.
    pub used: BTreeSet<Call>,
}

impl Comparison {
    /// The roles of the project's template against the calls of all stacks that left theirs in a folder.
    ///
    /// # Errors
    /// When the folder or the template cannot be read.
    pub fn read(gathered: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        Self::of(&template()?, gathered)
    }

    fn of(template: &Template, gathered: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let arns = template.arns();
        let mut allowed = BTreeSet::new();
        for function in template.functions()? {
            for statement in function.statements {
                for action in &statement.action {
                    let call = |arn: &String| Call {
                        function: function.name.clone(),
                        action: action.clone(),
                        resource: arns.logical(arn),
                    };
                    allowed.extend(statement.resource.iter().map(call));
                }
            }
        }
        let mut used = BTreeSet::new();
        for need in on_behalf::list(template)? {
            let resource = arns.logical(&need.resource);
            used.insert(Call { function: need.function, action: need.action.to_owned(), resource });
        }
        for file in fs::read_dir(gathered)? {
            used.extend(calls::read(&file?.path())?);
        }
        Ok(Self { allowed, used })
    }

    /// What is on one side only.
    pub fn differences(&self) -> BTreeSet<Difference> {
        let missing = self.used.difference(&self.allowed).cloned().map(Difference::Missing);
        let unused = self.allowed.difference(&self.used).cloned().map(Difference::Unused);
        missing.chain(unused).collect()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(Call { function, action, resource }) => {
                write!(text, "missing: {function} needs {action} on {resource}, and its role does not allow it")
            }
            Self::Unused(Call { function, action, resource }) => {
                write!(text, "unused: the role of {function} allows {action} on {resource}, and no test needs it")
            }
        }
    }
}

/// Where the stacks of the tests leave their calls: beside what was built with `binary`.
pub fn folder(binary: &Path) -> PathBuf {
    binary.ancestors().nth(2).unwrap_or(Path::new("target")).join("calls")
}

/// The project's template, at no place in particular.
///
/// # Errors
/// When it is not understood.
pub fn template() -> Result<Template, Box<dyn std::error::Error>> {
    parsed(TEMPLATE)
}

fn parsed(text: &str) -> Result<Template, Box<dyn std::error::Error>> {
    let parameters = BTreeMap::from([("JwtIssuer".to_owned(), "https://issuer.example".to_owned())]);
    Ok(Template::parse(text, account::place("https://aws.example", "https://api.example"), &parameters)?)
}

/// The project's template as it is written.
pub const TEMPLATE: &str = include_str!("../../infra/template.yaml");

/// The project's template with another line in place of the first mention of an action in a role, or none.
///
/// # Panics
/// When the role does not mention it.
pub fn template_with(role: &str, action: &str, instead: &str) -> String {
    let (before, of_role) = TEMPLATE.split_once(&format!("\n  {role}:\n")).unwrap_or_else(|| panic!("no {role}"));
    let (until, after) = of_role.split_once(&format!("- {action}\n")).unwrap_or_else(|| panic!("{role}: no {action}"));
    format!("{before}\n  {role}:\n{until}{instead}\n{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(action: &str, resource: &str) -> Call {
        Call { function: "due-work".into(), action: action.into(), resource: resource.into() }
    }

    #[test]
    fn what_is_on_one_side_only_is_named_with_function_action_and_resource() {
        let both = call("dynamodb:Query", "HelpdeskTable/index/due");
        let comparison = Comparison {
            allowed: [both.clone(), call("s3:PutObject", "MediaBucket/spill/*")].into(),
            used: [both, call("dynamodb:Query", "HelpdeskTable")].into(),
        };

        let differences: Vec<String> = comparison.differences().iter().map(ToString::to_string).collect();

        let expected = [
            "missing: due-work needs dynamodb:Query on HelpdeskTable, and its role does not allow it",
            "unused: the role of due-work allows s3:PutObject on MediaBucket/spill/*, and no test needs it",
        ];
        assert_eq!(differences, expected);
    }

    /// What the functions do, were it exactly what their roles allow.
    fn all_that_is_allowed(folder: &Path) {
        let allowed = Comparison::read(folder).unwrap().allowed;
        let lines: String = allowed.iter().map(|call| serde_json::to_string(call).unwrap() + "\n").collect();
        fs::write(folder.join("1.jsonl"), lines).unwrap();
        assert!(Comparison::read(folder).unwrap().differences().is_empty());
    }

    #[test]
    fn an_action_taken_from_a_role_or_added_to_it_is_a_difference() {
        let folder = tempfile::tempdir().unwrap();
        all_that_is_allowed(folder.path());
        for (instead, expected) in [
            ("", "missing: api-helpdesk needs dynamodb:GetItem on HelpdeskTable, and its role does not allow it"),
            (
                "- dynamodb:GetItem\n                  - dynamodb:Scan",
                "unused: the role of api-helpdesk allows dynamodb:Scan on HelpdeskTable, and no test needs it",
            ),
        ] {
            let text = template_with("ApiHelpdeskRole", "dynamodb:GetItem", instead);
            let comparison = Comparison::of(&parsed(&text).unwrap(), folder.path()).unwrap();
            let differences: Vec<String> = comparison.differences().iter().map(ToString::to_string).collect();
            assert_eq!(differences, [expected]);
        }
    }

    #[test]
    fn the_calls_of_every_stack_count() {
        let folder = tempfile::tempdir().unwrap();
        let lines = [call("a:One", "Table"), call("a:Two", "Table")].map(|call| serde_json::to_string(&call).unwrap());
        fs::write(folder.path().join("1.jsonl"), format!("{}\n{}\n", lines[0], lines[1])).unwrap();
        fs::write(folder.path().join("2.jsonl"), format!("{}\n{{\"function\":\"half a li", lines[0])).unwrap();

        let used = Comparison::read(folder.path()).unwrap().used;

        assert!(used.contains(&call("a:One", "Table")) && used.contains(&call("a:Two", "Table")), "{used:?}");
    }

    #[test]
    fn the_calls_are_kept_beside_what_was_built() {
        assert_eq!(folder(Path::new("/x/target/debug/roles")), Path::new("/x/target/calls"));
    }
}
