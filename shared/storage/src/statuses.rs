//! Statuses that came before their message was known by the id they name.

use domain::{Failure, MessageId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;

/// How long a status waits for its message: longer than Meta's seven days of redelivery.
pub const KEPT: SignedDuration = SignedDuration::from_hours(8 * 24);

/// A status that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Meta's word for it.
    pub status: String,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Tenancy {
    /// Keeps a status for the message that `alias` will lead to.
    pub async fn park_status(&self, alias: MessageId, parked: &Parked, now: Timestamp) -> Result<(), StorageError> {
        let mut item = item::write(&self.keys.parked(alias, &parked.status), "parked status", parked)?;
        item::expire(&mut item, now + KEPT);
        self.table.put(item).await
    }

    /// What waits for the message that `alias` leads to: at most one of each status.
    pub async fn parked_statuses(&self, alias: MessageId) -> Result<Vec<Parked>, StorageError> {
        let answer = self
            .query(self.keys.parked(alias, "").pk, "STATUS#")
            .limit(20)
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        let items = answer.items.unwrap_or_default();
        items.into_iter().map(|found| item::read("parked status", found)).collect()
    }

    /// A status that waited has been applied.
    pub async fn unpark_status(&self, alias: MessageId, parked: &Parked) -> Result<(), StorageError> {
        self.table.delete(self.keys.parked(alias, &parked.status)).await
    }
}
