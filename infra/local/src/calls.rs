//! Which function asked for which action on which resource: what `tests/roles` holds against the roles of the template.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::once::{self, Once};
use crate::template::Arns;

/// The file of the data folder that keeps them, a JSON object a line, each once.
pub const FILE: &str = "calls.jsonl";

/// A function's use of an action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Call {
    /// The function's crate.
    pub function: String,
    /// In IAM's words: `dynamodb:PutItem`. A transaction is the actions of its items.
    pub action: String,
    /// The logical id, with what is below it: `HelpdeskTable/index/due`, `MediaBucket/spill/*`.
    pub resource: String,
}

/// The calls of this and earlier runs. Clones share them.
#[derive(Clone)]
pub struct Calls {
    arns: Arc<Arns>,
    kept: Arc<Mutex<Once<Call>>>,
}

impl Calls {
    /// The calls kept in a file, made on the first run.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(path: &Path, arns: Arns) -> anyhow::Result<Self> {
        Ok(Self { arns: Arc::new(arns), kept: Arc::new(Mutex::new(Once::open(path)?)) })
    }

    /// Keeps a call, whether or not it is allowed.
    pub fn record(&self, function: &str, action: &str, arn: &str) {
        let resource = self.arns.logical(arn);
        let call = Call { function: function.to_owned(), action: action.to_owned(), resource };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(call);
    }
}

/// The calls in a file. A line that a killed stack left half written says nothing.
///
/// # Errors
/// When the file cannot be read.
pub fn read(path: &Path) -> anyhow::Result<BTreeSet<Call>> {
    once::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::tests::template;

    #[test]
    fn a_call_is_kept_once_under_its_resources_name_also_by_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for _ in 0..2 {
            let calls = Calls::open(&path, template().arns()).unwrap();
            calls.record("due-work", "sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:local-outbound.fifo");
            calls.record("due-work", "sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:local-outbound.fifo");
        }

        let text = std::fs::read_to_string(&path).unwrap();
        let expected = r#"{"function":"due-work","action":"sqs:SendMessage","resource":"OutboundQueue"}"#;
        assert_eq!(text, format!("{expected}\n"));
    }
}
