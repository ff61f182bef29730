//! Invitations to put a file into the bucket, good for whoever has them, for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use super::Objects;
use crate::error::StorageError;

/// A `PUT` that S3 takes once, if it is exactly this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub url: String,
    /// To be sent as they are, all of them: they are signed.
    pub headers: BTreeMap<String, String>,
}

/// What marks an object that nothing refers to yet; the bucket's lifecycle removes what stays so.
const UNUSED: &str = "state=unused";

impl Objects {
    /// An invitation to put `size` bytes of this type under a key, good for `lifetime` by the machine's clock, as S3 judges
    /// it. What is there already is not replaced, so that what was checked is what is sent. It is made without a call, and
    /// good only for what the function that makes it may write.
    ///
    /// # Errors
    /// When there is nothing to sign with.
    pub async fn invite(
        &self,
        key: &str,
        mime_type: &str,
        size: u64,
        lifetime: Duration,
    ) -> Result<Invitation, StorageError> {
        let config = PresigningConfig::expires_in(lifetime).map_err(StorageError::unreadable("lifetime of a link"))?;
        let put = self.client().put_object().bucket(&self.bucket).key(key);
        let put = put.content_type(mime_type).content_length(size.try_into().unwrap_or(i64::MAX));
        let put = put.if_none_match("*").tagging(UNUSED);
        let signed = put.presigned(config).await.map_err(StorageError::unavailable("PutObject"))?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Invitation { url: signed.uri().to_owned(), headers })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
    use aws_types::SdkConfig;

    use super::*;

    #[tokio::test]
    async fn what_is_invited_is_signed_to_the_last_byte() {
        let credentials = Credentials::new("id", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        let objects = Objects::new(&config, "media".to_owned());

        let invitation = objects.invite("uploads/1", "image/png", 7, Duration::from_secs(900)).await.expect("signed");

        let signed = invitation.url.split("X-Amz-SignedHeaders=").nth(1).and_then(|rest| rest.split('&').next());
        assert_eq!(
            signed,
            Some("content-length%3Bcontent-type%3Bhost%3Bif-none-match%3Bx-amz-tagging"),
            "{}",
            invitation.url
        );
        let headers: Vec<_> = invitation.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            headers,
            ["content-length: 7", "content-type: image/png", "if-none-match: *", "x-amz-tagging: state=unused"]
        );
        assert!(invitation.url.contains("X-Amz-Expires=900"), "{}", invitation.url);
    }
}
