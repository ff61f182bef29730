//! Of files, sent and received, and of what is kept in the library.

use domain::{LibraryItemId, UploadId};
use helpdesk::{LibraryError, NewLibraryItem, Said};
use http::StatusCode;
use rest::Problem;
use whatsapp::limits::CAPTION_CHARS;
use whatsapp::media::NotAllowed;

use super::words::{text_empty, text_too_long};
use super::{Refusal, unprocessable};

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

pub(super) fn too_many_attachments(count: usize) -> Problem {
    let most = Said::MOST_ATTACHMENTS;
    let detail = format!("There are {count} attachments, and {most} go at once. Send the others with another message.");
    unprocessable("too_many_attachments", "Too many attachments", detail).with("limit", most)
}

pub(super) fn caption_too_long(chars: usize) -> Problem {
    let detail = format!(
        "A caption has {chars} characters and WhatsApp takes {CAPTION_CHARS}. Shorten it, or give the words as text."
    );
    unprocessable("caption_too_long", "The caption is too long", detail)
        .with("characters", chars)
        .with("limit", CAPTION_CHARS)
}

pub(super) fn caption_not_allowed(kind: &str) -> Problem {
    let detail = format!("WhatsApp shows no caption below a file of the kind {kind}. Give the words as text.");
    unprocessable("caption_not_allowed", "No caption below this file", detail)
}

pub(super) fn not_a_file(id: LibraryItemId) -> Problem {
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

pub(super) fn upload_expired(id: UploadId) -> Problem {
    let detail = format!("{id} was announced more than 24 hours ago. Upload the file again.");
    unprocessable("upload_expired", "The upload is over", detail).with("file", id.to_string())
}

pub(super) fn upload_missing(id: UploadId) -> Problem {
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
