//! Statuses that came before their message was known by the id they name.

use domain::{Failure, MessageId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory;
use crate::error::StorageError;
use crate::item::{self, text};
use crate::table::Tenancy;

/// How long a status waits for its message: longer than Meta's seven days of redelivery.
pub const KEPT: SignedDuration = SignedDuration::from_hours(8 * 24);

/// By then its message came, or never will.
const FIRST_LOOK: SignedDuration = SignedDuration::from_hours(24);

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
        let (shard, time) = directory::due(alias, now + FIRST_LOOK);
        item.insert("due_pk".to_owned(), text(shard));
        item.insert("due_sk".to_owned(), text(time));
        self.table.put(item).await
    }

    /// A status was looked at: it stays until it expires, and is not looked at again. Says whether it was to be.
    pub async fn leave_parked(&self, alias: MessageId, parked: &Parked) -> Result<bool, StorageError> {
        let answer = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.parked(alias, &parked.status).attributes()))
            .update_expression("REMOVE due_pk, due_sk")
            .condition_expression("attribute_exists(due_pk)")
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            // Applied meanwhile, or looked at.
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(StorageError::unavailable("UpdateItem")(error)),
        }
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
