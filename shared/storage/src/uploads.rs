//! Files that agents announced, and where Meta has those that were sent.

use domain::{ChannelId, Upload, UploadId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;

/// How long it is known of an upload that it was there, so that one that comes too late is told so.
const KNOWN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Meta has a file for 30 days; a message that is about to go out must not meet their end.
const AT_META: SignedDuration = SignedDuration::from_hours(29 * 24);

/// A file that Meta has.
#[derive(Serialize, Deserialize)]
struct AtMeta {
    media_id: String,
    good_until: Timestamp,
}

impl Tenancy {
    /// A file is announced.
    pub async fn create_upload(&self, upload: &Upload) -> Result<(), StorageError> {
        let mut item = item::write(&self.keys.upload(upload.id), "upload", upload)?;
        item::expire(&mut item, upload.created_at + KNOWN);
        self.table.put(item).await
    }

    /// The file with this id, whether it may still be used or not.
    pub async fn upload(&self, id: UploadId) -> Result<Option<Upload>, StorageError> {
        self.table.get("upload", self.keys.upload(id)).await
    }

    /// Meta's id of a file that was given to it for this number, while it is good. `sha256` is its digest in hexadecimal.
    pub async fn media_id(
        &self,
        channel: ChannelId,
        sha256: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StorageError> {
        let found: Option<AtMeta> = self.table.get("media id", self.keys.at_meta(channel, sha256)).await?;
        Ok(found.filter(|found| now < found.good_until).map(|found| found.media_id))
    }

    /// Meta has a file since `now`, or since a little earlier.
    pub async fn remember_media_id(
        &self,
        channel: ChannelId,
        sha256: &str,
        media_id: &str,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let found = AtMeta { media_id: media_id.to_owned(), good_until: now + AT_META };
        let mut item = item::write(&self.keys.at_meta(channel, sha256), "media id", &found)?;
        item::expire(&mut item, found.good_until);
        self.table.put(item).await
    }

    /// Meta does not have it any more.
    pub async fn forget_media_id(&self, channel: ChannelId, sha256: &str) -> Result<(), StorageError> {
        self.table.delete(self.keys.at_meta(channel, sha256)).await
    }
}
