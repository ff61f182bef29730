//! The template's functions, what starts them and what they may do.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde::Deserialize;

use super::Template;

/// A function of the template.
#[derive(Clone, Debug)]
pub struct Function {
    /// The crate that it is.
    pub name: String,
    /// Its name in the account.
    pub function_name: String,
    /// Its ARN.
    pub arn: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Its memory in MB.
    pub memory_mb: u32,
    /// The template's part of its environment.
    pub environment: BTreeMap<String, String>,
    /// What its role allows.
    pub statements: Vec<Statement>,
    /// Where its logs go.
    pub log_group_arn: String,
    /// Whether Lambda traces it.
    pub traced: bool,
}

/// One statement of a role's policy; all of ours allow.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Actions, such as `sqs:SendMessage`.
    pub action: Vec<String>,
    /// ARNs, `*` standing for anything.
    pub resource: Vec<String>,
}

/// A queue that starts a function.
#[derive(Clone, Debug)]
pub struct EventSource {
    /// The logical id of the queue.
    pub queue: String,
    /// The function's crate.
    pub function: String,
    /// The most messages of one invocation.
    pub batch_size: usize,
    /// Whether the function's answer names the messages that failed.
    pub partial_responses: bool,
    /// The most invocations at once, where that is bounded.
    pub maximum_concurrency: Option<usize>,
}

/// A schedule that starts a function.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Its name in the template.
    pub name: String,
    /// The function's crate.
    pub function: String,
    /// From one run to the next.
    pub every: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    timeout: u64,
    memory_size: u32,
    role: String,
    environment: Environment,
    logging_config: LoggingConfig,
    #[serde(default)]
    tracing: String,
    #[serde(default)]
    events: BTreeMap<String, Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoggingConfig {
    log_group: String,
}

#[derive(Deserialize)]
#[serde(tag = "Type", content = "Properties")]
enum Event {
    #[serde(rename = "SQS", rename_all = "PascalCase")]
    Queue {
        queue: String,
        batch_size: usize,
        #[serde(default)]
        function_response_types: Vec<String>,
        scaling_config: Option<ScalingConfig>,
    },
    #[serde(rename_all = "PascalCase")]
    Schedule { schedule: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScalingConfig {
    maximum_concurrency: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    policies: Vec<Policy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_document: PolicyDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDocument {
    statement: Vec<Statement>,
}

impl Function {
    pub(super) const KIND: &str = "AWS::Serverless::Function";

    /// Whether its role allows an action on a resource.
    pub fn allows(&self, action: &str, resource: &str) -> bool {
        self.statements.iter().any(|statement| {
            statement.action.iter().any(|pattern| matches(pattern, action))
                && statement.resource.iter().any(|pattern| matches(pattern, resource))
        })
    }
}

/// IAM's wildcard: `*` is any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|at| text.get(at..).is_some_and(|tail| matches(rest, tail)))),
    }
}

impl Template {
    /// The functions.
    ///
    /// # Errors
    /// When one lacks its role or its crate.
    pub fn functions(&self) -> anyhow::Result<Vec<Function>> {
        self.all::<Properties>(Function::KIND)?
            .into_iter()
            .map(|(logical_id, properties)| {
                let function_name = self.name_of(logical_id)?;
                Ok(Function {
                    name: self.crate_of(logical_id)?,
                    arn: super::intrinsic::arn(
                        &self.place,
                        logical_id,
                        Function::KIND,
                        &self.resources[logical_id].properties,
                    ),
                    function_name,
                    timeout: Duration::from_secs(properties.timeout),
                    memory_mb: properties.memory_size,
                    environment: properties.environment.variables,
                    log_group_arn: self.log_group_arn(&properties.logging_config.log_group),
                    traced: properties.tracing == "Active",
                    statements: self.statements(&properties.role).with_context(|| logical_id.to_owned())?,
                })
            })
            .collect()
    }

    /// The queues that start functions.
    ///
    /// # Errors
    /// When one is not of the template.
    pub fn event_sources(&self) -> anyhow::Result<Vec<EventSource>> {
        let mut sources = Vec::new();
        for (logical_id, properties) in self.all::<Properties>(Function::KIND)? {
            for event in properties.events.into_values() {
                if let Event::Queue { queue, batch_size, function_response_types, scaling_config } = event {
                    sources.push(EventSource {
                        queue: self.by_arn("AWS::SQS::Queue", &queue)?.to_owned(),
                        function: self.crate_of(logical_id)?,
                        batch_size,
                        partial_responses: function_response_types.iter().any(|kind| kind == "ReportBatchItemFailures"),
                        maximum_concurrency: scaling_config.map(|scaling| scaling.maximum_concurrency),
                    });
                }
            }
        }
        Ok(sources)
    }

    /// The schedules that start functions.
    ///
    /// # Errors
    /// When one is not `rate(…)`.
    pub fn schedules(&self) -> anyhow::Result<Vec<Schedule>> {
        let mut schedules = Vec::new();
        for (logical_id, properties) in self.all::<Properties>(Function::KIND)? {
            for (event_name, event) in properties.events {
                if let Event::Schedule { schedule } = event {
                    schedules.push(Schedule {
                        name: format!("{logical_id}{event_name}"),
                        function: self.crate_of(logical_id)?,
                        every: rate(&schedule)?,
                    });
                }
            }
        }
        Ok(schedules)
    }

    /// The crate of the function that has this ARN.
    pub(super) fn function_by_arn(&self, arn: &str) -> anyhow::Result<String> {
        self.crate_of(self.by_arn(Function::KIND, arn)?)
    }

    fn crate_of(&self, logical_id: &str) -> anyhow::Result<String> {
        let binary = &self.resources[logical_id].metadata["BuildProperties"]["Binary"];
        binary.as_str().map(str::to_owned).ok_or_else(|| anyhow!("{logical_id} names no Binary"))
    }

    fn log_group_arn(&self, name: &str) -> String {
        format!("arn:aws:logs:{}:{}:log-group:{name}:*", self.place.region, self.place.account)
    }

    fn statements(&self, role_arn: &str) -> anyhow::Result<Vec<Statement>> {
        let role = self.by_arn("AWS::IAM::Role", role_arn)?;
        let role = Role::deserialize(&self.resources[role].properties)?;
        Ok(role.policies.into_iter().flat_map(|policy| policy.policy_document.statement).collect())
    }
}

/// `rate(5 minutes)` and the like.
fn rate(expression: &str) -> anyhow::Result<Duration> {
    let wrong = || anyhow!("the schedule {expression} is not understood here");
    let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(wrong)?;
    let (count, unit) = inner.split_once(' ').ok_or_else(wrong)?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_secs(count.parse::<u64>().map_err(|_| wrong())? * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        assert!(matches("arn:aws:s3:::b/spill/*", "arn:aws:s3:::b/spill/2026/x"));
        assert!(!matches("arn:aws:s3:::b/spill/*", "arn:aws:s3:::b/media/x"));
        assert!(matches("a*c*e", "abcde"));
        assert!(!matches("a*c*e", "abcd"));
    }

    #[test]
    fn rates_are_read_and_anything_else_is_named() {
        assert_eq!(rate("rate(1 minute)").unwrap(), Duration::from_secs(60));
        assert_eq!(rate("rate(12 hours)").unwrap(), Duration::from_secs(43_200));
        assert!(rate("cron(0 0 * * ? *)").unwrap_err().to_string().contains("cron"));
    }
}
