//! Two contacts turn out to be one person, because Meta says so (F11); and a person may undo that.
//!
//! Both contacts, the holders of their numbers and the record of the merge change together. Then their tickets are brought
//! in line, one channel at a time, each in one conditional write with its line in the record. Until that is done both
//! contacts name the merge as unsettled, and whoever meets one of them goes on with it: so a death in the middle only
//! delays it.

mod conversations;
mod undo;

use std::collections::BTreeSet;

use domain::contact::merge::{Cause, Merge, State};
use domain::{Contact, MergeId, TraceId};
use jiff::Timestamp;
use storage::{StorageError, Tenancy};

use crate::matching::dealt_out;
use crate::retry::{Busy, after_conflict};
pub use undo::{UndoError, undo_merge};

/// What Meta said of two contacts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) cause: Cause,
    /// The webhook in which it did.
    pub(crate) trace_id: Option<TraceId>,
    pub(crate) at: Timestamp,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They are one now, or something changed: look again who they are.
    LookAgain,
    /// They stay two: a person has parted them, or one contact cannot hold the identities of both.
    Apart,
}

/// Merges the younger of two contacts into the older. `attempt` counts the looks that led here.
///
/// # Errors
/// [`Busy`] when storage fails; what is half done is finished by whoever meets one of the two next.
pub(crate) async fn merge(
    tenancy: &Tenancy,
    one: &Contact,
    other: &Contact,
    link: Link,
    attempt: u32,
) -> Result<Outcome, Busy> {
    let (survivor, merged) = if one.id < other.id { (one, other) } else { (other, one) };
    let id = MergeId { survivor: survivor.id, merged: merged.id };
    if let Some(record) = tenancy.merge(id).await? {
        return Ok(if record.is_undone() { Outcome::Apart } else { Outcome::LookAgain });
    }
    let mut kept = survivor.clone();
    let Some(taken) = kept.absorb(merged) else {
        tracing::warn!(contact.id = %survivor.id, other.id = %merged.id, "not merged: too many identities");
        return Ok(Outcome::Apart);
    };
    kept.unsettled.push(id);
    kept.merges += 1;
    let gone = Contact { merged_into: Some(kept.id), ..merged.clone() };
    let Link { cause, trace_id, at } = link;
    let (state, tickets) = (State::Merging, Vec::new());
    let record = Merge { id, at, cause, trace_id, taken, state, tickets, version: 0 };
    // A number that the survivor gives up later must lead to neither of the two.
    let having = [(id.merged, &BTreeSet::new()), (id.survivor, &kept.matching_keys())];
    let numbers = dealt_out(tenancy, &merged.matching_keys(), &having).await?;
    let mut transaction = tenancy.transaction();
    transaction.create_merge(&record);
    transaction.save_contact(&kept);
    transaction.save_contact(&gone);
    numbers.write(&mut transaction);
    match transaction.commit().await {
        Ok(()) => {
            tracing::info!(contact.id = %id.survivor, merged.id = %id.merged, "two contacts became one");
            conversations::bring_in_line(tenancy, id).await?;
        }
        Err(error) => after_conflict(error, attempt).await?,
    }
    Ok(Outcome::LookAgain)
}

/// Finishes the merges of a contact whose tickets are not all in line yet. Says whether there were any: then the contact
/// has changed.
pub(crate) async fn settle(tenancy: &Tenancy, contact: &Contact) -> Result<bool, Busy> {
    for id in &contact.unsettled {
        conversations::bring_in_line(tenancy, *id).await?;
    }
    Ok(!contact.unsettled.is_empty())
}

/// The merges into a contact, those that were undone too.
///
/// # Errors
/// When storage fails.
pub async fn merges_into(tenancy: &Tenancy, contact: &Contact) -> Result<Vec<Merge>, StorageError> {
    tenancy.merges(contact.id).await
}
