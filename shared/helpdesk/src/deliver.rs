//! The outbox of one conversation goes to Graph, in order (F29, F30).

mod file;
mod number;
mod outgoing;
mod send;

use std::error::Error;
use std::pin::Pin;
use std::time::{Duration, Instant};

use domain::delivery::Turn;
use domain::{ChannelId, ContactId, Message, MessageId, Sealed, TraceId};
use jiff::{SignedDuration, Timestamp};
use queues::jobs::OutboundJob;
use queues::{Queue, SendError};
use secrecy::SecretString;
use storage::conversations::Conversation;
use storage::messages::Whereabouts;
use storage::{CommitError, Objects, StorageError, Tenancy};
use whatsapp::graph::Graph;

use crate::deferred;
use crate::retry::Busy;
use crate::settle::{self, Sent};

pub use file::UPLOAD_TIMEOUT;

/// What delivering one conversation needs.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    pub tenancy: &'a Tenancy,
    pub channel_id: ChannelId,
    pub contact_id: ContactId,
    /// Where the files are.
    pub objects: &'a Objects,
    pub graph: &'a Graph,
    /// Opens the channel's token.
    pub open: &'a (dyn Fn(Sealed) -> Opening<'a> + Sync),
    /// Takes delayed jobs, for waits of seconds.
    pub knocks: &'a Queue,
    /// The FIFO queue, if the job is from it: what was just written goes on there after its turn, not behind all that waited.
    pub fresh: Option<&'a Queue>,
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// No further message is begun after this.
    pub until: Instant,
    /// No file is begun after this: Meta gets it before its message is sent.
    pub files_until: Instant,
    /// Hears of every call to Graph, when what came of it is stored.
    pub told: &'a (dyn Fn(Call) + Sync),
}

/// One call to Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub message_id: MessageId,
    /// The request that made the message.
    pub trace_id: Option<TraceId>,
    /// What was asked for: `send`, or `upload` for the file of a message that is not claimed yet.
    pub what: &'static str,
    pub begun_at: Timestamp,
    pub answered_at: Timestamp,
    /// By a clock that nobody moves.
    pub took: Duration,
    /// What came of it, in one word: `sent`, `refused`, `not_reached` or `answer_lost`; `uploaded`, `upload_refused` or
    /// `upload_lost`.
    pub outcome: &'static str,
    /// Meta's code, where it refused.
    pub code: Option<i64>,
    /// The number that cannot send any more, where this call was the first to find out.
    pub new_trouble: Option<ChannelId>,
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
    /// The number cannot send; what waits is woken when it can.
    Held,
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

/// Longer waits are left to the due index alone, which is looked at every minute.
const LONGEST_KNOCK: SignedDuration = SignedDuration::from_secs(60);
/// Each message that is accepted meanwhile would knock: of a number with much to send, only short waits are worth that.
const LONGEST_TURN: SignedDuration = SignedDuration::from_secs(15);

/// Sends what waits in the conversation's outbox, what the customer's answer has released included, one message after the other, until there is nothing or the first has
/// to wait. One call to Graph a message, and none without a claim on it.
///
/// # Errors
/// [`DeliverError`] when storage fails; the queue then brings the job again.
pub async fn deliver(post: Post<'_>) -> Result<Delivered, DeliverError> {
    loop {
        let conversation = post.tenancy.conversation(post.channel_id, post.contact_id).await?;
        let of = (post.channel_id, post.contact_id);
        if deferred::release(post.tenancy, &conversation, of, (post.now)()).await? {
            continue;
        }
        let Some((contact, place)) = post.next(&conversation).await? else {
            if post.rest(&conversation).await? {
                return Ok(Delivered::Everything);
            }
            continue;
        };
        if Instant::now() >= post.until {
            return post.turn_is_over().await;
        }
        // Large, with a file's stream in it; on the heap it burdens no caller.
        match Box::pin(post.step(&conversation, contact, &place)).await? {
            Step::Next => {}
            Step::Wait(until) => return post.wait_until(until, LONGEST_KNOCK).await,
            Step::Turn(at) => return post.wait_until(at, LONGEST_TURN).await,
            Step::Held => return Ok(Delivered::Held),
        }
    }
}

/// What one look at the first message of the outbox led to.
enum Step {
    /// The next one has its turn.
    Next,
    /// The first one stays first until then.
    Wait(Timestamp),
    /// The first one stays first until it is this conversation's turn, of all those of its number.
    Turn(Timestamp),
    /// The first one stays first until the number can send.
    Held,
}

impl From<Sent> for Step {
    fn from(sent: Sent) -> Self {
        match sent {
            // What a number that cannot send leads to is seen at the next look.
            Sent::Over | Sent::Unconfirmed | Sent::NumberRefused { .. } => Self::Next,
            Sent::DueAt(at) => Self::Wait(at),
        }
    }
}

impl Post<'_> {
    /// The first message that waits, and in whose outbox: what contacts that were merged into this one still had to be
    /// sent goes first, so that a thread's messages keep their order.
    async fn next(&self, conversation: &Conversation) -> Result<Option<(ContactId, Whereabouts)>, StorageError> {
        for contact in conversation.waits_for.iter().chain([&self.contact_id]) {
            if let Some(place) = self.tenancy.next_in_outbox(self.channel_id, *contact).await? {
                return Ok(Some((*contact, place)));
            }
        }
        Ok(None)
    }

    async fn step(
        &self,
        conversation: &Conversation,
        contact: ContactId,
        place: &Whereabouts,
    ) -> Result<Step, DeliverError> {
        let now = (self.now)();
        let Some(mut message) = self.tenancy.message_at(place).await? else {
            return match self.tenancy.clear_outbox(self.channel_id, contact, place).await {
                // It has only just come.
                Ok(()) | Err(CommitError::Conflict) => Ok(Step::Next),
                Err(CommitError::Storage(error)) => Err(error.into()),
            };
        };
        match message.delivery().map_or(Turn::Over, domain::Delivery::turn) {
            Turn::Over => self.leave_behind(&message).await,
            Turn::UnderWay { until } if now < until => Ok(Step::Wait(until)),
            Turn::UnderWay { .. } => {
                settle::answer_lost(self.tenancy, &mut message, now).await?;
                Ok(Step::Next)
            }
            Turn::Unconfirmed { until } if now < until => Ok(Step::Wait(until)),
            // Those behind it have waited long enough; what becomes of it, a status or a person decides.
            Turn::Unconfirmed { .. } => self.leave_behind(&message).await,
            Turn::PutOff { until } if now < until => Ok(Step::Wait(until)),
            Turn::PutOff { .. } | Turn::Ready => Box::pin(self.send(conversation, message)).await,
        }
    }

    async fn leave_behind(&self, message: &Message) -> Result<Step, DeliverError> {
        match self.tenancy.leave_outbox(message).await {
            // Somebody may have it sent again.
            Ok(()) | Err(CommitError::Conflict) => Ok(Step::Next),
            Err(CommitError::Storage(error)) => Err(error.into()),
        }
    }

    /// Takes the work mark away, unless a message was accepted meanwhile.
    async fn rest(&self, read: &Conversation) -> Result<bool, StorageError> {
        self.tenancy.clear_due(self.channel_id, self.contact_id, read).await
    }

    /// Leaves the conversation marked, and asks to be knocked at when the wait is short.
    async fn wait_until(&self, at: Timestamp, longest: SignedDuration) -> Result<Delivered, DeliverError> {
        self.tenancy.mark_due(self.channel_id, self.contact_id, at).await?;
        let wait = at.duration_since((self.now)());
        if wait <= longest {
            self.knock_after(wait, at).await;
        }
        Ok(Delivered::DueAt(at))
    }

    /// Leaves the conversation marked, and comes again behind the others of its queue.
    async fn turn_is_over(&self) -> Result<Delivered, DeliverError> {
        let now = (self.now)();
        self.tenancy.mark_due(self.channel_id, self.contact_id, now).await?;
        match self.fresh {
            Some(queue) => tell_if_lost(queue.knock(&self.job()).await, now),
            None => self.knock_after(SignedDuration::ZERO, now).await,
        }
        Ok(Delivered::DueAt(now))
    }

    async fn knock_after(&self, wait: SignedDuration, at: Timestamp) {
        // SQS counts whole seconds; one more so that the wait is over when the knock comes.
        let delay = Duration::try_from(wait).unwrap_or_default() + Duration::from_secs(1);
        tell_if_lost(self.knocks.knock_later(&self.job(), delay).await, at);
    }

    fn job(&self) -> OutboundJob {
        OutboundJob { tenant_id: self.tenancy.tenant_id(), channel_id: self.channel_id, contact_id: self.contact_id }
    }
}

/// The conversation is marked.
fn tell_if_lost(knocked: Result<(), SendError>, at: Timestamp) {
    if let Err(error) = knocked {
        let error = domain::chain(&error);
        tracing::warn!(%at, error, "no job for what is left; due-work will find the work");
    }
}
