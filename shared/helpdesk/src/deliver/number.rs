//! The number a message is to go out by: it may have to slow down (F30), or be unable to send at all (F7).

use std::time::Instant;

use domain::delivery::Turn;
use domain::{Channel, ChannelId, Content, Delivery, Message};
use jiff::{SignedDuration, Timestamp};
use storage::StorageError;
use storage::conversations::Conversation;
use storage::messages::Whereabouts;
use uuid::Uuid;

use super::send::PATIENCE;
use super::{DeliverError, Post, Step};
use crate::retry::after_conflict;
use crate::settle::{self, Sent};

/// A template that is held is looked at this often, should its number's recovery have been missed.
const TEMPLATE_LOOK: SignedDuration = SignedDuration::from_hours(24);

/// The pause after a conflict is as if there had been so many.
const SOME: u32 = 4;

impl Post<'_> {
    /// What keeps the number from sending the message now, if anything does.
    pub(super) async fn kept_back(
        &self,
        channel: &Channel,
        conversation: &Conversation,
        message: &Message,
    ) -> Result<Option<Step>, DeliverError> {
        let now = (self.now)();
        if !channel.may_try(now) {
            return self.hold(channel, conversation, message).await.map(Some);
        }
        let slowdown = channel.slowdown(now);
        Ok(slowdown.map(|slowdown| Step::Turn(slowdown.turn(Uuid::new_v4().as_u128() as u64))))
    }

    /// The conversation waits for its number. Only the end of its session is looked for: then its messages fail, visibly.
    async fn hold(
        &self,
        channel: &Channel,
        conversation: &Conversation,
        message: &Message,
    ) -> Result<Step, DeliverError> {
        let look_at = match message.content {
            // It needs no session: nothing can become of it before the number's trouble is over.
            Content::Template(_) => {
                self.look_behind(conversation, message).await?.unwrap_or((self.now)() + TEMPLATE_LOOK)
            }
            _ => self.fails_at(message).await?,
        };
        match self.tenancy.hold_conversation(channel, self.contact_id, conversation, look_at).await {
            Ok(()) => Ok(Step::Held),
            // The number was given another token meanwhile, or a message was accepted that may leave its session sooner.
            Err(error) => {
                // All who are to wait for it meet at the number.
                after_conflict(error, SOME).await?;
                Ok(Step::Next)
            }
        }
    }

    /// When a message that is held until then has left its session; not too soon for it to count as one that waited.
    async fn fails_at(&self, message: &Message) -> Result<Timestamp, StorageError> {
        let soonest = (self.now)() + PATIENCE + PATIENCE;
        Ok(self.session_end(message).await?.map_or(soonest, |end| end.max(soonest)))
    }

    /// What waits behind a template that is held may leave its session, while the template goes on waiting: then it fails all
    /// the same. Says when the first of those that have not fails; nothing where none can.
    async fn look_behind(
        &self,
        conversation: &Conversation,
        template: &Message,
    ) -> Result<Option<Timestamp>, DeliverError> {
        for contact in conversation.waits_for.iter().chain([&self.contact_id]) {
            let mut last = (*contact == template.contact_id).then(|| Whereabouts::from(template));
            while let Some(place) = self.tenancy.next_in_outbox_behind(self.channel_id, *contact, last).await? {
                if Instant::now() >= self.until {
                    // The rest has its turn later.
                    return Ok(Some((self.now)()));
                }
                if let Some(end) = self.look_at(&place).await? {
                    return Ok(Some(end));
                }
                last = Some(place);
            }
        }
        Ok(None)
    }

    /// One of those behind. Says when it fails; nothing if it has, or cannot for want of a session.
    async fn look_at(&self, place: &Whereabouts) -> Result<Option<Timestamp>, DeliverError> {
        let Some(mut message) = self.tenancy.message_at(place).await? else { return Ok(None) };
        let is_template = matches!(message.content, Content::Template(_));
        match message.delivery().map(Delivery::turn) {
            Some(Turn::Ready | Turn::PutOff { .. }) if !is_template => {}
            Some(Turn::UnderWay { until }) if (self.now)() < until => return Ok(Some(until)),
            // Whoever claimed it has died; it is in front no more, since somebody had an earlier one sent again.
            Some(Turn::UnderWay { .. }) => {
                settle::answer_lost(self.tenancy, &mut message, (self.now)()).await?;
                return Ok(None);
            }
            // What may have arrived is nobody's to fail.
            _ => return Ok(None),
        }
        if self.waited_beyond_its_session(&message).await? {
            settle::session_over(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(None);
        }
        Ok(Some(self.fails_at(&message).await?))
    }

    pub(super) fn new_trouble(&self, sent: Sent) -> Option<ChannelId> {
        matches!(sent, Sent::NumberRefused { is_news: true }).then_some(self.channel_id)
    }
}
