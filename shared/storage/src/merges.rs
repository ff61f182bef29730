//! Which contacts turned out to be one person, and what was done about it.

use domain::{ContactId, Merge, MergeId};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Far above the number of merges that one contact's identities allow.
const MOST: i32 = 100;

impl Tenancy {
    /// The record of a merge.
    pub async fn merge(&self, id: MergeId) -> Result<Option<Merge>, StorageError> {
        self.table.get("merge", self.keys.merge(id)).await
    }

    /// The merges into a contact, those that were undone too.
    pub async fn merges(&self, survivor: ContactId) -> Result<Vec<Merge>, StorageError> {
        let answer = self
            .query(self.keys.contact(survivor).pk, "MERGE#")
            .limit(MOST)
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        answer.items.unwrap_or_default().into_iter().map(|found| item::read("merge", found)).collect()
    }
}

impl Transaction {
    /// The record of a new merge.
    pub fn create_merge(&mut self, merge: &Merge) {
        let key = self.tenancy.keys.merge(merge.id);
        self.create(item::write(&key, "merge", merge));
    }

    /// A record that must still be as it was read.
    pub fn save_merge(&mut self, merge: &mut Merge) {
        let read = merge.version;
        merge.version += 1;
        let key = self.tenancy.keys.merge(merge.id);
        self.replace(item::write(&key, "merge", merge), read);
    }
}
