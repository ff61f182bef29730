use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::Error;

/// A request of several entries, each with an id by which the answer names it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<T> {
    entries: Vec<T>,
}

/// What tells an entry from the others of its batch.
pub(super) trait Entry {
    fn id(&self) -> &str;
}

/// An answer by entry.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchReply<T> {
    successful: Vec<T>,
    failed: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    id: String,
    sender_fault: bool,
    code: String,
    message: String,
}

impl<T: Entry> Batch<T> {
    /// The entries, if they are a batch that SQS takes: 1–10, with distinct ids of up to 80 letters.
    pub(super) fn into_entries(self) -> Result<Vec<T>, Problem> {
        let ids: HashSet<&str> = self.entries.iter().map(Entry::id).collect();
        match self.entries.len() {
            0 => Err(Problem::of_batch("EmptyBatchRequest", "There should be at least one entry in the request.")),
            1..=10 if ids.len() < self.entries.len() => {
                Err(Problem::of_batch("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id."))
            }
            1..=10 if !ids.iter().all(|id| is_entry_id(id)) => Err(Problem::of_batch(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
            )),
            1..=10 => Ok(self.entries),
            _ => {
                Err(Problem::of_batch("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10."))
            }
        }
    }
}

impl<T> BatchReply<T> {
    /// Puts ids and results, which are in the same order, together.
    pub(super) fn new<R>(ids: Vec<String>, results: Vec<Result<R, Error>>, success: impl Fn(String, R) -> T) -> Self {
        let mut reply = Self { successful: Vec::new(), failed: Vec::new() };
        for (id, result) in ids.into_iter().zip(results) {
            match result {
                Ok(result) => reply.successful.push(success(id, result)),
                Err(error) => reply.failed.push(Failure::new(id, error)),
            }
        }
        reply
    }
}

impl Failure {
    fn new(id: String, error: Error) -> Self {
        let problem = Problem::from(error);
        Self { id, sender_fault: problem.is_the_senders(), code: problem.code, message: problem.message }
    }
}

fn is_entry_id(id: &str) -> bool {
    (1..=80).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
