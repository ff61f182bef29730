//! What a tenant keeps to put into replies (F26).

use domain::library::{LibraryBody, LibraryItem, LibraryKind};
use domain::{UploadId, UserId};
use jiff::Timestamp;
use storage::{Objects, StorageError, Tenancy};
use whatsapp::limits::TEXT_CHARS;
use whatsapp::media::NotAllowed;

use crate::fresh::fresh_id;
use crate::inspect::{FileError, inspect};

/// Something to be kept.
#[derive(Clone)]
pub struct NewLibraryItem {
    pub kind: LibraryKind,
    pub title: String,
    pub body: NewLibraryBody,
    pub author: UserId,
}

/// What of it goes into a reply.
#[derive(Clone)]
pub enum NewLibraryBody {
    File(UploadId),
    Text(String),
}

/// Why it is not kept.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("a title has 1 to {} characters", NewLibraryItem::TITLE_CHARS)]
    TitleInvalid,
    #[error("the text is empty")]
    TextEmpty,
    #[error("the text has {chars} characters")]
    TextTooLong { chars: usize },
    #[error("no such upload: {0}")]
    NoSuchUpload(UploadId),
    #[error("the upload {0} is over")]
    UploadExpired(UploadId),
    #[error("the upload {0} has no bytes")]
    UploadMissing(UploadId),
    #[error("WhatsApp does not take {file}")]
    MediaNotAllowed { file: String, refused: NotAllowed },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl NewLibraryItem {
    /// What fits a line of a list.
    pub const TITLE_CHARS: usize = 120;

    fn check(&self) -> Result<(), LibraryError> {
        let title = self.title.trim().chars().count();
        if title == 0 || self.title.chars().count() > Self::TITLE_CHARS {
            return Err(LibraryError::TitleInvalid);
        }
        let NewLibraryBody::Text(text) = &self.body else { return Ok(()) };
        match text.chars().count() {
            _ if text.trim().is_empty() => Err(LibraryError::TextEmpty),
            chars if chars > TEXT_CHARS => Err(LibraryError::TextTooLong { chars }),
            _ => Ok(()),
        }
    }
}

/// Keeps something for replies. A file is looked at first, and stays although its upload is over.
///
/// # Errors
/// [`LibraryError`]; nothing is kept then.
pub async fn keep_in_library(
    tenancy: &Tenancy,
    objects: &Objects,
    new: NewLibraryItem,
    now: Timestamp,
) -> Result<LibraryItem, LibraryError> {
    new.check()?;
    let body = match new.body {
        NewLibraryBody::Text(text) => LibraryBody::Text { text },
        NewLibraryBody::File(id) => {
            let upload = tenancy.upload(id).await?.ok_or(LibraryError::NoSuchUpload(id))?;
            if now >= upload.expires_at() {
                return Err(LibraryError::UploadExpired(id));
            }
            let file = inspect(objects, tenancy.tenant_id(), &upload, false).await.map_err(|error| match error {
                FileError::Missing => LibraryError::UploadMissing(id),
                FileError::NotAllowed(refused) => LibraryError::MediaNotAllowed { file: id.to_string(), refused },
                FileError::Storage(error) => error.into(),
            })?;
            objects.keep(&file.key).await?;
            LibraryBody::File(file)
        }
    };
    let (kind, title, created_by) = (new.kind, new.title, new.author);
    let item = LibraryItem { id: fresh_id(now), kind, title, body, created_by, created_at: now };
    tenancy.create_library_item(&item).await?;
    Ok(item)
}
