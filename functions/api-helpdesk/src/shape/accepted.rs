//! What a request to send was answered with.

use serde::Serialize;
use storage::Tenancy;
use utoipa::ToSchema;

use super::Message;
use crate::business_number::BusinessNumber;

/// The messages that were accepted, in the order in which they go out. It is all that was asked for: of a request that is
/// refused nothing is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accepted {
    data: Vec<Message>,
}

impl Accepted {
    /// Messages of one conversation that were just stored.
    pub(crate) async fn of(tenancy: &Tenancy, messages: Vec<domain::Message>) -> Self {
        let business = match messages.first() {
            Some(first) => BusinessNumber::of_stored(tenancy, first.channel_id).await,
            None => None.into(),
        };
        Self { data: messages.into_iter().map(|message| Message::of(message, &business)).collect() }
    }
}
