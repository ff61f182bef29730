//! Why work failed is kept for whoever finds it among the dead letters.

use jiff::Timestamp;
use queues::NotDone;
use storage::Directory;
use storage::failures::FailedWork;

/// Keeps the reason. If that fails, it is in the log alone.
pub async fn keep_failure(directory: &Directory, not_done: NotDone, now: Timestamp) {
    let NotDone { record_id, receives, reason, trace_id } = not_done;
    let failed = FailedWork { record_id, receives, reason, trace_id: trace_id.map(|id| id.to_string()), at: now };
    if let Err(error) = directory.keep_failure(&failed).await {
        let (record, error) = (failed.record_id, domain::chain(&error));
        tracing::warn!(record.id = record, error, "why a job is not done is in this log alone");
    }
}
