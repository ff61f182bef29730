//! An agent's reply enters its thread and the outbox of its conversation (F16, F25, F26): as one message or several, all of
//! them or none.

mod beginning;
mod compose;
mod conversation;
mod deferring;
mod error;
mod files;
mod reply;
mod template;
mod thread;

use domain::allowance::Sending;
use domain::ticket::Reply;
use domain::{Message, MessageId, Ticket};
use jiff::{SignedDuration, Timestamp};
use queues::Queue;
use queues::jobs::OutboundJob;
use storage::idempotency::Answered;
use storage::{Objects, ReserveError, Tenancy};

pub use beginning::Funds;
pub(crate) use beginning::{Beginning, Counting};
pub use error::{AcceptError, Alternative, NotReactable};
use files::Contents;
pub use reply::{
    Destination, FollowUp, IdempotencyKey, NewAttachment, NewHeader, NewReply, NewTemplate, Said, Saying, Source,
    Value, Whom,
};
use thread::Thread;
pub(crate) use thread::quoted;

use crate::fresh::fresh_id;
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What accepting works with.
#[derive(Clone, Copy, Debug)]
pub struct Accepting<'a> {
    pub tenancy: &'a Tenancy,
    pub objects: &'a Objects,
    /// Tells the sender of work.
    pub outbound: &'a Queue,
    pub now: Timestamp,
    /// What those messages take that begin a conversation.
    pub funds: Funds,
}

impl Accepting<'_> {
    async fn beginning(self, sending: Sending, ticket: &Ticket) -> Result<Beginning, AcceptError> {
        let Accepting { tenancy, funds, now, .. } = self;
        Beginning::of(Counting { tenancy, funds, now }, sending, ticket).await
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
pub async fn accept(with: Accepting<'_>, reply: NewReply) -> Result<Vec<Message>, AcceptError> {
    reply.saying.check()?;
    let Accepting { tenancy, outbound, now, .. } = with;
    let (mut contents, mut kept, mut is_free) = (None, false, false);
    for attempt in 0..ATTEMPTS {
        if let Some(earlier) = answered(tenancy, reply.idempotency.as_ref()).await? {
            return Ok(earlier);
        }
        let mut thread = Thread::load(tenancy, &reply, now).await?;
        thread.has_room(tenancy, &reply.saying, now).await?;
        let contents = match &contents {
            Some(contents) => contents,
            // Files are looked at once: what is there cannot be replaced.
            None => contents.insert(with.contents(&reply.saying, &thread).await?),
        };
        let mut drafted = draft(&mut thread, &reply, contents, with.funds, now)?;
        let beginning = if is_free { Beginning::FREE } else { with.beginning(drafted.sending, &thread.ticket).await? };
        if !kept {
            with.keep(&reply.saying).await?;
            kept = true;
        }
        match store(tenancy, &mut thread, &mut drafted, &beginning, &reply, now).await {
            Ok(()) => {
                // One knock is enough for a conversation.
                if let Some(first) = drafted.messages.first() {
                    knock(outbound, tenancy, first).await;
                }
                beginning.notice(tenancy, now).await;
                return Ok(drafted.messages);
            }
            Err(ReserveError::Exhausted) if beginning.may_be_free() => is_free = true,
            Err(ReserveError::Exhausted) => return Err(beginning.exhausted(tenancy, now).await),
            Err(ReserveError::TooManyBegun) => beginning.make_room(tenancy, now).await?,
            Err(ReserveError::Commit(error)) => after_conflict(error, attempt).await?,
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

/// The messages that a reply becomes, before they are stored.
struct Drafted {
    messages: Vec<Message>,
    /// What the allowance may count (F21).
    sending: Sending,
}

/// The messages, each in its place. The first one quotes.
fn draft(
    thread: &mut Thread,
    reply: &NewReply,
    contents: &Contents,
    funds: Funds,
    now: Timestamp,
) -> Result<Drafted, AcceptError> {
    let mut quoted = thread.quoted;
    let (owner_id, unread_count) = (thread.ticket.owner_id.clone(), thread.ticket.unread_count);
    let mut messages = Vec::with_capacity(contents.now.len());
    for content in &contents.now {
        template::may_go(content, thread)?;
        let id: MessageId = fresh_id(now);
        let drafted = Reply { id, author: reply.author.clone(), content: content.clone(), reply_to: quoted.take() };
        let mut message = thread.ticket.reply(drafted, thread.session, now)?;
        message.trace_id = reply.trace_id;
        messages.push(message);
    }
    if let Funds::SetAside(_) = funds {
        // What goes to many answers nobody, and whoever sends it takes on no ticket.
        (thread.ticket.owner_id, thread.ticket.unread_count) = (owner_id, unread_count);
    }
    let sending = Sending::of(thread.session, now);
    thread.defer(reply, &messages, sending, &contents.later, now)?;
    Ok(Drafted { messages, sending })
}

async fn store(
    tenancy: &Tenancy,
    thread: &mut Thread,
    drafted: &mut Drafted,
    beginning: &Beginning,
    reply: &NewReply,
    now: Timestamp,
) -> Result<(), ReserveError> {
    let mut transaction = tenancy.transaction();
    beginning.reserve(&mut transaction, &thread.ticket, &mut drafted.messages, now);
    thread.write(&mut transaction, &drafted.messages, beginning, now);
    if let Some(key) = &reply.idempotency {
        let message_ids = drafted.messages.iter().map(|message| message.id).collect();
        let answered = Answered { fingerprint: key.fingerprint.clone(), message_ids };
        transaction.remember(&key.hash, &answered, now + key.kept);
    }
    transaction.commit_reserving().await
}
