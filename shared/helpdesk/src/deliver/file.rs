//! The file of a message goes to Meta before the message does. Meta keeps it for 30 days, and its id is kept as long, so
//! that the same file to the same number is given once.

use std::time::{Duration, Instant};

use domain::attachment::State;
use domain::{Attachment, Channel, Message};
use futures::TryStreamExt;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use storage::StorageError;
use whatsapp::graph::{GraphError, OutgoingFile, UploadResult};

use super::{Call, DeliverError, Post, Step};
use crate::settle;

/// How long a file may take to Meta: 100 MB at no less than 19 Mbit/s, a fraction of what a function has.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_secs(45);

/// What is known of a message's file before it is sent.
pub(super) enum Provided {
    /// There is none, or Meta has it.
    Ready(Option<FileAtMeta>),
    /// The message does not leave now.
    NotYet(Step),
}

/// A file that Meta has.
pub(super) struct FileAtMeta {
    pub(super) media_id: String,
    pub(super) sha256: String,
    /// It was given to Meta some time ago.
    remembered: bool,
}

impl FileAtMeta {
    /// Whether a refusal may mean that Meta does not have the file any more. Meta documents no code for that; these are
    /// what it says of a file that it cannot use. One that was just given is refused for another reason.
    pub(super) fn is_stale(&self, error: &GraphError) -> bool {
        self.remembered && matches!(error.code, Some(100 | 131_009 | 131_053))
    }
}

impl Post<'_> {
    /// Sees to it that Meta has the file of a message. Nothing of the message is claimed yet: whoever dies in here leaves it
    /// as it was, and the next one begins anew.
    pub(super) async fn provide_file(
        &self,
        message: &mut Message,
        channel: &Channel,
        token: &SecretString,
    ) -> Result<Provided, DeliverError> {
        let Some(attachment) = message.content.attachment_mut() else { return Ok(Provided::Ready(None)) };
        let State::Stored { key } = attachment.state.clone() else { return Ok(Provided::Ready(None)) };
        let is_known = attachment.sha256.is_some();
        let Some(sha256) = self.digest(attachment, &key).await? else {
            settle::file::gone(self.tenancy, message, (self.now)()).await?;
            return Ok(Provided::NotYet(Step::Next));
        };
        // It is stored with the claim, so that it is reckoned once.
        attachment.sha256 = Some(sha256.clone());
        let remembered = self.tenancy.media_id(self.channel_id, &sha256, (self.now)()).await?;
        if !(is_known && remembered.is_some()) && Instant::now() >= self.files_until {
            if !is_known {
                settle::file::reckoned(self.tenancy, message).await?;
            }
            return Ok(Provided::NotYet(Step::Wait((self.now)())));
        }
        if let Some(media_id) = remembered {
            return Ok(Provided::Ready(Some(FileAtMeta { media_id, sha256, remembered: true })));
        }
        self.upload(message, channel, token, &key, sha256).await
    }

    async fn upload(
        &self,
        message: &mut Message,
        channel: &Channel,
        token: &SecretString,
        key: &str,
        sha256: String,
    ) -> Result<Provided, DeliverError> {
        let (begun, begun_at) = (Instant::now(), (self.now)());
        let (Some(attachment), Some(bytes)) = (message.content.attachment(), self.objects.read(key).await?) else {
            settle::file::gone(self.tenancy, message, (self.now)()).await?;
            return Ok(Provided::NotYet(Step::Next));
        };
        let file = OutgoingFile {
            filename: attachment.filename.clone().unwrap_or_else(|| "file".to_owned()),
            mime_type: attachment.mime_type.clone(),
            size: attachment.size.unwrap_or_default(),
            bytes,
        };
        let answer = self.graph.upload_media(&channel.phone_number_id, token, file, UPLOAD_TIMEOUT).await;
        let (took, answered_at) = (begun.elapsed(), (self.now)());
        let (outcome, code) = in_short(&answer);
        let mut new_trouble = None;
        let provided = match answer {
            UploadResult::Uploaded(media_id) => {
                self.tenancy.remember_media_id(self.channel_id, &sha256, &media_id, begun_at).await?;
                Provided::Ready(Some(FileAtMeta { media_id, sha256, remembered: false }))
            }
            UploadResult::Refused(error) => {
                let sent = settle::file::refused(self.tenancy, channel, message, &error, answered_at).await?;
                new_trouble = self.new_trouble(sent);
                Provided::NotYet(sent.into())
            }
            UploadResult::NotDone(reason) => {
                Provided::NotYet(settle::file::not_taken(self.tenancy, message, &reason, answered_at).await?.into())
            }
        };
        let (message_id, trace_id, what) = (message.id, message.trace_id, "upload");
        (self.told)(Call { message_id, trace_id, what, begun_at, answered_at, took, outcome, code, new_trouble });
        Ok(provided)
    }

    /// The digest of a file, in hexadecimal, as it is known or as its bytes give it; nothing if it is not there.
    async fn digest(&self, attachment: &Attachment, key: &str) -> Result<Option<String>, StorageError> {
        if let Some(known) = &attachment.sha256 {
            return Ok(Some(known.clone()));
        }
        let Some(bytes) = self.objects.read(key).await? else { return Ok(None) };
        let digest = bytes.try_fold(Sha256::new(), async |digest, bytes| Ok(digest.chain_update(bytes))).await;
        Ok(Some(hex::encode(digest?.finalize())))
    }
}

fn in_short(answer: &UploadResult) -> (&'static str, Option<i64>) {
    match answer {
        UploadResult::Uploaded(_) => ("uploaded", None),
        UploadResult::Refused(error) => ("upload_refused", error.code),
        UploadResult::NotDone(_) => ("upload_lost", None),
    }
}
