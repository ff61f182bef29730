//! Links to files, good for whoever has them, for a while.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use super::Objects;
use crate::error::StorageError;

/// How a file is to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    pub mime_type: &'a str,
    /// Shown or saved, and under which name: a `Content-Disposition`.
    pub disposition: &'a str,
}

impl Objects {
    /// A link to an object, good from now on for `lifetime` by the machine's clock, as S3 judges it. It is made without a
    /// call, and good only for what the function that makes it may read.
    ///
    /// # Errors
    /// When there is nothing to sign with.
    pub async fn link(&self, key: &str, served: Served<'_>, lifetime: Duration) -> Result<String, StorageError> {
        let config = PresigningConfig::expires_in(lifetime).map_err(StorageError::unreadable("lifetime of a link"))?;
        let get = self.client().get_object().bucket(&self.bucket).key(key);
        let get = get.response_content_type(served.mime_type).response_content_disposition(served.disposition);
        let signed = get.presigned(config).await.map_err(StorageError::unavailable("GetObject"))?;
        Ok(signed.uri().to_owned())
    }
}
