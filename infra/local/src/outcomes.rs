//! What became of every item of every webhook, as the functions log it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// The target of the functions' log events that tell outcomes.
const TARGET: &str = "outcome";
/// An item is in a queue; a later outcome says what became of it.
const ACCEPTED: &str = "accepted";

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The POST that brought it.
    pub webhook: String,
    /// Where in the POST it stood.
    pub at: String,
    /// Meta's field.
    #[serde(default)]
    pub field: String,
    /// What became of it, in one word.
    pub outcome: String,
    /// The id of what it became; empty if nothing.
    #[serde(default)]
    pub became: String,
    /// Why, where that is not plain; empty otherwise.
    #[serde(default)]
    pub reason: String,
}

/// The outcomes of this and earlier runs. Clones share them.
#[derive(Clone)]
pub struct Outcomes {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    file: File,
    /// In the order in which the items came.
    all: Vec<Outcome>,
    index: HashMap<(String, String), usize>,
}

#[derive(Deserialize)]
struct LogLine {
    target: String,
    #[serde(flatten)]
    outcome: Outcome,
}

impl Outcomes {
    /// The outcomes kept in a file, made on the first run.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
        let mut inner = Inner { file: file.try_clone()?, all: Vec::new(), index: HashMap::new() };
        for line in BufReader::new(file).lines() {
            // A line that a crash cut off is no outcome.
            if let Ok(outcome) = serde_json::from_str(&line?) {
                inner.apply(outcome);
            }
        }
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// Looks at a line of a function's log; most are none of ours.
    pub fn observe(&self, line: &[u8]) {
        let Ok(line) = serde_json::from_slice::<LogLine>(line) else { return };
        if line.target == TARGET {
            self.record(line.outcome);
        }
    }

    /// Every item's latest outcome.
    pub fn all(&self) -> Vec<Outcome> {
        self.inner().all.clone()
    }

    fn record(&self, outcome: Outcome) {
        let mut inner = self.inner();
        if let Ok(mut line) = serde_json::to_vec(&outcome) {
            line.push(b'\n');
            if let Err(error) = inner.file.write_all(&line) {
                tracing::error!(%error, "an outcome is not kept");
            }
        }
        inner.apply(outcome);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// A queue may be faster than the log: `accepted` never replaces what became of an item.
    fn apply(&mut self, outcome: Outcome) {
        let key = (outcome.webhook.clone(), outcome.at.clone());
        match self.index.get(&key) {
            Some(_) if outcome.outcome == ACCEPTED => {}
            Some(at) => self.all[*at] = outcome,
            None => {
                self.index.insert(key, self.all.len());
                self.all.push(outcome);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: &str, became: &str) -> String {
        format!(
            r#"{{"timestamp":"2026-11-23T20:00:00Z","level":"DEBUG","target":"outcome","webhook":"whk_1","at":"entry/0/changes/0/messages/0","field":"messages","outcome":"{outcome}","became":"{became}","reason":""}}"#
        )
    }

    #[test]
    fn the_final_outcome_replaces_accepted_in_whichever_order_they_are_logged() {
        let folder = tempfile::tempdir().unwrap();
        let outcomes = Outcomes::open(&folder.path().join("outcomes.jsonl")).unwrap();

        outcomes.observe(line("accepted", "").as_bytes());
        outcomes.observe(line("message", "msg_1").as_bytes());
        outcomes.observe(line("accepted", "").as_bytes());

        let all = outcomes.all();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].outcome.as_str(), all[0].became.as_str()), ("message", "msg_1"));
    }

    #[test]
    fn they_survive_a_restart_and_a_line_that_a_crash_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outcomes.jsonl");
        Outcomes::open(&path).unwrap().observe(line("message", "msg_1").as_bytes());
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"webhook\":\"whk_").unwrap();

        assert_eq!(Outcomes::open(&path).unwrap().all().len(), 1);
    }

    #[test]
    fn other_log_lines_are_no_outcomes() {
        let folder = tempfile::tempdir().unwrap();
        let outcomes = Outcomes::open(&folder.path().join("outcomes.jsonl")).unwrap();

        outcomes.observe(b"not json");
        outcomes.observe(line("message", "msg_1").replace(r#""target":"outcome""#, r#""target":"runtime""#).as_bytes());

        assert_eq!(outcomes.all(), []);
    }
}
