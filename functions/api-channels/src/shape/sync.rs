//! What a sync of templates came to, in JSON.

use serde::Serialize;
use utoipa::ToSchema;

use crate::sync::Synced;

/// What a sync of an account's templates came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateSync {
    /// How many Meta listed.
    listed: usize,
    /// How many of them were not known before.
    added: usize,
    /// How many had changed.
    changed: usize,
    /// How many are not at Meta any more.
    deleted: usize,
    /// `false`: there is more. Repeat it; it goes on where it stopped.
    complete: bool,
}

impl From<Synced> for TemplateSync {
    fn from(Synced { listed, added, changed, deleted, complete }: Synced) -> Self {
        Self { listed, added, changed, deleted, complete }
    }
}
