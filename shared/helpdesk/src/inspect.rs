//! An uploaded file is looked at: as many of its bytes as tell what it is.

use domain::library::KeptFile;
use domain::{TenantId, Upload};
use storage::{Objects, StorageError};
use whatsapp::media::{self, Glimpse, NotAllowed, Unsettled};

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It was announced, and its bytes never came.
    #[error("the file is not there")]
    Missing,
    #[error("WhatsApp does not take it")]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A file that needs more looks than this is not one that somebody made to be shown. Ordinary ones need one to four.
const MOST_LOOKS: usize = 40;

/// What an upload turns out to be.
///
/// # Errors
/// [`FileError`].
pub(crate) async fn inspect(
    objects: &Objects,
    tenant: TenantId,
    upload: &Upload,
    as_voice: bool,
) -> Result<KeptFile, FileError> {
    let media_type = media::announced(&upload.mime_type, upload.size)?;
    let key = upload.key(tenant);
    let mut seen = Glimpse::of_size(upload.size);
    for _ in 0..MOST_LOOKS {
        let wanted = match media::check(media_type, as_voice, &seen) {
            Ok(kind) => {
                let Upload { filename, size, .. } = upload.clone();
                return Ok(KeptFile { kind, filename, mime_type: media_type.mime.to_owned(), size, key });
            }
            Err(Unsettled::NotAllowed(refused)) => return Err(refused.into()),
            Err(Unsettled::Missing(wanted)) => wanted,
        };
        let start = wanted.start;
        let part = objects.part(&key, wanted).await?.ok_or(FileError::Missing)?;
        seen.add(start, part.bytes);
    }
    Err(media::unclear(media_type).into())
}
