//! A file in JSON (F10).

use domain::attachment::State;
use domain::{AttachmentId, MessageId};
use serde::Serialize;
use utoipa::ToSchema;

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Attachment {
    #[schema(value_type = String, example = "att_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: AttachmentId,
    status: AttachmentStatus,
    /// As its sender called it.
    #[schema(required = true)]
    filename: Option<String>,
    /// As its sender declared it; once stored, as its content shows it.
    #[schema(example = "image/jpeg")]
    mime_type: String,
    /// Bytes; `null` while they are not known.
    #[schema(required = true)]
    size: Option<u64>,
    /// A stable word for why it cannot be had, while its status is `unavailable`: `expired` (WhatsApp keeps it for seven days),
    /// `not_found`, `digest_mismatch`, `empty`, `too_large` or `blocked` (somebody has blocked its sender).
    #[schema(required = true)]
    reason: Option<String>,
}

/// Where its bytes are: still with WhatsApp, with us, or nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AttachmentStatus {
    Pending,
    Stored,
    Unavailable,
}

impl Attachment {
    /// The file of the message with this id.
    pub(super) fn of(attachment: domain::Attachment, message: MessageId) -> Self {
        let (status, reason) = match attachment.state {
            State::Pending { .. } => (AttachmentStatus::Pending, None),
            State::Stored { .. } => (AttachmentStatus::Stored, None),
            State::Unavailable { reason } => (AttachmentStatus::Unavailable, Some(reason)),
        };
        Self {
            id: AttachmentId::of(message),
            status,
            filename: attachment.filename,
            mime_type: attachment.mime_type,
            size: attachment.size,
            reason,
        }
    }
}
