//! An agent's reply enters its thread and the outbox of its conversation (F16, F25).

use domain::ticket::{Reply, ReplyRefused};
use domain::{Content, Message, MessageId, Session, ThreadId, Ticket, TraceId, UserId};
use jiff::{SignedDuration, Timestamp};
use queues::Queue;
use queues::jobs::OutboundJob;
use storage::idempotency::Answered;
use storage::{CommitError, StorageError, Tenancy};
use whatsapp::limits::TEXT_CHARS;

use crate::fresh::fresh_id;
use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::session::session_of;

/// A reply as it is asked for.
#[derive(Clone, Debug)]
pub struct NewReply {
    pub thread_id: ThreadId,
    pub author: UserId,
    pub text: String,
    /// The message of the same conversation that it quotes.
    pub reply_to: Option<MessageId>,
    pub idempotency: Option<IdempotencyKey>,
    /// The request that brought it.
    pub trace_id: Option<TraceId>,
}

/// What makes a repeated request the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// A hash of who asks and the key they gave.
    pub hash: String,
    /// A hash of what they ask for.
    pub fingerprint: String,
}

/// Why a reply is not accepted. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    #[error("no such thread")]
    NoSuchThread,
    /// The quoted message is not one of this conversation.
    #[error("no such message in this conversation")]
    NoSuchQuotedMessage,
    #[error("the text is empty")]
    TextEmpty,
    /// Meta's limit, [`TEXT_CHARS`]. Never cut.
    #[error("the text has {chars} characters")]
    TextTooLong { chars: usize },
    #[error("the session is closed")]
    SessionClosed { expired_at: Option<Timestamp> },
    #[error("the idempotency key was used for another request")]
    KeyUsedOtherwise,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for AcceptError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

impl From<ReplyRefused> for AcceptError {
    fn from(refused: ReplyRefused) -> Self {
        let ReplyRefused::SessionClosed { expired_at } = refused;
        Self::SessionClosed { expired_at }
    }
}

/// If the job of an accepted message is lost, `due-work` looks at its conversation after this.
pub(crate) const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Stores a reply as queued, or says at once why not: all its messages, in their order, or none. The same key gives the
/// same messages.
///
/// # Errors
/// [`AcceptError`]; nothing was stored then, unless the answer of storage itself was lost, which a repetition with the
/// same key finds out.
pub async fn accept(
    tenancy: &Tenancy,
    outbound: &Queue,
    reply: NewReply,
    now: Timestamp,
) -> Result<Vec<Message>, AcceptError> {
    check_text(&reply.text)?;
    for attempt in 0..ATTEMPTS {
        if let Some(earlier) = answered(tenancy, reply.idempotency.as_ref()).await? {
            return Ok(earlier);
        }
        let mut thread = load(tenancy, &reply).await?;
        let drafted = Reply {
            id: fresh_id(now),
            author: reply.author.clone(),
            content: Content::Text { text: reply.text.clone() },
            reply_to: thread.quoted,
        };
        let mut message = thread.ticket.reply(drafted, thread.session, now)?;
        message.trace_id = reply.trace_id;
        match store(tenancy, &mut thread.ticket, &message, &reply, now).await {
            Ok(()) => {
                knock(outbound, tenancy, &message).await;
                return Ok(vec![message]);
            }
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Tells the sender that a conversation has work. A job that cannot be queued is only late: the conversation is marked.
pub(crate) async fn knock(outbound: &Queue, tenancy: &Tenancy, message: &Message) {
    let job =
        OutboundJob { tenant_id: tenancy.tenant_id(), channel_id: message.channel_id, contact_id: message.contact_id };
    if let Err(error) = outbound.knock(&job).await {
        let error = domain::chain(&error);
        tracing::warn!(message.id = %message.id, error, "job not queued; due-work will find the work");
    }
}

struct Thread {
    ticket: Ticket,
    session: Option<Session>,
    /// The quoted message by its own id: the client may have named it by one that only leads to it.
    quoted: Option<MessageId>,
}

fn check_text(text: &str) -> Result<(), AcceptError> {
    let chars = text.chars().count();
    if text.trim().is_empty() {
        Err(AcceptError::TextEmpty)
    } else if chars > TEXT_CHARS {
        Err(AcceptError::TextTooLong { chars })
    } else {
        Ok(())
    }
}

async fn answered(tenancy: &Tenancy, key: Option<&IdempotencyKey>) -> Result<Option<Vec<Message>>, AcceptError> {
    let Some(key) = key else { return Ok(None) };
    let Some(earlier) = tenancy.answered(&key.hash).await? else { return Ok(None) };
    if earlier.fingerprint != key.fingerprint {
        return Err(AcceptError::KeyUsedOtherwise);
    }
    let mut messages = Vec::with_capacity(earlier.message_ids.len());
    for id in earlier.message_ids {
        messages.extend(tenancy.message(id).await?);
    }
    Ok(Some(messages))
}

async fn load(tenancy: &Tenancy, reply: &NewReply) -> Result<Thread, AcceptError> {
    let ticket = tenancy.ticket(reply.thread_id.ticket()).await?.ok_or(AcceptError::NoSuchThread)?;
    let quoted = match reply.reply_to {
        Some(id) => Some(quoted(tenancy, &ticket, id).await?),
        None => None,
    };
    let session = session_of(tenancy, &ticket).await?;
    Ok(Thread { ticket, session, quoted })
}

async fn quoted(tenancy: &Tenancy, ticket: &Ticket, id: MessageId) -> Result<MessageId, AcceptError> {
    let message = tenancy.message(id).await?.ok_or(AcceptError::NoSuchQuotedMessage)?;
    let same = (message.channel_id, message.contact_id) == (ticket.channel_id, ticket.contact_id);
    if same { Ok(message.id) } else { Err(AcceptError::NoSuchQuotedMessage) }
}

async fn store(
    tenancy: &Tenancy,
    ticket: &mut Ticket,
    message: &Message,
    reply: &NewReply,
    now: Timestamp,
) -> Result<(), CommitError> {
    let mut transaction = tenancy.transaction();
    transaction.save_ticket(ticket);
    transaction.create_message(message);
    transaction.enter_outbox(message, now + LOOK_AFTER);
    if let Some(key) = &reply.idempotency {
        let answered = Answered { fingerprint: key.fingerprint.clone(), message_ids: vec![message.id] };
        transaction.remember(&key.hash, &answered, now);
    }
    transaction.commit().await
}
