//! A line of the audit in JSON.

use domain::audit::{Action, Reason};
use domain::{AuditId, MessageId, ThreadId, UserId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Who did what, when and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditRecord {
    #[schema(value_type = String, example = "aud_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: AuditId,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String, example = "usr_ben")]
    user_id: UserId,
    /// `message_revealed`, or `attachment_revealed` for a link to its file.
    #[schema(value_type = String, example = "message_revealed")]
    action: Action,
    #[schema(value_type = String)]
    message_id: MessageId,
    #[schema(value_type = String)]
    thread_id: ThreadId,
    #[schema(required = true, value_type = Option<String>)]
    reason: Option<Reason>,
}

impl From<domain::audit::AuditRecord> for AuditRecord {
    fn from(record: domain::audit::AuditRecord) -> Self {
        let domain::audit::AuditRecord { id, at, user_id, action, message_id, thread_id, reason } = record;
        Self { id, at, user_id, action, message_id, thread_id, reason }
    }
}
