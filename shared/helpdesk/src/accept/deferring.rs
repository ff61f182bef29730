//! A reply that is to follow the customer's answer is kept with the template that it is written with (F18).

use domain::allowance::Sending;
use domain::{Content, DeferredReply, DeferredStatus, Message};
use jiff::Timestamp;
use storage::{CommitError, Tenancy};

use super::AcceptError;
use super::reply::{NewReply, NewTemplate, Saying};
use super::thread::Thread;

impl Thread {
    /// Whether one more can wait in this conversation, if one is to. Those that wait no more are forgotten on this occasion.
    pub(super) async fn has_room(&self, tenancy: &Tenancy, saying: &Saying, now: Timestamp) -> Result<(), AcceptError> {
        let Saying::Template(NewTemplate { then: Some(_), .. }) = saying else { return Ok(()) };
        let (channel, contact) = (self.ticket.channel_id, self.ticket.contact_id);
        let mut waiting = 0;
        for place in tenancy.conversation(channel, contact).await?.deferred {
            match tenancy.deferred_reply(place).await? {
                Some(reply) if reply.status(now) == DeferredStatus::Waiting => waiting += 1,
                Some(_) => tenancy.forget_deferred(channel, contact, place).await?,
                None => match tenancy.forget_missing_deferred(channel, contact, place).await {
                    Ok(()) => {}
                    // It has only just come.
                    Err(CommitError::Conflict) => waiting += 1,
                    Err(CommitError::Storage(error)) => return Err(error.into()),
                },
            }
        }
        if waiting < DeferredReply::MOST { Ok(()) } else { Err(AcceptError::TooManyDeferred) }
    }

    /// Keeps what is to be said later with the template; in a session there is nothing to wait for.
    pub(super) fn defer(
        &mut self,
        reply: &NewReply,
        messages: &[Message],
        sending: Sending,
        later: &[Content],
        now: Timestamp,
    ) -> Result<(), AcceptError> {
        let ([template], false) = (messages, later.is_empty()) else { return Ok(()) };
        if let Sending::InSession(_) = sending {
            return Err(AcceptError::SessionOpen);
        }
        let (author, contents) = (reply.author.clone(), later.to_vec());
        let mut deferred =
            DeferredReply::new(template.id, self.ticket.thread_id(), author, contents, reply.trace_id, now);
        deferred.reply_to = self.quoted_later;
        self.deferred = Some(deferred);
        Ok(())
    }
}
