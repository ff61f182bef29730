//! One message goes to Graph.

use std::time::Instant;

use domain::{Content, Message, MessageId, Wamid};
use storage::StorageError;
use uuid::Uuid;
use whatsapp::graph::SendResult;

use super::file::Provided;
use super::outgoing::{Needs, outgoing};
use super::{Call, DeliverError, Post, Step};
use crate::living::living_ticket;
use crate::session::session_of;
use crate::settle;

impl Post<'_> {
    /// Gets everything ready, claims the message, makes the one call, and stores what came of it.
    pub(super) async fn send(&self, mut message: Message) -> Result<Step, DeliverError> {
        if self.waited_beyond_its_session(&message).await? {
            settle::session_over(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(Step::Next);
        }
        let channel =
            self.tenancy.channel(self.channel_id).await?.ok_or(DeliverError::NoSuchChannel(self.channel_id))?;
        let Some(sealed) = self.tenancy.sealed_token(self.channel_id).await? else {
            settle::disconnected(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(Step::Next);
        };
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
        let Some(claimed) = settle::claim(self.tenancy, &mut message, Uuid::new_v4(), begun_at).await? else {
            return Ok(Step::Next);
        };
        let opaque = message.id.to_string();
        let Some(outgoing) = outgoing(&message, &needs, &opaque) else { return Ok(Step::Next) };
        let begun = Instant::now();
        let answer = self.graph.send_message(&channel.phone_number_id, &token, &outgoing).await;
        let (took, answered_at) = (begun.elapsed(), (self.now)());
        let (outcome, code) = in_short(&answer);
        let step = match (&needs.file, &answer) {
            (Some(file), SendResult::Refused(error)) if file.is_stale(error) => {
                self.tenancy.forget_media_id(self.channel_id, &file.sha256).await?;
                settle::again(self.tenancy, claimed, answered_at).await?;
                Step::Next
            }
            _ => settle::answer(self.tenancy, &channel, claimed, answer, answered_at).await?.into(),
        };
        let (message_id, trace_id) = (message.id, message.trace_id);
        (self.told)(Call { message_id, trace_id, what: "send", begun_at, answered_at, took, outcome, code });
        Ok(step)
    }

    /// A message that Graph put off may meet the end of its session while it waits. One that never waited goes to
    /// Graph even in the last second: Meta has the last word (F17). A template needs no session.
    async fn waited_beyond_its_session(&self, message: &Message) -> Result<bool, StorageError> {
        let is_template = matches!(message.content, Content::Template(_));
        if is_template || message.delivery().is_none_or(|delivery| delivery.postponed() == 0) {
            return Ok(false);
        }
        let Some(ticket) = living_ticket(self.tenancy, message.thread_id.ticket()).await? else { return Ok(true) };
        let session = session_of(self.tenancy, &ticket).await?;
        Ok(!session.is_some_and(|session| session.is_open((self.now)())))
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
