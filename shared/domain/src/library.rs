//! What a tenant keeps to put into replies (F26).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::MediaKind;
use crate::ids::{LibraryItemId, UserId};

/// Something kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryItem {
    pub id: LibraryItemId,
    pub kind: LibraryKind,
    /// What a list shows of it.
    pub title: String,
    pub body: LibraryBody,
    pub created_by: UserId,
    pub created_at: Timestamp,
}

/// What it is to the people who use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LibraryKind {
    Document,
    Snippet,
    MeetingLink,
    Article,
    Quote,
    Video,
}

/// What goes into a reply.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum LibraryBody {
    /// A message with this file.
    File(KeptFile),
    /// A message of these words.
    Text { text: String },
}

/// A file whose content was checked when it was kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    pub kind: MediaKind,
    pub filename: String,
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// Where it is in the bucket.
    pub key: String,
}
