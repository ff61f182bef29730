//! The number a message is to go out by: it may have to slow down (F30), or be unable to send at all (F7).

use domain::{Channel, ChannelId, Content, Message};
use jiff::SignedDuration;
use storage::CommitError;
use uuid::Uuid;

use super::send::PATIENCE;
use super::{DeliverError, Post, Step};
use crate::settle::Sent;

/// A template that is held is looked at this often, should its number's recovery have been missed.
const TEMPLATE_LOOK: SignedDuration = SignedDuration::from_hours(24);

impl Post<'_> {
    /// What keeps the number from sending the message now, if anything does.
    pub(super) async fn kept_back(&self, channel: &Channel, message: &Message) -> Result<Option<Step>, DeliverError> {
        let now = (self.now)();
        if !channel.may_try(now) {
            return self.hold(channel, message).await.map(Some);
        }
        let slowdown = channel.slowdown(now);
        Ok(slowdown.map(|slowdown| Step::Turn(slowdown.turn(Uuid::new_v4().as_u128() as u64))))
    }

    /// The conversation waits for its number. Only the end of its session is looked for: then its messages fail, visibly.
    async fn hold(&self, channel: &Channel, message: &Message) -> Result<Step, DeliverError> {
        let soonest = (self.now)() + PATIENCE + PATIENCE;
        let end = match message.content {
            // It needs no session: nothing can become of it before the number's trouble is over.
            Content::Template(_) => (self.now)() + TEMPLATE_LOOK,
            _ => self.session_end(message).await?.map_or(soonest, |end| end.max(soonest)),
        };
        match self.tenancy.hold_conversation(channel, self.contact_id, end).await {
            Ok(()) => Ok(Step::Held),
            // The number was given another token meanwhile, or something else changed.
            Err(CommitError::Conflict) => Ok(Step::Next),
            Err(CommitError::Storage(error)) => Err(error.into()),
        }
    }

    pub(super) fn new_trouble(&self, sent: Sent) -> Option<ChannelId> {
        matches!(sent, Sent::NumberRefused { is_news: true }).then_some(self.channel_id)
    }
}
