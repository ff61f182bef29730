//! A supervisor reads what a hidden message says (F13).

use domain::audit::{Action, AuditRecord, Reason};
use domain::{Content, Message, MessageId, Sealed, UserId};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use storage::hidden::Original;
use storage::{Objects, StorageError, Tenancy};

use crate::deliver::{OpenError, Opening};
use crate::fresh::fresh_id;
use crate::retry::Busy;

/// Who wants to read which message.
#[derive(Clone, Copy)]
pub struct Reveal<'a> {
    pub tenancy: &'a Tenancy,
    pub objects: &'a Objects,
    /// Opens what was sealed for this message.
    pub open: &'a (dyn Fn(Sealed) -> Opening<'a> + Sync),
    pub message_id: MessageId,
    /// What of it is shown.
    pub action: Action,
    pub user_id: &'a UserId,
    pub reason: Option<&'a Reason>,
    pub now: Timestamp,
}

/// Why a message is not revealed.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    #[error("there is no such message")]
    NoSuchMessage,
    #[error("the message is not hidden")]
    NotHidden,
    #[error("the original of the hidden message {0} is not there")]
    NoOriginal(MessageId),
    #[error("the original of a hidden message does not open")]
    Sealed(#[source] OpenError),
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for RevealError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// The message with what it says. It stays hidden: each reveal is one line of the audit, which is there before anybody
/// reads a word.
///
/// # Errors
/// [`RevealError`]; nothing is in the audit then, unless its own answer was lost.
pub async fn reveal(reveal: Reveal<'_>) -> Result<Message, RevealError> {
    let found = reveal.tenancy.message(reveal.message_id).await?;
    let mut message = found.filter(|message| message.id == reveal.message_id).ok_or(RevealError::NoSuchMessage)?;
    let Content::Hidden(hidden) = &message.content else { return Err(RevealError::NotHidden) };
    let content = hidden.reveal(reveal.original().await?);
    reveal.tenancy.record_audit(&reveal.record(&message)).await?;
    message.content = content;
    Ok(message)
}

impl Reveal<'_> {
    async fn original(&self) -> Result<Content, RevealError> {
        let sealed = match self.tenancy.original(self.message_id).await? {
            Some(Original::Sealed(sealed)) => sealed,
            Some(Original::Object(key)) => Sealed::from(self.objects.get(&key).await?),
            None => return Err(RevealError::NoOriginal(self.message_id)),
        };
        let opened = (self.open)(sealed).await.map_err(RevealError::Sealed)?;
        serde_json::from_str(opened.expose_secret()).map_err(|error| RevealError::Sealed(error.into()))
    }

    fn record(&self, message: &Message) -> AuditRecord {
        AuditRecord {
            id: fresh_id(self.now),
            at: self.now,
            user_id: self.user_id.clone(),
            action: self.action,
            message_id: message.id,
            thread_id: message.thread_id,
            reason: self.reason.cloned(),
        }
    }
}
