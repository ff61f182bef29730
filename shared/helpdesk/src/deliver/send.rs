//! One message goes to Graph.

use std::time::Instant;

use domain::{Content, Message, MessageId, Session, Wamid};
use jiff::{SignedDuration, Timestamp};
use storage::StorageError;
use storage::conversations::Conversation;
use whatsapp::graph::SendResult;

use super::file::Provided;
use super::outgoing::{Needs, outgoing};
use super::{Call, DeliverError, Post, Step};
use crate::living::living_ticket;
use crate::session::session_of;
use crate::settle;
use crate::wishes::allowed;

/// A message that stands in line for longer than this has waited.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

impl Post<'_> {
    /// Gets everything ready, claims the message, makes the one call, and stores what came of it.
    pub(super) async fn send(&self, conversation: &Conversation, mut message: Message) -> Result<Step, DeliverError> {
        if self.waited_beyond_its_session(&message).await? {
            settle::session_over(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(Step::Next);
        }
        if let Err(why) = allowed(self.tenancy, &message).await? {
            settle::not_wanted(self.tenancy, &mut message, why, (self.now)()).await?;
            return Ok(Step::Next);
        }
        let channel =
            self.tenancy.channel(self.channel_id).await?.ok_or(DeliverError::NoSuchChannel(self.channel_id))?;
        let Some(sealed) = self.tenancy.sealed_token(self.channel_id).await? else {
            settle::disconnected(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(Step::Next);
        };
        if let Some(step) = self.kept_back(&channel, conversation, &message).await? {
            return Ok(step);
        }
        let token = (self.open)(sealed).await.map_err(DeliverError::TokenSealed)?;
        let file = match self.provide_file(&mut message, &channel, &token).await? {
            Provided::Ready(file) => file,
            Provided::NotYet(step) => return Ok(step),
        };
        let needs = Needs { quoted: self.wamid(message.reply_to).await?, target: self.target(&message).await?, file };
        if outgoing(&message, &needs, "").is_none() {
            settle::not_sendable(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(Step::Next);
        }
        // The conversation is marked for `due-work` since the message was accepted: if this sender dies after the
        // claim, somebody looks.
        let begun_at = (self.now)();
        let Some(claimed) = settle::claim(self.tenancy, &mut message, begun_at).await? else {
            return Ok(Step::Next);
        };
        let opaque = message.id.to_string();
        let Some(outgoing) = outgoing(&message, &needs, &opaque) else { return Ok(Step::Next) };
        let begun = Instant::now();
        let answer = self.graph.send_message(&channel.phone_number_id, &token, &outgoing).await;
        let (took, answered_at) = (begun.elapsed(), (self.now)());
        let (outcome, code) = in_short(&answer);
        let (step, new_trouble) = match (&needs.file, &answer) {
            (Some(file), SendResult::Refused(error)) if file.is_stale(error) => {
                self.tenancy.forget_media_id(self.channel_id, &file.sha256).await?;
                settle::again(self.tenancy, claimed, answered_at).await?;
                (Step::Next, None)
            }
            _ => {
                let sent = settle::answer(self.tenancy, &channel, claimed, answer, answered_at).await?;
                (sent.into(), self.new_trouble(sent))
            }
        };
        let (message_id, trace_id, what) = (message.id, message.trace_id, "send");
        (self.told)(Call { message_id, trace_id, what, begun_at, answered_at, took, outcome, code, new_trouble });
        Ok(step)
    }

    /// A message that has to wait may meet the end of its session. One that never waited goes to Graph even in the last
    /// second: Meta has the last word (F17). A template needs no session.
    pub(super) async fn waited_beyond_its_session(&self, message: &Message) -> Result<bool, StorageError> {
        let now = (self.now)();
        let is_template = matches!(message.content, Content::Template(_));
        if is_template || message.delivery().is_none_or(|delivery| !delivery.has_waited(PATIENCE, now)) {
            return Ok(false);
        }
        Ok(self.session_end(message).await?.is_none_or(|end| now >= end))
    }

    /// The first moment at which the message may not be sent any more; nothing if it never may.
    pub(super) async fn session_end(&self, message: &Message) -> Result<Option<Timestamp>, StorageError> {
        let Some(ticket) = living_ticket(self.tenancy, message.thread_id.ticket()).await? else { return Ok(None) };
        Ok(session_of(self.tenancy, &ticket).await?.map(Session::expires_at))
    }

    /// Meta's id of the message that is reacted to.
    async fn target(&self, message: &Message) -> Result<Option<Wamid>, StorageError> {
        match &message.content {
            Content::Reaction(reaction) => self.wamid(Some(reaction.target)).await,
            _ => Ok(None),
        }
    }

    async fn wamid(&self, id: Option<MessageId>) -> Result<Option<Wamid>, StorageError> {
        match id {
            Some(id) => Ok(self.tenancy.message(id).await?.and_then(|message| message.wamid)),
            None => Ok(None),
        }
    }
}

fn in_short(answer: &SendResult) -> (&'static str, Option<i64>) {
    match answer {
        SendResult::Sent { .. } => ("sent", None),
        SendResult::Refused(error) => ("refused", error.code),
        SendResult::NotSent(_) => ("not_reached", None),
        SendResult::Unknown(_) => ("answer_lost", None),
    }
}
