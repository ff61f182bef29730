//! The number that a file came to has no token that is good for anything: the file waits for another one.

use domain::channel::{self, Remedy};
use domain::{Channel, ChannelId, Failure, Message};
use jiff::Timestamp;
use storage::CommitError;

use super::{Fetching, SHORTEST_WAIT};
use crate::number;
use crate::retry::Busy;

/// What Meta said to the token of a number, as the number was then.
pub(super) struct Refusal {
    pub(super) channel: Channel,
    pub(super) failure: Failure,
}

impl Fetching<'_> {
    /// Keeps what Meta said. Gives the number if nobody knew before.
    pub(super) async fn refused(
        &self,
        message: &Message,
        refusal: Option<Box<Refusal>>,
    ) -> Result<Option<ChannelId>, Busy> {
        let Some(refusal) = refusal else { return Ok(None) };
        let Refusal { channel, failure } = *refusal;
        let asked = channel::Refusal::OfRequest(&channel);
        let is_news =
            number::refused(self.tenancy, channel.id, asked, Remedy::Reconnect, &failure, (self.now)()).await?;
        Ok(is_news.then_some(message.channel_id))
    }

    /// Lets the file wait until the number is connected again, or it is lost at Meta. Says when it is looked at.
    pub(super) async fn hold(&self, message: &Message, expires_at: Timestamp) -> Result<Timestamp, Busy> {
        let (thread, position) = (message.thread_id, message.position);
        let channel = self.tenancy.channel(message.channel_id).await?;
        if let Some(channel) = channel.filter(|channel| !channel.can_ask_meta()) {
            match self.tenancy.hold_file(&channel, thread, position, expires_at).await {
                Ok(()) => return Ok(expires_at),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Storage(error)) => return Err(error.into()),
            }
        }
        // It was given another token meanwhile.
        let soon = (self.now)() + SHORTEST_WAIT;
        self.tenancy.look_for_file(thread, position, soon).await?;
        Ok(soon)
    }
}
