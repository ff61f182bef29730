//! What tenants keep to put into replies.

use std::fmt;
use std::str::FromStr;

use domain::{LibraryItem, LibraryItemId};

use crate::error::StorageError;
use crate::item;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;

/// The item after which a library's list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryCursor(LibraryItemId);

impl LibraryCursor {
    const KIND: &str = "l1";
}

impl fmt::Display for LibraryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0.to_string()))
    }
}

impl FromStr for LibraryCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        page::decode(Self::KIND, text)?.parse().map(Self).map_err(|_| InvalidCursor)
    }
}

impl Tenancy {
    /// Keeps something new.
    pub async fn create_library_item(&self, kept: &LibraryItem) -> Result<(), StorageError> {
        self.table.put(item::write(&self.keys.library(kept.id), "library item", kept)?).await
    }

    /// What is kept under this id.
    pub async fn library_item(&self, id: LibraryItemId) -> Result<Option<LibraryItem>, StorageError> {
        self.table.get("library item", self.keys.library(id)).await
    }

    /// Keeps it no longer. Messages that were sent with it stay as they are, files included.
    pub async fn delete_library_item(&self, id: LibraryItemId) -> Result<(), StorageError> {
        self.table.delete(self.keys.library(id)).await
    }

    /// Everything kept, the oldest first.
    pub async fn library(
        &self,
        limit: u16,
        after: Option<&LibraryCursor>,
    ) -> Result<Page<LibraryItem, LibraryCursor>, StorageError> {
        let start = after.map(|LibraryCursor(id)| self.keys.library(*id).attributes());
        let query = self.query(self.keys.library_partition(), "lib_");
        let read = |found| item::read("library item", found);
        Page::of(query, limit, start, read, |last: &LibraryItem| LibraryCursor(last.id)).await
    }
}
