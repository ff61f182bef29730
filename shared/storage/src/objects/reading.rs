//! Files out of the bucket, of which only a part is in memory.

use std::ops::Range;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Tag, Tagging};
use bytes::Bytes;
use futures::{Stream, stream};

use super::Objects;
use crate::error::StorageError;

/// A piece of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub bytes: Vec<u8>,
    /// How many the whole object has.
    pub of: u64,
}

impl Objects {
    /// Some bytes of an object; nothing if it is not there.
    ///
    /// # Errors
    /// When S3 does not answer, or the object ends before the range begins.
    pub async fn part(&self, key: &str, range: Range<u64>) -> Result<Option<Part>, StorageError> {
        let get = self.client().get_object().bucket(&self.bucket).key(key);
        let last = range.end.saturating_sub(1);
        let answer = match get.range(format!("bytes={}-{last}", range.start)).send().await {
            Err(error) if is_missing(&error) => return Ok(None),
            answer => answer.map_err(StorageError::unavailable("GetObject"))?,
        };
        let of = answer.content_range().and_then(|range| range.rsplit('/').next()?.parse().ok());
        let bytes = answer.body.collect().await.map_err(StorageError::unavailable("GetObject"))?.to_vec();
        Ok(Some(Part { of: of.unwrap_or(bytes.len() as u64), bytes }))
    }

    /// An object from its first byte to its last, as it comes; nothing if it is not there.
    ///
    /// # Errors
    /// When S3 does not answer. A stream may also end in an error, and then it was not whole.
    pub async fn read(
        &self,
        key: &str,
    ) -> Result<Option<impl Stream<Item = Result<Bytes, StorageError>> + Send + Unpin + use<>>, StorageError> {
        let get = self.client().get_object().bucket(&self.bucket).key(key);
        match get.send().await {
            Ok(answer) => Ok(Some(Box::pin(stream::unfold(answer.body, next)))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(StorageError::unavailable("GetObject")(error)),
        }
    }

    /// Something refers to the object from now on: the bucket's lifecycle no longer removes it.
    ///
    /// # Errors
    /// When S3 does not answer, or the object is not there (any more).
    pub async fn keep(&self, key: &str) -> Result<(), StorageError> {
        let used = Tag::builder().key("state").value("used").build();
        let tagging = used.and_then(|tag| Tagging::builder().tag_set(tag).build());
        let tagging = tagging.map_err(StorageError::unreadable("tag"))?;
        let put = self.client().put_object_tagging().bucket(&self.bucket).key(key).tagging(tagging);
        put.send().await.map(|_| ()).map_err(StorageError::unavailable("PutObjectTagging"))
    }
}

async fn next(mut body: ByteStream) -> Option<(Result<Bytes, StorageError>, ByteStream)> {
    let bytes = body.next().await?;
    Some((bytes.map_err(StorageError::unavailable("GetObject")), body))
}

/// Whoever may not list a bucket is told of a key that is not there that access is denied: no function of ours may.
fn is_missing<R>(error: &SdkError<GetObjectError, R>) -> bool {
    let Some(refused) = error.as_service_error() else { return false };
    refused.is_no_such_key() || refused.meta().code() == Some("AccessDenied")
}
