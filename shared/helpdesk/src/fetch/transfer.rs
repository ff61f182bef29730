//! The bytes of one file, from a download into the bucket, with a few megabytes of them in memory.

use bytes::Bytes;
use domain::attachment::StoredFile;
use sha2::{Digest, Sha256};
use storage::{Objects, StorageError, Upload};
use whatsapp::graph::{Download, DownloadError};

use super::kind;

/// WhatsApp takes no larger file from anybody (Meta, "media").
pub(super) const LARGEST: u64 = 100 * 1024 * 1024;

/// What Meta said that would come, as far as it did.
pub(super) struct Expected {
    pub(super) size: Option<u64>,
    pub(super) sha256: Option<[u8; 32]>,
}

/// Why nothing was stored.
pub(super) enum Failed {
    Broken(DownloadError),
    Empty,
    TooLarge,
    /// Other bytes than Meta said.
    Another,
    Storage(StorageError),
}

impl From<DownloadError> for Failed {
    fn from(error: DownloadError) -> Self {
        Self::Broken(error)
    }
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Stores a file under a key, once it has come whole and is what Meta said. Until then there is nothing under the key.
pub(super) async fn store(
    objects: &Objects,
    key: &str,
    download: Download,
    expected: &Expected,
    declared: &str,
) -> Result<StoredFile, Failed> {
    let mut pieces = Pieces { download, digest: Sha256::new(), size: 0 };
    let head = pieces.head().await?;
    let mime_type = kind::of(declared, &head);
    let mut upload = objects.upload(key, &mime_type);
    match pour(&mut pieces, head, &mut upload).await.and_then(|()| pieces.check(expected)) {
        Ok(()) => upload.finish().await?,
        Err(failed) => {
            upload.abort().await;
            return Err(failed);
        }
    }
    let sha256 = hex::encode(pieces.digest.finalize());
    Ok(StoredFile { key: key.to_owned(), mime_type, size: pieces.size, sha256 })
}

async fn pour(pieces: &mut Pieces, head: Vec<u8>, upload: &mut Upload<'_>) -> Result<(), Failed> {
    upload.write(&head).await?;
    while let Some(piece) = pieces.next().await? {
        upload.write(&piece).await?;
    }
    Ok(())
}

/// A download that is counted and digested on its way.
struct Pieces {
    download: Download,
    digest: Sha256,
    size: u64,
}

impl Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, Failed> {
        let Some(piece) = self.download.piece().await? else { return Ok(None) };
        self.size += piece.len() as u64;
        if self.size > LARGEST {
            return Err(Failed::TooLarge);
        }
        self.digest.update(&piece);
        Ok(Some(piece))
    }

    /// The first bytes; all of them, if there are few.
    async fn head(&mut self) -> Result<Vec<u8>, Failed> {
        let mut head = Vec::new();
        while head.len() < kind::HEAD {
            match self.next().await? {
                Some(piece) => head.extend_from_slice(&piece),
                None if head.is_empty() => return Err(Failed::Empty),
                None => break,
            }
        }
        Ok(head)
    }

    /// Whether that was it. The digest says; where Meta gave none, the size.
    fn check(&self, expected: &Expected) -> Result<(), Failed> {
        let same = match (expected.sha256, expected.size) {
            (Some(sha256), _) => self.digest.clone().finalize()[..] == sha256,
            (None, Some(size)) => self.size == size,
            (None, None) => true,
        };
        if same { Ok(()) } else { Err(Failed::Another) }
    }
}
