//! What one invocation did, told in one line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What an invocation did: how often each outcome, and to what. [`Invocation::tell`] writes it as one line of JSON that is
/// log and metrics at once (CloudWatch's embedded metric format): a line costs more than what stands in it.
///
/// The function is the metrics' only dimension, below the stack's name; ids are properties, which CloudWatch does not count. No text, number,
/// name or token is given to it.
#[derive(Debug)]
pub struct Invocation {
    function: &'static str,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    metrics: BTreeMap<&'static str, Metric>,
    ids: BTreeMap<&'static str, BTreeSet<String>>,
    lists: BTreeMap<&'static str, Vec<Value>>,
}

#[derive(Debug)]
struct Metric {
    value: u64,
    unit: &'static str,
}

/// From now on metrics are counted below this name: the stack's, so that two stages in one account have their own.
pub(crate) fn count_below(namespace: String) {
    // The first name stays: a process has one.
    let _ = NAMESPACE.set(namespace);
}

static NAMESPACE: OnceLock<String> = OnceLock::new();
/// Where there is no stack, as in a function's own tests.
const NO_STACK: &str = "WhatsAppHelpdesk";

impl Invocation {
    /// One of the function with this name: its crate's.
    pub fn of(function: &'static str) -> Self {
        Self { function, told: Mutex::default() }
    }

    /// An outcome happened once more.
    pub fn count(&self, outcome: &'static str) {
        self.add(outcome, 1);
    }

    /// An outcome happened so many times.
    pub fn add(&self, outcome: &'static str, times: u64) {
        self.told().metrics.entry(outcome).or_insert(Metric { value: 0, unit: "Count" }).value += times;
    }

    /// Something took, or waited, so long.
    pub fn milliseconds(&self, name: &'static str, value: u64) {
        self.told().metrics.insert(name, Metric { value, unit: "Milliseconds" });
    }

    /// It concerned these: `message.id`, `webhook.id`, `trace.id`. Ids of one key stand in one text, each once.
    pub fn concerns(&self, key: &'static str, ids: impl IntoIterator<Item = impl Display>) {
        let ids = ids.into_iter().map(|id| id.to_string());
        self.told().ids.entry(key).or_default().extend(ids);
    }

    /// One more element of a list, such as the calls that were made.
    pub fn list(&self, key: &'static str, element: Value) {
        self.told().lists.entry(key).or_default().push(element);
    }

    /// Writes the line, unless nothing happened that counts.
    pub fn tell(self, now: Timestamp) {
        if let Some(line) = self.line(now) {
            // A line that cannot be written must not fail the work it tells of.
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        }
    }

    fn line(self, now: Timestamp) -> Option<Value> {
        let Told { metrics, ids, lists } = self.told.into_inner().unwrap_or_else(PoisonError::into_inner);
        if metrics.is_empty() {
            return None;
        }
        let named: Vec<Value> =
            metrics.iter().map(|(name, metric)| json!({ "Name": name, "Unit": metric.unit })).collect();
        let namespace = NAMESPACE.get().map_or(NO_STACK, String::as_str);
        let directive = json!({ "Namespace": namespace, "Dimensions": [["function"]], "Metrics": named });
        let mut line = Map::new();
        line.insert("function".to_owned(), json!(self.function));
        line.extend(metrics.into_iter().map(|(name, metric)| (name.to_owned(), json!(metric.value))));
        let ids = ids.into_iter().filter(|(_, ids)| !ids.is_empty());
        line.extend(ids.map(|(key, ids)| (key.to_owned(), json!(Vec::from_iter(ids).join(" ")))));
        line.extend(lists.into_iter().map(|(key, elements)| (key.to_owned(), Value::Array(elements))));
        line.insert("_aws".to_owned(), json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }));
        Some(Value::Object(line))
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_log_of_ids_and_a_metric_of_each_outcome() {
        let invocation = Invocation::of("ticket-creation");
        invocation.count("message");
        invocation.count("message");
        invocation.milliseconds("DueWorkLateMs", 5);
        invocation.concerns("message.id", ["msg_1", "msg_2"]);
        invocation.concerns("message.id", Some("msg_1"));
        invocation.concerns("trace.id", None::<String>);

        assert_eq!(
            invocation.line(Timestamp::UNIX_EPOCH),
            Some(json!({
                "function": "ticket-creation",
                "message": 2,
                "DueWorkLateMs": 5,
                "message.id": "msg_1 msg_2",
                "_aws": {"Timestamp": 0, "CloudWatchMetrics": [{
                    "Namespace": NO_STACK,
                    "Dimensions": [["function"]],
                    "Metrics": [
                        {"Name": "DueWorkLateMs", "Unit": "Milliseconds"},
                        {"Name": "message", "Unit": "Count"},
                    ],
                }]},
            }))
        );
    }

    #[test]
    fn an_invocation_in_which_nothing_happened_says_nothing() {
        let invocation = Invocation::of("due-work");
        invocation.concerns("trace.id", ["1-2-3"]);
        assert_eq!(invocation.line(Timestamp::UNIX_EPOCH), None);
    }
}
