//! Why a request is not fulfilled: errors of use-cases and storage become problems here, and nowhere else.

use axum::response::{IntoResponse, Response};
use domain::moderation::TooMany;
use helpdesk::{AcceptError, Busy, RevealError, TicketError, UnconfirmedError};
use http::StatusCode;
use jiff::Timestamp;
use rest::Problem;
use storage::{CommitError, StorageError};
use whatsapp::limits::TEXT_CHARS;

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

impl From<AcceptError> for Refusal {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::NoSuchThread => Self::not_found(),
            AcceptError::NoSuchQuotedMessage => Self(no_such_quoted_message()),
            AcceptError::TextEmpty => Self(text_empty()),
            AcceptError::TextTooLong { chars } => Self(text_too_long(chars)),
            AcceptError::SessionClosed { expired_at } => Self(session_closed(expired_at)),
            AcceptError::KeyUsedOtherwise => Self(idempotency_key_reused()),
            AcceptError::Busy(busy) => busy.into(),
        }
    }
}

/// Meta takes free-form messages only until 24 hours after the customer's last (F16).
fn session_closed(expired_at: Option<Timestamp>) -> Problem {
    let detail = "The customer's last message is 24 hours old or older, so WhatsApp takes approved templates only. Send a \
                  template, or wait until the customer writes again.";
    Problem::new(StatusCode::CONFLICT, "session_closed", "The session is closed", detail)
        .with("expired_at", expired_at.map(|at| at.to_string()))
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

fn not_hidden() -> Problem {
    let detail = "The message is not hidden, so there is nothing to reveal. Read it as it is.";
    Problem::new(StatusCode::CONFLICT, "not_hidden", "The message is not hidden", detail)
}

fn block_list_too_long(error: TooMany) -> Problem {
    let detail = format!("There are too many: {error}. Block a host instead of each of its pages, or leave some out.");
    unprocessable("block_list_too_long", "The block list is too long", detail)
}

fn unprocessable(code: &'static str, title: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}
