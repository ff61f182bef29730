//! Why work failed that may be among the dead letters, by SQS's id of its record. The queue knows only that it did.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::error::StorageError;
use crate::item;
use crate::key::Key;

/// Why a record was not done, the last time it was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedWork {
    pub record_id: String,
    /// How often it was received by then.
    pub receives: u32,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    pub at: Timestamp,
}

/// Longer than a record may be in its queue and among the dead letters, one after the other.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Directory {
    /// Keeps why work failed. The last reason replaces those before.
    pub async fn keep_failure(&self, failed: &FailedWork) -> Result<(), StorageError> {
        let mut item = item::write(&key(&failed.record_id), "failed work", failed)?;
        item::expire(&mut item, failed.at + KEPT);
        self.table.put(item).await
    }

    /// Why work failed, if it failed often enough to be kept.
    pub async fn failure(&self, record_id: &str) -> Result<Option<FailedWork>, StorageError> {
        self.table.get("failed work", key(record_id)).await
    }
}

fn key(record_id: &str) -> Key {
    Key { pk: format!("FAILED#{record_id}"), sk: "FAILED".to_owned() }
}
