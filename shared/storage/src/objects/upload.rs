//! A file on its way into the bucket, of which only one part is in memory.

use std::time::Duration;

use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Config};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::BytesMut;

use super::Objects;
use crate::error::StorageError;

/// A file that is written piece by piece. It is there when [`Upload::finish`] says so, whole, and not before.
///
/// What fits into one part is stored by one call; S3 charges for each.
#[derive(Debug)]
pub struct Upload<'a> {
    objects: &'a Objects,
    key: String,
    mime_type: String,
    waiting: BytesMut,
    /// Once there is more than one part.
    begun: Option<Begun>,
}

#[derive(Debug)]
struct Begun {
    id: String,
    parts: Vec<CompletedPart>,
}

/// The smallest that S3 takes for any part but the last.
const PART: usize = 5 * 1024 * 1024;
/// A call with megabytes in it, or behind it, takes longer than others: one try, and all of them.
const LONG_TIMEOUTS: [Duration; 2] = [Duration::from_secs(25), Duration::from_secs(80)];

impl Objects {
    /// Begins a file under a key. The same key again replaces it.
    pub fn upload(&self, key: &str, mime_type: &str) -> Upload<'_> {
        let (key, mime_type) = (key.to_owned(), mime_type.to_owned());
        Upload { objects: self, key, mime_type, waiting: BytesMut::new(), begun: None }
    }
}

impl Upload<'_> {
    /// Adds bytes; a part that is full goes to S3 at once.
    ///
    /// # Errors
    /// When S3 does not take it; then [`Upload::abort`] is left to do.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), StorageError> {
        while !bytes.is_empty() {
            let fits = bytes.len().min(PART - self.waiting.len());
            self.waiting.extend_from_slice(&bytes[..fits]);
            bytes = &bytes[fits..];
            if self.waiting.len() == PART {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    /// The file is whole, and from now on there.
    ///
    /// # Errors
    /// When S3 does not say so. Then it is not, unless only the answer was lost.
    pub async fn finish(mut self) -> Result<(), StorageError> {
        if self.begun.is_some() && !self.waiting.is_empty() {
            self.send_part().await?;
        }
        match self.begun {
            Some(begun) => {
                let parts = CompletedMultipartUpload::builder().set_parts(Some(begun.parts)).build();
                let client = self.objects.client();
                let complete = client.complete_multipart_upload().bucket(&self.objects.bucket).key(self.key);
                let complete = complete.upload_id(begun.id).multipart_upload(parts);
                // S3 answers when it has put the parts together: asking again meanwhile finds the upload gone.
                let complete = complete.customize().config_override(patient());
                complete.send().await.map(|_| ()).map_err(StorageError::unavailable("CompleteMultipartUpload"))
            }
            None => {
                let put = self.objects.client().put_object().bucket(&self.objects.bucket).key(self.key);
                let put = put.content_type(self.mime_type).body(ByteStream::from(self.waiting.freeze()));
                let put = put.customize().config_override(patient());
                put.send().await.map(|_| ()).map_err(StorageError::unavailable("PutObject"))
            }
        }
    }

    /// Leaves nothing behind. What cannot be removed now, the bucket's lifecycle removes.
    pub async fn abort(self) {
        if let Some(begun) = self.begun {
            let client = self.objects.client();
            let abort = client.abort_multipart_upload().bucket(&self.objects.bucket).key(self.key);
            // It is no use to anybody to know, and tomorrow it is gone anyway.
            let _ = abort.upload_id(begun.id).send().await;
        }
    }

    async fn send_part(&mut self) -> Result<(), StorageError> {
        let bytes = self.waiting.split().freeze();
        let client = self.objects.client();
        if self.begun.is_none() {
            let create = client.create_multipart_upload().bucket(&self.objects.bucket).key(&self.key);
            let answer = create.content_type(&self.mime_type).send().await;
            let answer = answer.map_err(StorageError::unavailable("CreateMultipartUpload"))?;
            let id = answer.upload_id.unwrap_or_default();
            self.begun = Some(Begun { id, parts: Vec::new() });
        }
        if let Some(begun) = &mut self.begun {
            let number = i32::try_from(begun.parts.len()).unwrap_or(i32::MAX).saturating_add(1);
            let part = client.upload_part().bucket(&self.objects.bucket).key(&self.key);
            let part = part.upload_id(&begun.id).part_number(number).body(ByteStream::from(bytes));
            let answer = part.customize().config_override(patient()).send().await;
            let answer = answer.map_err(StorageError::unavailable("UploadPart"))?;
            begun.parts.push(CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag).build());
        }
        Ok(())
    }
}

/// More time than other calls have.
fn patient() -> Builder {
    let [attempt, operation] = LONG_TIMEOUTS;
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(operation).build();
    Config::builder().timeout_config(timeouts)
}
