//! A person says that two merged contacts are two after all.

use domain::contact::merge::{Merge, State};
use domain::{Contact, MergeId, UserId};
use jiff::Timestamp;
use storage::{CommitError, StorageError, Tenancy};

use super::{conversations, settle};
use crate::matching::dealt_out;
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// Why a merge was not undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    #[error("no such merge")]
    NoSuchMerge,
    /// The survivor was merged into another contact later; that has to be undone first.
    #[error("the survivor was merged itself")]
    SurvivorMerged,
    /// Another contact was merged into the survivor later, and its ticket put beside, or into, one that this merge brought;
    /// that has to be undone first.
    #[error("a later merge built on it")]
    BuiltOn,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for UndoError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// Parts two contacts again: each has its identities and its tickets back, as far as the record knows them. Messages that
/// came meanwhile stay in the thread they came to; what either was heard to refuse meanwhile counts for both. Undoing it twice is as undoing it once; Meta's word will not merge the
/// two again.
///
/// # Errors
/// [`UndoError`].
pub async fn undo_merge(tenancy: &Tenancy, id: MergeId, by: &UserId, now: Timestamp) -> Result<Merge, UndoError> {
    for attempt in 0..ATTEMPTS {
        let record = tenancy.merge(id).await?.ok_or(UndoError::NoSuchMerge)?;
        match record.state {
            State::Undone { .. } => return Ok(record),
            State::Undoing { .. } => conversations::bring_in_line(tenancy, id).await?,
            State::Merging | State::Merged => {
                let survivor = tenancy.contact(id.survivor).await?.ok_or(UndoError::NoSuchMerge)?;
                let merged = tenancy.contact(id.merged).await?.ok_or(UndoError::NoSuchMerge)?;
                if survivor.merged_into.is_some() {
                    return Err(UndoError::SurvivorMerged);
                }
                if settle(tenancy, &survivor).await? {
                    continue;
                }
                // One that comes later changes the survivor, which is written as it was read.
                if tenancy.merges(id.survivor).await?.iter().any(|other| other.builds_on(&record)) {
                    return Err(UndoError::BuiltOn);
                }
                if let Err(error) = store(tenancy, record, survivor, merged, by, now).await {
                    after_conflict(error, attempt).await?;
                }
            }
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

async fn store(
    tenancy: &Tenancy,
    mut record: Merge,
    mut survivor: Contact,
    mut merged: Contact,
    by: &UserId,
    now: Timestamp,
) -> Result<(), CommitError> {
    let mut numbers = survivor.matching_keys();
    merged.hear_refusals(&survivor, &record.taken, record.at);
    // What the survivor had of the merged one, and gave up since, is not theirs either.
    let had = |identity| record.taken.identities.contains(identity);
    for former in survivor.former_identities.iter().filter(|former| had(&former.identity)) {
        merged.give_up(std::slice::from_ref(&former.identity), former.until);
    }
    survivor.give_back(&record.taken);
    survivor.unsettled.push(record.id);
    merged.merged_into = None;
    merged.unsettled.push(record.id);
    record.state = State::Undoing { by: by.clone(), undone_at: now };
    let (ours, theirs) = (survivor.matching_keys(), merged.matching_keys());
    numbers.extend(theirs.iter().cloned());
    let holders = dealt_out(tenancy, &numbers, &[(survivor.id, &ours), (merged.id, &theirs)]).await?;
    let mut transaction = tenancy.transaction();
    transaction.save_merge(&mut record);
    transaction.save_contact(&survivor);
    transaction.save_contact(&merged);
    holders.write(&mut transaction);
    transaction.commit().await
}
