//! Why a request is not fulfilled: errors of use-cases and storage become problems here, and nowhere else.

mod campaigns;
mod contacts;
mod conversations;
mod deferred;
mod files;
mod templates;
mod words;

use axum::response::{IntoResponse, Response};
pub(crate) use campaigns::variables_of_nobody;
use domain::TicketId;
use domain::contact::wishes::TooManyWishWords;
use domain::moderation::TooMany;
use helpdesk::{AcceptError, Busy, RevealError, TicketError, UnconfirmedError};
use http::StatusCode;
use jiff::Timestamp;
use rest::Problem;
use storage::{CommitError, StorageError};

pub(crate) use conversations::recipient_invalid;
pub(crate) use deferred::then_without_template;
pub(crate) use files::{
    attachment_invalid, attachment_pending, attachment_unavailable, content_hidden, filename_invalid,
    library_item_invalid, media_not_allowed, no_such_library_item, no_such_upload,
};
pub(crate) use templates::{header_invalid, template_not_alone};
pub(crate) use words::{location_invalid, reaction_not_alone};

/// What every handler fails with: a problem, made of whatever error it met.
#[derive(Debug)]
pub(crate) struct Refusal(Problem);

impl Refusal {
    /// Nothing has this id, or it is another tenant's.
    pub(crate) fn not_found() -> Self {
        Self(Problem::not_found())
    }

    /// Nobody has set the caller's tenant up.
    pub(crate) fn tenant_not_set_up() -> Self {
        let detail = "Your tenant is not set up here yet. Ask the operator to do so.";
        Self(Problem::new(StatusCode::NOT_FOUND, "tenant_not_set_up", "The tenant is not set up", detail))
    }

    pub(crate) fn resend_out_of_range() -> Self {
        Self(resend_out_of_range())
    }

    /// It is not the version the caller saw, or has just ceased to be.
    pub(crate) fn changed() -> Self {
        let detail = "It has changed since you read it, and nothing was done. Read it again and decide again.";
        Self(Problem::new(StatusCode::PRECONDITION_FAILED, "version_mismatch", "Changed meanwhile", detail))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self(match error {
            StorageError::Unavailable { .. } => Problem::busy(error),
            StorageError::Unreadable { .. } => Problem::internal(error),
        })
    }
}

impl From<Busy> for Refusal {
    fn from(error: Busy) -> Self {
        match error {
            Busy::Storage(error) => error.into(),
            Busy::Contended(_) => Self(Problem::busy(error)),
        }
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::changed(),
            CommitError::Storage(error) => error.into(),
        }
    }
}

impl From<TicketError> for Refusal {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::NoSuchTicket => Self::not_found(),
            TicketError::Changed => Self::changed(),
            TicketError::Merged(into) => Self(ticket_merged(into)),
            TicketError::Busy(busy) => busy.into(),
        }
    }
}

impl From<UnconfirmedError> for Refusal {
    fn from(error: UnconfirmedError) -> Self {
        match error {
            UnconfirmedError::NoSuchMessage => Self::not_found(),
            UnconfirmedError::NotAllowed(_) => Self(not_unconfirmed()),
            UnconfirmedError::KeyUsedOtherwise => Self(idempotency_key_reused()),
            UnconfirmedError::Busy(busy) => busy.into(),
        }
    }
}

impl From<RevealError> for Refusal {
    fn from(error: RevealError) -> Self {
        match error {
            RevealError::NoSuchMessage => Self::not_found(),
            RevealError::NotHidden => Self(not_hidden()),
            RevealError::Busy(busy) => busy.into(),
            RevealError::NoOriginal(_) => Self(Problem::internal(error)),
            RevealError::Sealed(_) => Self(Problem::busy(error)),
        }
    }
}

impl From<TooMany> for Refusal {
    fn from(error: TooMany) -> Self {
        Self(block_list_too_long(error))
    }
}

impl From<TooManyWishWords> for Refusal {
    fn from(error: TooManyWishWords) -> Self {
        let detail = format!("There are too many: {error}. Leave some out.");
        Self(unprocessable("opt_out_list_too_long", "The list of words is too long", detail))
    }
}

impl From<AcceptError> for Refusal {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::NoSuchThread | AcceptError::NoSuchChannel | AcceptError::NoSuchContact => Self::not_found(),
            AcceptError::ChannelDisconnected => Self(conversations::channel_disconnected()),
            AcceptError::NoAddress => Self(conversations::contact_without_number()),
            AcceptError::NoSuchQuotedMessage => Self(words::no_such_quoted_message()),
            AcceptError::Empty => Self(words::message_empty()),
            AcceptError::TextEmpty => Self(words::text_empty()),
            AcceptError::TextTooLong { chars } => Self(words::text_too_long(chars)),
            AcceptError::TooManyAttachments { count } => Self(files::too_many_attachments(count)),
            AcceptError::CaptionTooLong { chars } => Self(files::caption_too_long(chars)),
            AcceptError::CaptionNotTaken { kind } => Self(files::caption_not_allowed(kind.name())),
            AcceptError::NotAFile(id) => Self(files::not_a_file(id)),
            AcceptError::NoSuchUpload(id) => Self(no_such_upload(&id.to_string())),
            AcceptError::UploadExpired(id) => Self(files::upload_expired(id)),
            AcceptError::UploadMissing(id) => Self(files::upload_missing(id)),
            AcceptError::NoSuchLibraryItem(id) => Self(no_such_library_item(&id.to_string())),
            AcceptError::MediaNotAllowed { file, refused } => Self(media_not_allowed(&file, &refused)),
            AcceptError::CardsInvalid => Self(words::contacts_invalid()),
            AcceptError::NoSuchTarget => Self(words::no_such_reaction_target()),
            AcceptError::NotReactable(why) => Self(words::not_reactable(why)),
            AcceptError::NotAnEmoji => Self(words::emoji_invalid()),
            AcceptError::NoSuchTemplate { alternatives } => Self(templates::no_such_template(&alternatives)),
            AcceptError::TemplateNotSendable { why, alternatives } => {
                Self(templates::template_not_sendable(why, &alternatives))
            }
            AcceptError::TemplateUnfillable(why) => Self(templates::template_unfillable(why)),
            AcceptError::HeaderNotAFile => Self(templates::header_not_a_file()),
            AcceptError::NumberNeeded => Self(templates::template_needs_number()),
            AcceptError::SessionOpen => Self(deferred::session_open()),
            AcceptError::TooManyDeferred => Self(deferred::too_many_deferred()),
            AcceptError::NotWanted(why) => Self(contacts::not_wanted(why)),
            AcceptError::SessionClosed { expired_at } => Self(session_closed(expired_at)),
            AcceptError::AllowanceExhausted { resets_at } => Self(allowance_exhausted(resets_at)),
            AcceptError::TooManyBegun { limit, frees_at } => Self(messaging_limit_reached(limit, frees_at)),
            AcceptError::NoSuchTenant => Self::tenant_not_set_up(),
            AcceptError::KeyUsedOtherwise => Self(idempotency_key_reused()),
            AcceptError::Busy(busy) => busy.into(),
        }
    }
}

/// Too late to do anything, or nothing but reminders.
pub(crate) fn session_reminder_invalid() -> Problem {
    let detail = "A reminder comes two minutes to 23 hours before the session ends, such as PT1H.";
    unprocessable("session_reminder_invalid", "Not a time for a reminder", detail.into())
}

/// A closed ticket's session is nobody's to hurry for.
pub(crate) fn sort_not_for_view() -> Problem {
    let detail = "Only open tickets are sorted by the time that is left. Leave `sort` out, or choose another view.";
    Problem::new(StatusCode::BAD_REQUEST, "query_invalid", "The view has no such order", detail)
}

/// Meta takes free-form messages only until 24 hours after the customer's last (F16).
fn session_closed(expired_at: Option<Timestamp>) -> Problem {
    let detail = "The customer's last message is 24 hours old or older, so WhatsApp takes approved templates only. Send a \
                  template, or wait until the customer writes again.";
    Problem::new(StatusCode::CONFLICT, "session_closed", "The session is closed", detail)
        .with("expired_at", expired_at.map(|at| at.to_string()))
}

/// The tenant's allowance, not Meta's limit (F23).
fn allowance_exhausted(resets_at: Timestamp) -> Problem {
    let detail = "As many conversations were begun as your allowance has for this month. What customers write and what you \
                  answer in their sessions goes on; begin others when resets_at has come, or ask the operator for more.";
    Problem::new(StatusCode::CONFLICT, "allowance_exhausted", "The allowance is used up", detail)
        .with("resets_at", resets_at.to_string())
}

/// Meta's limit, not the tenant's allowance (F24).
fn messaging_limit_reached(limit: u32, frees_at: Option<Timestamp>) -> Problem {
    let detail = format!(
        "Meta lets your business begin {limit} conversations in 24 hours, over all its numbers. What customers write and what \
         you answer in their sessions goes on; begin others when frees_at has come. A business that Meta has verified may begin \
         more: see Meta's Business settings."
    );
    Problem::new(StatusCode::CONFLICT, "messaging_limit_reached", "Meta's limit is reached", detail)
        .with("limit", limit)
        .with("frees_at", frees_at.map(|at| at.to_string()))
}

fn idempotency_key_reused() -> Problem {
    let detail = "This Idempotency-Key was used for another request. Use a new key for a new message.";
    unprocessable("idempotency_key_reused", "The key was used for another request", detail.into())
}

fn not_unconfirmed() -> Problem {
    let detail = "Only a message whose status is `unconfirmed` can be sent again or discarded. Read the message: what \
                  became of it is known by now.";
    Problem::new(StatusCode::CONFLICT, "not_unconfirmed", "The message is not unconfirmed", detail)
}

fn ticket_merged(into: TicketId) -> Problem {
    let detail = "The ticket's contact and another turned out to be one person, and its conversation goes on in the ticket \
                  named in `into`. Do it there.";
    Problem::new(StatusCode::CONFLICT, "ticket_merged", "The ticket goes on in another", detail)
        .with("into", into.to_string())
}

fn not_hidden() -> Problem {
    let detail = "The message is not hidden, so there is nothing to reveal. Read it as it is.";
    Problem::new(StatusCode::CONFLICT, "not_hidden", "The message is not hidden", detail)
}

fn resend_out_of_range() -> Problem {
    let detail = "A message is sent again after 5 minutes at the earliest, since what became of it may still be told, and \
                  after 24 hours at the latest.";
    unprocessable("resend_out_of_range", "This is too soon or too late", detail.into())
}

fn block_list_too_long(error: TooMany) -> Problem {
    let detail = format!("There are too many: {error}. Block a host instead of each of its pages, or leave some out.");
    unprocessable("block_list_too_long", "The block list is too long", detail)
}

fn unprocessable(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}
