//! A reply that waits for the customer's answer, in JSON (F18).

use std::borrow::Cow;

use domain::{Content, DeferredStatus, MessageId, ThreadId, UserId};
use jiff::Timestamp;
use rest::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

/// What follows by itself once the customer has answered a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeferredReply {
    /// The template's message, by which it is named.
    #[schema(value_type = String, example = "msg_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    message_id: MessageId,
    #[schema(value_type = String)]
    thread_id: ThreadId,
    status: ReplyStatus,
    #[schema(value_type = String)]
    author_id: UserId,
    /// What it says, a message each.
    parts: Vec<Part>,
    /// The message that the first of them quotes.
    #[schema(required = true, value_type = Option<String>)]
    reply_to: Option<MessageId>,
    /// The messages that it has become; empty while it waits.
    #[schema(value_type = Vec<String>)]
    message_ids: Vec<MessageId>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The first moment at which it waits no more: seven days after it was written.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// How it is doing: `released` is in the thread as the messages in `message_ids`, `expired` was not answered in time.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = DeferredReplyStatus)]
#[serde(rename_all = "snake_case")]
enum ReplyStatus {
    Waiting,
    Released,
    Cancelled,
    Expired,
}

/// One of the messages that it is to become.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeferredReplyPart)]
struct Part {
    /// As of a message: `text`, `image`, `document` …
    #[schema(example = "text")]
    r#type: String,
    /// Its words; `null` if it has none.
    #[schema(required = true)]
    text: Option<String>,
    /// Of its file.
    #[schema(required = true)]
    filename: Option<String>,
}

impl DeferredReply {
    /// It as it is at `now`, with its version.
    pub(crate) fn versioned(reply: domain::DeferredReply, now: Timestamp) -> Versioned<Self> {
        Versioned { version: reply.version, body: Self::of(reply, now) }
    }

    pub(crate) fn of(reply: domain::DeferredReply, now: Timestamp) -> Self {
        Self {
            message_id: reply.message_id,
            thread_id: reply.thread_id,
            status: reply.status(now).into(),
            message_ids: reply.message_ids().to_vec(),
            parts: reply.contents.iter().map(Part::of).collect(),
            reply_to: reply.reply_to,
            created_at: reply.created_at,
            expires_at: reply.expires_at(),
            author_id: reply.author,
        }
    }
}

impl Part {
    fn of(content: &Content) -> Self {
        let filename = content.attachment().and_then(|attachment| attachment.filename.clone());
        Self { r#type: content.kind().to_owned(), text: content.text().map(Cow::into_owned), filename }
    }
}

impl From<DeferredStatus> for ReplyStatus {
    fn from(status: DeferredStatus) -> Self {
        match status {
            DeferredStatus::Waiting => Self::Waiting,
            DeferredStatus::Released => Self::Released,
            DeferredStatus::Cancelled => Self::Cancelled,
            DeferredStatus::Expired => Self::Expired,
        }
    }
}
