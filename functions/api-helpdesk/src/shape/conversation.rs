//! A conversation that was taken up or begun, in JSON.

use domain::{ChannelId, ContactId, ThreadId, TicketId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Accepted;

/// Where the messages went, and what was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Conversation {
    #[schema(value_type = String, example = "thr_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    thread_id: ThreadId,
    #[schema(value_type = String)]
    ticket_id: TicketId,
    #[schema(value_type = String)]
    contact_id: ContactId,
    #[schema(value_type = String)]
    channel_id: ChannelId,
    /// Whether there was a thread with this contact on this number, open or closed: then it goes on there.
    existing_thread: bool,
    #[serde(flatten)]
    accepted: Accepted,
}

impl Conversation {
    /// Into which these messages were accepted; `first` is the first of them.
    pub(crate) fn of(first: &domain::Message, accepted: Accepted) -> Self {
        Self {
            thread_id: first.thread_id,
            ticket_id: first.thread_id.ticket(),
            contact_id: first.contact_id,
            channel_id: first.channel_id,
            // The first message of a new thread is the one that made it.
            existing_thread: first.position.sequence() > 1,
            accepted,
        }
    }
}
