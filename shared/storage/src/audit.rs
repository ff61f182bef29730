//! A tenant's audit, by months.

use std::fmt;
use std::str::FromStr;

use domain::AuditId;
use domain::audit::{AuditRecord, Month};
use uuid::Uuid;

use crate::error::StorageError;
use crate::item;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;

/// The record after which a month's list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor(AuditId);

impl AuditCursor {
    const KIND: &str = "a1";
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0.to_string()))
    }
}

impl FromStr for AuditCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        page::decode(Self::KIND, text)?.parse().map(Self).map_err(|_| InvalidCursor)
    }
}

impl Tenancy {
    /// Keeps a record for good. Writing the same one twice leaves one.
    pub async fn record_audit(&self, record: &AuditRecord) -> Result<(), StorageError> {
        let key = self.keys.audit(Month::of(record.at), record.id);
        self.table.put(item::write(&key, "audit record", record)?).await
    }

    /// What was recorded in a month, the latest first.
    pub async fn audit(
        &self,
        month: Month,
        limit: u16,
        after: Option<&AuditCursor>,
    ) -> Result<Page<AuditRecord, AuditCursor>, StorageError> {
        let start = after.map(|AuditCursor(id)| self.keys.audit(month, *id).attributes());
        let query = self.query(self.keys.audit(month, Uuid::nil().into()).pk, "AUDIT#").scan_index_forward(false);
        let read = |found| item::read("audit record", found);
        Page::of(query, limit, start, read, |last: &AuditRecord| AuditCursor(last.id)).await
    }
}
