//! A merge of two contacts in JSON (F11).

use domain::contact::merge::{Cause, State};
use domain::{ContactId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A contact that turned out to be the same person as another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Merge {
    /// The contact that was merged.
    #[schema(value_type = String)]
    contact_id: ContactId,
    /// The older one, which stands for both.
    #[schema(value_type = String)]
    into: ContactId,
    reason: MergeReason,
    status: MergeStatus,
    #[schema(value_type = String, format = DateTime)]
    merged_at: Timestamp,
    /// Who undid it.
    #[schema(required = true, value_type = Option<String>)]
    undone_by: Option<UserId>,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    undone_at: Option<Timestamp>,
}

/// How we know: `same_sender`, a message named both; `same_recipient`, a status of a message of yours did;
/// `changed_identity`, WhatsApp told that one became the other.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MergeReason {
    SameSender,
    SameRecipient,
    ChangedIdentity,
}

/// `merging` and `undoing` last as long as their tickets are brought in line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MergeStatus {
    Merging,
    Merged,
    Undoing,
    Undone,
}

impl From<domain::Merge> for Merge {
    fn from(merge: domain::Merge) -> Self {
        let (status, undone) = match merge.state {
            State::Merging => (MergeStatus::Merging, None),
            State::Merged => (MergeStatus::Merged, None),
            State::Undoing { by, undone_at } => (MergeStatus::Undoing, Some((by, undone_at))),
            State::Undone { by, undone_at } => (MergeStatus::Undone, Some((by, undone_at))),
        };
        let (undone_by, undone_at) = undone.unzip();
        let reason = match merge.cause {
            Cause::SameSender => MergeReason::SameSender,
            Cause::SameRecipient => MergeReason::SameRecipient,
            Cause::ChangedIdentity => MergeReason::ChangedIdentity,
        };
        let (contact_id, into) = (merge.id.merged, merge.id.survivor);
        Self { contact_id, into, reason, status, merged_at: merge.at, undone_by, undone_at }
    }
}
