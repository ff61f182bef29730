//! What to do when somebody else was faster.

use std::time::Duration;

use storage::{CommitError, StorageError};
use uuid::Uuid;

/// Too many others wrote the same at the same time; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Busy {
    #[error("lost the race for the same item {0} times in a row")]
    Contended(u32),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// How often a lost race is decided anew. Writers of one conversation mostly share a FIFO group, so that even two races
/// in a row are rare.
pub(crate) const ATTEMPTS: u32 = 12;
const FIRST_PAUSE_MS: u64 = 5;
const LONGEST_PAUSE_MS: u64 = 250;

/// Passes on what is not a lost race; after one, waits a little before the next attempt (exponential, full jitter).
pub(crate) async fn after_conflict(error: CommitError, attempt: u32) -> Result<(), Busy> {
    match error {
        CommitError::Storage(error) => return Err(error.into()),
        CommitError::Conflict if attempt + 1 >= ATTEMPTS => return Err(Busy::Contended(ATTEMPTS)),
        CommitError::Conflict => {}
    }
    let most = (FIRST_PAUSE_MS << attempt.min(8)).min(LONGEST_PAUSE_MS);
    let chance = Uuid::new_v4().as_u128() as u64;
    tokio::time::sleep(Duration::from_millis(chance % (most + 1))).await;
    Ok(())
}
