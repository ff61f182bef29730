//! Why a reply is not accepted.

use domain::contact::wishes::NotWanted;
use domain::content::MediaKind;
use domain::template::{Category, Unfillable, Unsendable};
use domain::ticket::ReplyRefused;
use domain::{LibraryItemId, UploadId};
use jiff::Timestamp;
use storage::StorageError;
use whatsapp::media::NotAllowed;

use crate::retry::Busy;

/// Why a reply is not accepted. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    #[error("no such thread")]
    NoSuchThread,
    #[error("no such channel")]
    NoSuchChannel,
    #[error("the business number is not connected")]
    ChannelDisconnected,
    #[error("no such contact")]
    NoSuchContact,
    /// Neither WhatsApp nor anybody here has a number or an id of theirs.
    #[error("the contact has no number")]
    NoAddress,
    /// The quoted message is not one of this conversation.
    #[error("no such message in this conversation")]
    NoSuchQuotedMessage,
    /// There is neither text nor anything else in it.
    #[error("the reply is empty")]
    Empty,
    #[error("the text is empty")]
    TextEmpty,
    /// Meta's limit, [`TEXT_CHARS`](whatsapp::limits::TEXT_CHARS). Never cut.
    #[error("the text has {chars} characters")]
    TextTooLong { chars: usize },
    #[error("the reply has {count} attachments")]
    TooManyAttachments { count: usize },
    /// Meta's limit, [`CAPTION_CHARS`](whatsapp::limits::CAPTION_CHARS). Never cut.
    #[error("a caption has {chars} characters")]
    CaptionTooLong { chars: usize },
    /// Nothing can stand below a file of this kind.
    #[error("a file of the kind {} takes no caption", kind.name())]
    CaptionNotTaken { kind: MediaKind },
    /// It has words and no file.
    #[error("the library item {0} takes no caption and is no voice note")]
    NotAFile(LibraryItemId),
    #[error("no such upload: {0}")]
    NoSuchUpload(UploadId),
    /// It was announced too long ago.
    #[error("the upload {0} is over")]
    UploadExpired(UploadId),
    /// It was announced and its bytes never came.
    #[error("the upload {0} has no bytes")]
    UploadMissing(UploadId),
    #[error("no such library item: {0}")]
    NoSuchLibraryItem(LibraryItemId),
    #[error("WhatsApp does not take {file}")]
    MediaNotAllowed { file: String, refused: NotAllowed },
    /// There are none, too many, or one without name and number.
    #[error("the cards cannot be sent")]
    CardsInvalid,
    /// The message is not one of this conversation.
    #[error("no such message in this conversation")]
    NoSuchTarget,
    #[error("the message cannot be reacted to: {0}")]
    NotReactable(NotReactable),
    #[error("a reaction is one emoji")]
    NotAnEmoji,
    #[error("no such template")]
    NoSuchTemplate { alternatives: Vec<Alternative> },
    #[error("the template cannot be sent")]
    TemplateNotSendable { why: Unsendable, alternatives: Vec<Alternative> },
    #[error(transparent)]
    TemplateUnfillable(#[from] Unfillable),
    /// It names a text of the library.
    #[error("the header is no file")]
    HeaderNotAFile,
    /// The contact hides theirs.
    #[error("the template goes to numbers only")]
    NumberNeeded,
    /// The reply itself can be sent: there is no answer to wait for.
    #[error("the session is open")]
    SessionOpen,
    /// As many as can wait in a conversation do so.
    #[error("too many replies wait for an answer already")]
    TooManyDeferred,
    /// The contact is blocked, or takes no marketing.
    #[error(transparent)]
    NotWanted(#[from] NotWanted),
    #[error("the session is closed")]
    SessionClosed { expired_at: Option<Timestamp> },
    /// As many conversations were begun as the tenant may in a month (F23).
    #[error("the allowance is used up until {resets_at}")]
    AllowanceExhausted { resets_at: Timestamp },
    /// Meta's limit for the business (F24); nothing frees it where it is 0.
    #[error("{limit} conversations were begun in 24 hours")]
    TooManyBegun { limit: u32, frees_at: Option<Timestamp> },
    #[error("the tenant is not set up")]
    NoSuchTenant,
    #[error("the idempotency key was used for another request")]
    KeyUsedOtherwise,
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// A template that could be sent instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    pub name: String,
    pub language: String,
    pub category: Category,
}

/// Why nobody can react to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReactable {
    #[error("it has not left yet")]
    NotSent,
    #[error("it is no message of its own but about another")]
    NoMessage,
    #[error("it is more than 30 days old")]
    TooOld,
}

impl From<StorageError> for AcceptError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

impl From<ReplyRefused> for AcceptError {
    fn from(refused: ReplyRefused) -> Self {
        let ReplyRefused::SessionClosed { expired_at } = refused;
        Self::SessionClosed { expired_at }
    }
}
