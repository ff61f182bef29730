//! The outbox of one conversation goes to Graph, in order (F29, F30).

use std::error::Error;
use std::pin::Pin;
use std::time::{Duration, Instant};

use domain::delivery::Turn;
use domain::message::Direction;
use domain::{ChannelId, ContactId, Content, Identity, Message, MessageId, Sealed, TraceId};
use jiff::{SignedDuration, Timestamp};
use queues::Queue;
use queues::jobs::OutboundJob;
use secrecy::SecretString;
use storage::conversations::Conversation;
use storage::outbox::Entry;
use storage::{StorageError, Tenancy};
use uuid::Uuid;
use whatsapp::graph::{Graph, OutgoingMessage, SendResult};

use crate::living::living_ticket;
use crate::retry::Busy;
use crate::session::session_of;
use crate::settle::{self, Sent};

/// What delivering one conversation needs.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    pub tenancy: &'a Tenancy,
    pub channel_id: ChannelId,
    pub contact_id: ContactId,
    pub graph: &'a Graph,
    /// Opens the channel's token.
    pub open: &'a (dyn Fn(Sealed) -> Opening<'a> + Sync),
    /// Takes delayed jobs, for waits of seconds.
    pub knocks: &'a Queue,
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// No further message is begun after this.
    pub until: Instant,
    /// Hears of every call to Graph, when what came of it is stored.
    pub told: &'a (dyn Fn(Call) + Sync),
}

/// One call to Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub message_id: MessageId,
    /// The request that made the message.
    pub trace_id: Option<TraceId>,
    pub claimed_at: Timestamp,
    pub answered_at: Timestamp,
    /// By a clock that nobody moves.
    pub took: Duration,
    /// What came of it, in one word: `sent`, `refused`, `not_reached` or `answer_lost`.
    pub outcome: &'static str,
    /// Meta's code, where it refused.
    pub code: Option<i64>,
}

/// A token on its way out of its seal.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<SecretString, OpenError>> + Send + 'a>>;

/// Why a token does not open.
pub type OpenError = Box<dyn Error + Send + Sync>;

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// Nothing waits any more.
    Everything,
    /// The next message has to wait until then; the conversation is marked.
    DueAt(Timestamp),
}

/// Why a conversation could not be worked on. What was done stays done.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error("the channel {0} is not there")]
    NoSuchChannel(ChannelId),
    #[error("the token of the channel does not open")]
    TokenSealed(#[source] OpenError),
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for DeliverError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// SQS delays a message by at most 15 minutes; longer waits are left to the due index alone.
const LONGEST_KNOCK: SignedDuration = SignedDuration::from_mins(15);

/// Sends what waits in the conversation's outbox, one message after the other, until there is nothing or the first has
/// to wait. One call to Graph a message, and none without a claim on it.
///
/// # Errors
/// [`DeliverError`] when storage fails; the queue then brings the job again.
pub async fn deliver(post: Post<'_>) -> Result<Delivered, DeliverError> {
    loop {
        let conversation = post.tenancy.conversation(post.channel_id, post.contact_id).await?;
        let Some((contact, entry)) = post.next(&conversation).await? else {
            if post.rest(&conversation).await? {
                return Ok(Delivered::Everything);
            }
            continue;
        };
        if Instant::now() >= post.until {
            return post.wait_until((post.now)()).await;
        }
        if let Step::Wait(until) = post.step(contact, &entry).await? {
            return post.wait_until(until).await;
        }
    }
}

/// What one look at the first message of the outbox led to.
enum Step {
    /// The next one has its turn.
    Next,
    /// The first one stays first until then.
    Wait(Timestamp),
}

impl Post<'_> {
    /// The first message that waits, and in whose outbox: what contacts that were merged into this one still had to be
    /// sent goes first, so that a thread's messages keep their order.
    async fn next(&self, conversation: &Conversation) -> Result<Option<(ContactId, Entry)>, StorageError> {
        for contact in conversation.waits_for.iter().chain([&self.contact_id]) {
            if let Some(entry) = self.tenancy.next_in_outbox(self.channel_id, *contact).await? {
                return Ok(Some((*contact, entry)));
            }
        }
        Ok(None)
    }

    async fn step(&self, contact: ContactId, entry: &Entry) -> Result<Step, DeliverError> {
        let now = (self.now)();
        let Some(mut message) = self.tenancy.message_at(&entry.place).await? else {
            return self.drop_from_outbox(contact, entry).await;
        };
        match message.delivery().map_or(Turn::Over, domain::Delivery::turn) {
            Turn::Over => self.drop_from_outbox(contact, entry).await,
            Turn::UnderWay { until } if now < until => Ok(Step::Wait(until)),
            Turn::UnderWay { .. } => {
                settle::answer_lost(self.tenancy, &mut message, now).await?;
                Ok(Step::Next)
            }
            Turn::Unconfirmed { until } if now < until => Ok(Step::Wait(until)),
            // Those behind it have waited long enough; what becomes of it, a status or a person decides.
            Turn::Unconfirmed { .. } => self.drop_from_outbox(contact, entry).await,
            Turn::Ready => match entry.not_before.filter(|not_before| now < *not_before) {
                Some(not_before) => Ok(Step::Wait(not_before)),
                None => self.send(message).await,
            },
        }
    }

    /// Claims the message, makes the one call, and stores what came of it.
    async fn send(&self, mut message: Message) -> Result<Step, DeliverError> {
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
        let quoted = match message.reply_to {
            Some(quoted) => self.tenancy.message(quoted).await?.and_then(|quoted| quoted.wamid),
            None => None,
        };
        let Some((to, body)) = written(&message) else {
            settle::not_sendable(self.tenancy, &mut message, (self.now)()).await?;
            return Ok(Step::Next);
        };
        // The conversation is marked for `due-work` since the message was accepted: if this sender dies after the
        // claim, somebody looks.
        let claimed_at = (self.now)();
        let Some(claimed) = settle::claim(self.tenancy, &mut message, Uuid::new_v4(), claimed_at).await? else {
            return Ok(Step::Next);
        };
        let opaque = message.id.to_string();
        let outgoing = OutgoingMessage { to: &to, body: &body, reply_to: quoted.as_ref(), opaque: &opaque };
        let begun = Instant::now();
        let answer = self.graph.send_message(&channel.phone_number_id, &token, &outgoing).await;
        let (took, answered_at) = (begun.elapsed(), (self.now)());
        let (outcome, code) = in_short(&answer);
        let settled = settle::answer(self.tenancy, &channel, claimed, answer, answered_at).await?;
        let (message_id, trace_id) = (message.id, message.trace_id);
        (self.told)(Call { message_id, trace_id, claimed_at, answered_at, took, outcome, code });
        Ok(match settled {
            Sent::Over | Sent::Unconfirmed => Step::Next,
            Sent::DueAt(at) => Step::Wait(at),
        })
    }

    /// A message that Graph put off may meet the end of its session while it waits. One that never waited goes to
    /// Graph even in the last second: Meta has the last word (F17).
    async fn waited_beyond_its_session(&self, message: &Message) -> Result<bool, StorageError> {
        if message.delivery().is_none_or(|delivery| delivery.postponed() == 0) {
            return Ok(false);
        }
        let Some(ticket) = living_ticket(self.tenancy, message.thread_id.ticket()).await? else { return Ok(true) };
        let session = session_of(self.tenancy, &ticket).await?;
        Ok(!session.is_some_and(|session| session.is_open((self.now)())))
    }

    async fn drop_from_outbox(&self, contact: ContactId, entry: &Entry) -> Result<Step, DeliverError> {
        self.tenancy.leave_outbox(self.channel_id, contact, &entry.place).await?;
        Ok(Step::Next)
    }

    /// Takes the work mark away, unless a message was accepted meanwhile.
    async fn rest(&self, read: &Conversation) -> Result<bool, StorageError> {
        self.tenancy.clear_due(self.channel_id, self.contact_id, read).await
    }

    /// Leaves the conversation marked, and asks to be knocked at when the wait is short.
    async fn wait_until(&self, at: Timestamp) -> Result<Delivered, DeliverError> {
        self.tenancy.mark_due(self.channel_id, self.contact_id, at).await?;
        let wait = at.duration_since((self.now)());
        if wait <= LONGEST_KNOCK {
            self.knock_after(wait, at).await;
        }
        Ok(Delivered::DueAt(at))
    }

    async fn knock_after(&self, wait: SignedDuration, at: Timestamp) {
        let job = OutboundJob {
            tenant_id: self.tenancy.tenant_id(),
            channel_id: self.channel_id,
            contact_id: self.contact_id,
        };
        // SQS counts whole seconds; one more so that the wait is over when the knock comes.
        let delay = Duration::try_from(wait).unwrap_or_default() + Duration::from_secs(1);
        if let Err(error) = self.knocks.knock_later(&job, delay).await {
            let error = domain::chain(&error);
            tracing::warn!(%at, error, "no delayed job; due-work will find the work");
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

/// To whom it goes and what it says.
fn written(message: &Message) -> Option<(Identity, String)> {
    match (&message.direction, &message.content) {
        (Direction::Outgoing { to, .. }, Content::Text { text }) => Some((to.clone(), text.clone())),
        _ => None,
    }
}
