//! A gap in JSON.

use domain::{GapKind, MessageId, ThreadId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that should have happened and has not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gap {
    /// `message_without_outcome`: for an hour it is neither sent nor failed (it waits for its number, or nobody has decided about
    /// an unconfirmed one). `file_not_fetched`: for a day Meta has not given it. `status_not_applied`: for a day nobody knows
    /// the message it is about; perhaps another application sent it. `thread_without_ticket`: for an operator.
    #[schema(value_type = String, example = "message_without_outcome")]
    kind: GapKind,
    /// The message; of a status, the id that its message would be found by.
    #[schema(required = true, value_type = Option<String>)]
    message_id: Option<MessageId>,
    #[schema(required = true, value_type = Option<String>)]
    thread_id: Option<ThreadId>,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// When it was found last.
    #[schema(value_type = String, format = DateTime)]
    found_at: Timestamp,
}

impl From<domain::Gap> for Gap {
    fn from(gap: domain::Gap) -> Self {
        let domain::Gap { kind, message_id, thread_id, since, found_at } = gap;
        Self { kind, message_id, thread_id, since, found_at }
    }
}
