//! Which function asked for which action on which resource: what `tests/roles` holds against the roles of the template.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use serde::{Deserialize, Serialize};

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
    kept: Arc<Mutex<Kept>>,
}

struct Kept {
    file: File,
    known: BTreeSet<Call>,
}

impl Calls {
    /// The calls kept in a file, made on the first run.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(path: &Path, arns: Arns) -> anyhow::Result<Self> {
        let known = if path.exists() { read(path)? } else { BTreeSet::new() };
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { arns: Arc::new(arns), kept: Arc::new(Mutex::new(Kept { file, known })) })
    }

    /// Keeps a call, whether or not it is allowed.
    pub fn record(&self, function: &str, action: &str, arn: &str) {
        let resource = self.arns.logical(arn);
        let call = Call { function: function.to_owned(), action: action.to_owned(), resource };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.known.contains(&call) {
            return;
        }
        if let Err(error) =
            serde_json::to_string(&call).map_err(Into::into).and_then(|line| writeln!(kept.file, "{line}"))
        {
            tracing::error!(%error, "a call is not recorded");
        }
        kept.known.insert(call);
    }
}

/// The calls in a file. A line that a killed stack left half written says nothing.
///
/// # Errors
/// When the file cannot be read.
pub fn read(path: &Path) -> anyhow::Result<BTreeSet<Call>> {
    let lines = BufReader::new(File::open(path).with_context(|| path.display().to_string())?).lines();
    let lines = lines.collect::<Result<Vec<_>, _>>().with_context(|| path.display().to_string())?;
    Ok(lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
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
