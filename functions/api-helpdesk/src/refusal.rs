//! Why a request is not fulfilled: errors of use-cases and storage become problems here, and nowhere else.

mod campaigns;
mod contacts;
mod conversations;
mod deferred;
mod templates;

use axum::response::{IntoResponse, Response};
pub(crate) use campaigns::variables_of_nobody;
use domain::contact::wishes::TooManyWishWords;
use domain::moderation::TooMany;
use domain::{LibraryItemId, TicketId, UploadId};
use helpdesk::{
    AcceptError, Busy, LibraryError, NewLibraryItem, NotReactable, RevealError, Said, TicketError, UnconfirmedError,
};
use http::StatusCode;
use jiff::Timestamp;
use rest::Problem;
use storage::{CommitError, StorageError};
use whatsapp::limits::{CAPTION_CHARS, CARDS, TEXT_CHARS};
use whatsapp::media::NotAllowed;

pub(crate) use conversations::recipient_invalid;
pub(crate) use deferred::then_without_template;
pub(crate) use templates::{header_invalid, template_not_alone};

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
            AcceptError::NoSuchQuotedMessage => Self(no_such_quoted_message()),
            AcceptError::Empty => Self(message_empty()),
            AcceptError::TextEmpty => Self(text_empty()),
            AcceptError::TextTooLong { chars } => Self(text_too_long(chars)),
            AcceptError::TooManyAttachments { count } => Self(too_many_attachments(count)),
            AcceptError::CaptionTooLong { chars } => Self(caption_too_long(chars)),
            AcceptError::CaptionNotTaken { kind } => Self(caption_not_allowed(kind.name())),
            AcceptError::NotAFile(id) => Self(not_a_file(id)),
            AcceptError::NoSuchUpload(id) => Self(no_such_upload(&id.to_string())),
            AcceptError::UploadExpired(id) => Self(upload_expired(id)),
            AcceptError::UploadMissing(id) => Self(upload_missing(id)),
            AcceptError::NoSuchLibraryItem(id) => Self(no_such_library_item(&id.to_string())),
            AcceptError::MediaNotAllowed { file, refused } => Self(media_not_allowed(&file, &refused)),
            AcceptError::CardsInvalid => Self(contacts_invalid()),
            AcceptError::NoSuchTarget => Self(no_such_reaction_target()),
            AcceptError::NotReactable(why) => Self(not_reactable(why)),
            AcceptError::NotAnEmoji => Self(emoji_invalid()),
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

impl From<LibraryError> for Refusal {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::TitleInvalid => Self(library_item_invalid()),
            LibraryError::TextEmpty => Self(text_empty()),
            LibraryError::TextTooLong { chars } => Self(text_too_long(chars)),
            LibraryError::NoSuchUpload(id) => Self(no_such_upload(&id.to_string())),
            LibraryError::UploadExpired(id) => Self(upload_expired(id)),
            LibraryError::UploadMissing(id) => Self(upload_missing(id)),
            LibraryError::MediaNotAllowed { file, refused } => Self(media_not_allowed(&file, &refused)),
            LibraryError::Storage(error) => error.into(),
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

/// The file is still with WhatsApp.
pub(crate) fn attachment_pending() -> Refusal {
    let detail = "WhatsApp has not given us the file yet. Ask again in a moment; the message's `attachments` say when it is \
                  stored.";
    Refusal(Problem::new(StatusCode::CONFLICT, "attachment_pending", "The file is not there yet", detail))
}

/// The file will never be there.
pub(crate) fn attachment_unavailable(reason: &str) -> Refusal {
    let detail = "The file cannot be had from WhatsApp; `reason` says why. Ask the customer to send it again.";
    let problem = Problem::new(StatusCode::GONE, "attachment_unavailable", "The file is not available", detail);
    Refusal(problem.with("reason", reason))
}

/// The message breaks the rules of F13.
pub(crate) fn content_hidden() -> Refusal {
    let detail = "The message was hidden for what it says, and so is its file. A supervisor may reveal it.";
    Refusal(Problem::new(StatusCode::FORBIDDEN, "content_hidden", "The content is hidden", detail))
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

fn text_empty() -> Problem {
    unprocessable("text_empty", "The text is empty", "A message needs at least one character that can be seen.".into())
}

fn text_too_long(chars: usize) -> Problem {
    let detail = format!(
        "The text has {chars} characters as it would go out, and WhatsApp takes {TEXT_CHARS}. Send it in parts."
    );
    unprocessable("text_too_long", "The text is too long", detail).with("characters", chars).with("limit", TEXT_CHARS)
}

fn no_such_quoted_message() -> Problem {
    let detail = "reply_to names no message of this conversation. Use the id of one of them, or leave reply_to out.";
    unprocessable("no_such_quoted_message", "No such message to quote", detail.into())
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

fn message_empty() -> Problem {
    let detail = "A message has a text, attachments, a location, contacts, a template or a reaction. Give at least one of \
                  them.";
    unprocessable("message_empty", "The message is empty", detail.into())
}

fn too_many_attachments(count: usize) -> Problem {
    let most = Said::MOST_ATTACHMENTS;
    let detail = format!("There are {count} attachments, and {most} go at once. Send the others with another message.");
    unprocessable("too_many_attachments", "Too many attachments", detail).with("limit", most)
}

fn caption_too_long(chars: usize) -> Problem {
    let detail = format!(
        "A caption has {chars} characters and WhatsApp takes {CAPTION_CHARS}. Shorten it, or give the words as text."
    );
    unprocessable("caption_too_long", "The caption is too long", detail)
        .with("characters", chars)
        .with("limit", CAPTION_CHARS)
}

fn caption_not_allowed(kind: &str) -> Problem {
    let detail = format!("WhatsApp shows no caption below a file of the kind {kind}. Give the words as text.");
    unprocessable("caption_not_allowed", "No caption below this file", detail)
}

fn not_a_file(id: LibraryItemId) -> Problem {
    let detail = format!("{id} is a text, which has neither caption nor voice. Leave them out.");
    unprocessable("attachment_invalid", "Not an attachment", detail)
}

pub(crate) fn attachment_invalid() -> Problem {
    let detail = "An attachment is named by its upload_id or by its library_id. Give one of them.";
    unprocessable("attachment_invalid", "Not an attachment", detail.into())
}

pub(crate) fn no_such_upload(id: &str) -> Problem {
    let detail = format!("Nothing was announced as {id}. Announce the file with POST /v1/uploads and use that id.");
    unprocessable("no_such_upload", "No such upload", detail).with("file", id)
}

fn upload_expired(id: UploadId) -> Problem {
    let detail = format!("{id} was announced more than 24 hours ago. Upload the file again.");
    unprocessable("upload_expired", "The upload is over", detail).with("file", id.to_string())
}

fn upload_missing(id: UploadId) -> Problem {
    let detail =
        format!("The bytes of {id} did not come. PUT them at the url that announcing it gave, or announce it again.");
    unprocessable("upload_missing", "The file is not there", detail).with("file", id.to_string())
}

pub(crate) fn no_such_library_item(id: &str) -> Problem {
    let detail = format!("Nothing is kept as {id}. GET /v1/library lists what is.");
    unprocessable("no_such_library_item", "Not in the library", detail).with("file", id)
}

/// A file that Meta would refuse. `file` is its id, or its name while it has none.
pub(crate) fn media_not_allowed(file: &str, refused: &NotAllowed) -> Problem {
    unprocessable("media_not_allowed", "WhatsApp does not take this file", refused.to_string())
        .with("file", file)
        .with("rule", refused.rule)
        .with("found", refused.found.as_str())
        .with("allowed", refused.allowed.as_str())
        .with("advice", refused.advice.as_str())
}

pub(crate) fn filename_invalid(most: usize) -> Problem {
    let detail = format!("A filename has 1 to {most} characters, without slashes and control characters.");
    unprocessable("filename_invalid", "Not a filename", detail)
}

pub(crate) fn library_item_invalid() -> Problem {
    let most = NewLibraryItem::TITLE_CHARS;
    let detail = format!("What is kept has a title of 1 to {most} characters, and either an upload_id or a text.");
    unprocessable("library_item_invalid", "This cannot be kept", detail)
}

pub(crate) fn location_invalid() -> Problem {
    let detail = "A latitude has -90 to 90 degrees, a longitude -180 to 180.";
    unprocessable("location_invalid", "Not a place on the map", detail.into())
}

fn contacts_invalid() -> Problem {
    let detail = format!("A message has 1 to {CARDS} contacts, each with a name or a number.");
    unprocessable("contacts_invalid", "These contacts cannot be sent", detail)
}

pub(crate) fn reaction_not_alone() -> Problem {
    let detail = "A reaction goes alone: it has no text, attachments, location, contacts or reply_to. Send them in a \
                  message of their own.";
    unprocessable("reaction_not_alone", "A reaction goes alone", detail.into())
}

fn emoji_invalid() -> Problem {
    let detail = "A reaction is one emoji, or empty to take an earlier one away.";
    unprocessable("emoji_invalid", "Not an emoji", detail.into())
}

fn no_such_reaction_target() -> Problem {
    let detail = "message_id names no message of this conversation. Use the id of one of them.";
    unprocessable("no_such_reaction_target", "No such message to react to", detail.into())
}

fn not_reactable(why: NotReactable) -> Problem {
    let detail = format!("WhatsApp takes no reaction to this message: {why}. React to another one.");
    unprocessable("not_reactable", "No reaction to this message", detail)
}
