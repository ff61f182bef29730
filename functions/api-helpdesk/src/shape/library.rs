//! What is kept for replies, in JSON (F26).

use domain::library::{LibraryBody, LibraryKind};
use domain::{LibraryItemId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something kept to be put into replies: a file or a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibraryItem {
    #[schema(value_type = String, example = "lib_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: LibraryItemId,
    kind: Kind,
    title: String,
    /// The words that a reply gets, if it is a text.
    #[schema(required = true)]
    text: Option<String>,
    /// The file that a reply gets, if it is one.
    #[schema(required = true)]
    file: Option<File>,
    /// The user who keeps it here.
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What it is to the people who use it.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = LibraryKind)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Document,
    Snippet,
    MeetingLink,
    Article,
    Quote,
    Video,
}

/// A file that is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibraryFile)]
struct File {
    /// What it is in a conversation.
    #[schema(example = "document")]
    r#type: &'static str,
    filename: String,
    mime_type: String,
    /// Bytes.
    size: u64,
}

impl From<domain::LibraryItem> for LibraryItem {
    fn from(item: domain::LibraryItem) -> Self {
        let (text, file) = match item.body {
            LibraryBody::Text { text } => (Some(text), None),
            LibraryBody::File(file) => {
                let (r#type, filename, mime_type) = (file.kind.name(), file.filename, file.mime_type);
                (None, Some(File { r#type, filename, mime_type, size: file.size }))
            }
        };
        let (id, kind, title) = (item.id, item.kind.into(), item.title);
        Self { id, kind, title, text, file, created_by: item.created_by, created_at: item.created_at }
    }
}

impl From<LibraryKind> for Kind {
    fn from(kind: LibraryKind) -> Self {
        match kind {
            LibraryKind::Document => Self::Document,
            LibraryKind::Snippet => Self::Snippet,
            LibraryKind::MeetingLink => Self::MeetingLink,
            LibraryKind::Article => Self::Article,
            LibraryKind::Quote => Self::Quote,
            LibraryKind::Video => Self::Video,
        }
    }
}

impl From<Kind> for LibraryKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Document => Self::Document,
            Kind::Snippet => Self::Snippet,
            Kind::MeetingLink => Self::MeetingLink,
            Kind::Article => Self::Article,
            Kind::Quote => Self::Quote,
            Kind::Video => Self::Video,
        }
    }
}
