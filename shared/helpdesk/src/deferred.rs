//! Replies that wait for a customer's answer: released by it, once; until then they can be changed or cancelled (F18).

use domain::allowance::Sending;
use domain::ticket::Reply;
use domain::{
    Content, DeferredReply, DeferredStatus, Message, MessageId, NotWaiting, Session, ThreadId, Ticket, UserId,
};
use jiff::Timestamp;
use storage::conversations::Conversation;
use storage::outbox::{Beside, Deferred, Latest};
use storage::{CommitError, DeferredPlace, ReserveError, StorageError, Tenancy};

use crate::accept::{AcceptError, Accepting, Beginning, Counting, FollowUp, Funds, LOOK_AFTER, quoted};
use crate::fresh::fresh_id;
use crate::living::living_ticket;
use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::session::session_of;

/// Why a deferred reply was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DeferredError {
    #[error("no such deferred reply")]
    NoSuchReply,
    #[error(transparent)]
    NotWaiting(#[from] NotWaiting),
    /// It has another version than the caller saw.
    #[error("the deferred reply has changed meanwhile")]
    Changed,
    /// What it is to say cannot be sent.
    #[error("it cannot say that")]
    NotAllowed(#[from] AcceptError),
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for DeferredError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// The reply that waits for the answer to the template `id`, or did.
///
/// # Errors
/// When storage fails.
pub async fn deferred_reply(tenancy: &Tenancy, id: MessageId) -> Result<Option<DeferredReply>, StorageError> {
    let place = tenancy.whereabouts(id).await?.filter(|place| place.message_id == id);
    match place {
        Some(place) => tenancy.deferred_reply(DeferredPlace { message_id: id, thread_id: place.thread_id }).await,
        None => Ok(None),
    }
}

/// Those of a ticket's thread, and of the threads that it goes on for; the newest first.
///
/// # Errors
/// When storage fails.
pub async fn deferred_replies(tenancy: &Tenancy, ticket: &Ticket) -> Result<Vec<DeferredReply>, StorageError> {
    let mut replies = tenancy.deferred_replies(ticket.thread_id()).await?;
    for joined in &ticket.joined {
        replies.extend(tenancy.deferred_replies(ThreadId::of(*joined)).await?);
    }
    replies.sort_by_key(|reply| std::cmp::Reverse(reply.message_id));
    Ok(replies)
}

/// It is to say something else.
///
/// # Errors
/// [`DeferredError`]. `seen` is the version the caller wants to change; nothing for whatever it is.
pub async fn rewrite_deferred(
    with: Accepting<'_>,
    id: MessageId,
    seen: Option<u64>,
    FollowUp { said, reply_to }: &FollowUp,
) -> Result<DeferredReply, DeferredError> {
    said.check()?;
    let contents = with.said(said).await?;
    let reply_to = quoted_by(with.tenancy, id, *reply_to).await?;
    with.keep_files(said, None).await?;
    edit(with.tenancy, id, seen, |_| false, |reply| reply.rewrite(contents.clone(), reply_to, with.now)).await
}

/// What is quoted must be a message of the conversation that the reply waits in.
async fn quoted_by(
    tenancy: &Tenancy,
    id: MessageId,
    reply_to: Option<MessageId>,
) -> Result<Option<MessageId>, DeferredError> {
    if reply_to.is_none() {
        return Ok(None);
    }
    let reply = deferred_reply(tenancy, id).await?.ok_or(DeferredError::NoSuchReply)?;
    let ticket = living_ticket(tenancy, reply.thread_id.ticket()).await?.ok_or(DeferredError::NoSuchReply)?;
    Ok(quoted(tenancy, &ticket, reply_to).await?)
}

/// It is not to go out. One that is cancelled already stays as it is, whatever version the caller has seen: the answer
/// to an earlier request may have been lost.
///
/// # Errors
/// As [`rewrite_deferred`].
pub async fn cancel_deferred(
    tenancy: &Tenancy,
    id: MessageId,
    seen: Option<u64>,
    by: &UserId,
    now: Timestamp,
) -> Result<DeferredReply, DeferredError> {
    let is_cancelled = |reply: &DeferredReply| reply.status(now) == DeferredStatus::Cancelled;
    edit(tenancy, id, seen, is_cancelled, |reply| reply.cancel(by.clone(), now)).await
}

/// Changes a reply as it was seen, unless it is as it is to be.
async fn edit(
    tenancy: &Tenancy,
    id: MessageId,
    seen: Option<u64>,
    is_done: impl Fn(&DeferredReply) -> bool,
    change: impl Fn(&mut DeferredReply) -> Result<(), NotWaiting>,
) -> Result<DeferredReply, DeferredError> {
    for attempt in 0..ATTEMPTS {
        let mut reply = deferred_reply(tenancy, id).await?.ok_or(DeferredError::NoSuchReply)?;
        if is_done(&reply) {
            return Ok(reply);
        }
        if seen.is_some_and(|seen| seen != reply.version) {
            return Err(DeferredError::Changed);
        }
        change(&mut reply)?;
        match tenancy.save_deferred_reply(&mut reply).await {
            Ok(()) => return Ok(reply),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Puts what waited for the customer's answer into the outbox, in the order in which it was written, if there is a session.
/// Says whether anything changed. However often and by how many at once it is called, each goes out once.
pub(crate) async fn release(
    tenancy: &Tenancy,
    conversation: &Conversation,
    of: (domain::ChannelId, domain::ContactId),
    now: Timestamp,
) -> Result<bool, Busy> {
    let mut changed = false;
    for place in &conversation.deferred {
        changed |= release_one(tenancy, *place, of, now).await?;
    }
    Ok(changed)
}

async fn release_one(
    tenancy: &Tenancy,
    place: DeferredPlace,
    of: (domain::ChannelId, domain::ContactId),
    now: Timestamp,
) -> Result<bool, Busy> {
    let mut is_free = false;
    for attempt in 0..ATTEMPTS {
        let Some(mut reply) = tenancy.deferred_reply(place).await? else {
            match tenancy.forget_missing_deferred(of.0, of.1, place).await {
                Ok(()) => return Ok(true),
                // It has only just come.
                Err(error) => after_conflict(error, attempt).await?,
            }
            continue;
        };
        if reply.status(now) != DeferredStatus::Waiting {
            tenancy.forget_deferred(of.0, of.1, place).await?;
            return Ok(true);
        }
        let Some(mut ticket) = living_ticket(tenancy, place.thread_id.ticket()).await? else { return Ok(false) };
        let session = session_of(tenancy, &ticket).await?;
        // The first one quotes.
        let quotes = std::iter::once(reply.reply_to).chain(std::iter::repeat(None));
        let messages = reply.contents.iter().zip(quotes).map(|(content, reply_to)| {
            ticket.follow_up(Reply { reply_to, ..drafted(&reply, content, now) }, session, now)
        });
        // Nobody has answered yet.
        let Ok(messages) = messages.collect::<Result<Vec<Message>, _>>() else { return Ok(false) };
        let beginning = if is_free { Beginning::FREE } else { beginning(tenancy, session, &ticket, now).await? };
        match store(tenancy, (&mut reply, &mut ticket), messages, &beginning, now).await {
            Ok(()) => {
                if (ticket.channel_id, ticket.contact_id) != of {
                    tenancy.forget_deferred(of.0, of.1, place).await?;
                }
                return Ok(true);
            }
            // What is said in a session goes on when nothing is left.
            Err(ReserveError::Exhausted | ReserveError::TooManyBegun) => is_free = true,
            Err(ReserveError::Commit(error)) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// What it takes: nothing, but in a session of the time when they counted (F21).
async fn beginning(
    tenancy: &Tenancy,
    session: Option<Session>,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<Beginning, Busy> {
    let counting = Counting { tenancy, funds: Funds::Allowance, now };
    match Beginning::of(counting, Sending::of(session, now), ticket).await {
        Ok(beginning) => Ok(beginning),
        Err(AcceptError::Busy(busy)) => Err(busy),
        Err(_) => Ok(Beginning::FREE),
    }
}

fn drafted(reply: &DeferredReply, content: &Content, now: Timestamp) -> Reply {
    Reply { id: fresh_id(now), author: reply.author.clone(), content: content.clone(), reply_to: None }
}

async fn store(
    tenancy: &Tenancy,
    (reply, ticket): (&mut DeferredReply, &mut Ticket),
    messages: Vec<Message>,
    beginning: &Beginning,
    now: Timestamp,
) -> Result<(), ReserveError> {
    let mut messages: Vec<Message> =
        messages.into_iter().map(|message| Message { trace_id: reply.trace_id, ..message }).collect();
    let ids = messages.iter().map(|message| message.id).collect();
    if reply.release(ids, now).is_err() {
        return Err(CommitError::Conflict.into());
    }
    let mut transaction = tenancy.transaction();
    beginning.reserve(&mut transaction, ticket, &mut messages, now);
    transaction.save_ticket(ticket);
    messages.iter().for_each(|message| transaction.create_message(message));
    let deferred = Deferred::Over((&*reply).into());
    let beside = Beside { latest: Latest::Stays, deferred, counted: beginning.session() };
    transaction.enter_outbox_and(&messages, now + LOOK_AFTER, beside);
    transaction.save_deferred_reply(reply);
    transaction.commit_reserving().await
}
