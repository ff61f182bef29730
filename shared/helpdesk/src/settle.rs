//! What is stored before and after the one call to Graph.

pub(crate) mod file;
mod given_up;
mod setback;
mod verdict;

use domain::delivery::{NotAllowed, Obstacle, Report, Status};
use domain::{Channel, Delivery, Failure, Message, MessageId, Wamid, service};
use jiff::{SignedDuration, Timestamp};
use storage::starts::Place;
use storage::{CommitError, ReserveError, StorageError, Tenancy, Transaction};
use whatsapp::graph::errors::Class;
use whatsapp::graph::{GraphError, SendResult};

use crate::allowance;
use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::{number, status};
pub(crate) use given_up::{disconnected, not_sendable, not_wanted, session_over};
use setback::{Setback, remember, setback};
pub(crate) use verdict::Verdict;

/// What became of a message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Meta has it, or never will.
    Over,
    /// It may have arrived or not.
    Unconfirmed,
    /// It did not leave; not before this.
    DueAt(Timestamp),
    /// It did not leave, since its number cannot send; which may be news.
    NumberRefused { is_news: bool },
}

/// A message whose call to Graph is ours to make.
pub(crate) struct Claimed {
    message: Message,
}

/// A network that does not even take the connection is tried again this soon.
const UNREACHABLE_WAIT: SignedDuration = SignedDuration::from_secs(10);

/// Claims the message, or says that it is not ours to send.
pub(crate) async fn claim(tenancy: &Tenancy, message: &mut Message, now: Timestamp) -> Result<Option<Claimed>, Busy> {
    if message.delivery_mut().is_none_or(|delivery| delivery.claim(now).is_err()) {
        return Ok(None);
    }
    match tenancy.save_message(message).await {
        Ok(()) => Ok(Some(Claimed { message: message.clone() })),
        Err(CommitError::Conflict) => Ok(None),
        Err(CommitError::Storage(error)) => Err(error.into()),
    }
}

/// Stores what Graph answered.
pub(crate) async fn answer(
    tenancy: &Tenancy,
    channel: &Channel,
    claimed: Claimed,
    answer: SendResult,
    now: Timestamp,
) -> Result<Sent, Busy> {
    let mut message = claimed.message;
    match answer {
        SendResult::Sent { wamid, .. } => sent(tenancy, channel, &mut message, wamid, now).await,
        SendResult::NotSent(reason) => {
            tracing::warn!(message.id = %message.id, reason, "Graph was not reached");
            postpone(tenancy, &mut message, Obstacle::Network, now + UNREACHABLE_WAIT, now).await
        }
        SendResult::Unknown(reason) => {
            tracing::warn!(message.id = %message.id, reason, "the answer of Graph was lost");
            answer_lost(tenancy, &mut message, now).await?;
            Ok(Sent::Unconfirmed)
        }
        SendResult::Refused(error) => refused(tenancy, channel, &mut message, &error, now).await,
    }
}

/// The answer of the call was lost, or its sender was.
pub(crate) async fn answer_lost(tenancy: &Tenancy, message: &mut Message, now: Timestamp) -> Result<(), Busy> {
    let resend_after = tenancy.tenant().await?.and_then(|tenant| tenant.resend_unconfirmed_after);
    let claims = claims(message);
    change(tenancy, message, |message| {
        if let Some(delivery) = delivery_of(message, claims) {
            // Settled meanwhile by a status: then there is nothing to lose.
            let _ = delivery.lose_answer(resend_after, now);
        }
        Change::Message
    })
    .await
}

/// Graph refused the message because of its file, which can be had anew: it goes out again at once.
pub(crate) async fn again(tenancy: &Tenancy, claimed: Claimed, now: Timestamp) -> Result<(), Busy> {
    let mut message = claimed.message;
    tracing::info!(message.id = %message.id, "Graph does not know a file any more");
    postpone(tenancy, &mut message, Obstacle::File, now, now).await.map(|_| ())
}

async fn sent(
    tenancy: &Tenancy,
    channel: &Channel,
    message: &mut Message,
    wamid: Wamid,
    now: Timestamp,
) -> Result<Sent, Busy> {
    let alias = MessageId::of_wamid(&channel.phone_number_id, &wamid);
    change(tenancy, message, |message| {
        message.wamid = Some(wamid.clone());
        if let Some(delivery) = message.delivery_mut() {
            delivery.sent_as(&wamid, now);
        }
        Change::Done { alias: Some(alias) }
    })
    .await?;
    status::apply_parked(tenancy, alias, message.id).await?;
    // A report that was faster than this may say that it failed after all.
    let failure = message.delivery().filter(|delivery| delivery.status() == Status::Failed).and_then(Delivery::failure);
    match failure.cloned() {
        Some(failure) => status::follow(tenancy, message, &Report::Failed(failure), now, now).await.map(|_| ())?,
        None => number::recovered(tenancy, channel, now).await?,
    }
    Ok(Sent::Over)
}

async fn refused(
    tenancy: &Tenancy,
    channel: &Channel,
    message: &mut Message,
    error: &GraphError,
    now: Timestamp,
) -> Result<Sent, Busy> {
    if let Some(setback) = setback(tenancy, channel, message, error, now).await? {
        let sent = wait(tenancy, message, setback.not_before, |delivery| {
            let postponed = delivery.postpone(setback.obstacle, setback.not_before, now);
            postponed.map(|()| remember(delivery, error, channel))
        });
        return Ok(sent.await?.with(setback, error));
    }
    let failure = error.failure().clone();
    // Meta may have decided when it was asked: what the customer has said since then counts.
    let asked_at = message.delivery().map_or(now, Delivery::since);
    // What follows from it comes first: once the message has failed, nobody looks at it again.
    status::consequences(tenancy, message, &Report::Failed(failure.clone()), asked_at).await?;
    let claims = claims(message);
    change(tenancy, message, |message| match delivery_of(message, claims) {
        Some(delivery) => {
            delivery.failed(failure.clone(), now);
            Change::Done { alias: None }
        }
        None => Change::Message,
    })
    .await?;
    Ok(Sent::Over)
}

impl Sent {
    /// The same, told as the number's matter where it is.
    fn with(self, setback: Setback, error: &GraphError) -> Self {
        match error.row.class {
            Class::Account(_) => Self::NumberRefused { is_news: setback.is_news },
            _ => self,
        }
    }
}

/// A message that was not claimed fails, unless somebody has claimed it meanwhile.
async fn fail_unclaimed(
    tenancy: &Tenancy,
    message: &mut Message,
    failure: Failure,
    now: Timestamp,
) -> Result<(), Busy> {
    change(tenancy, message, |message| match message.delivery_mut() {
        Some(delivery) if delivery.status() == Status::Queued => {
            delivery.failed(failure.clone(), now);
            Change::Done { alias: None }
        }
        _ => Change::Message,
    })
    .await
}

async fn postpone(
    tenancy: &Tenancy,
    message: &mut Message,
    obstacle: Obstacle,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<Sent, Busy> {
    // A status that came meanwhile says that it did leave.
    wait(tenancy, message, not_before, |delivery| delivery.postpone(obstacle, not_before, now)).await
}

/// The message waits in its outbox, if it still can.
async fn wait(
    tenancy: &Tenancy,
    message: &mut Message,
    not_before: Timestamp,
    put_back: impl Fn(&mut Delivery) -> Result<(), NotAllowed>,
) -> Result<Sent, Busy> {
    let claims = claims(message);
    change(tenancy, message, |message| {
        if let Some(delivery) = delivery_of(message, claims) {
            // A status may have decided meanwhile.
            let _ = put_back(delivery);
        }
        Change::Message
    })
    .await?;
    let waits = message.delivery().is_some_and(|delivery| delivery.status() == Status::Queued);
    Ok(if waits { Sent::DueAt(not_before) } else { Sent::Over })
}

/// How often the message was claimed, as whoever has something to say of a call knows it.
fn claims(message: &Message) -> u32 {
    message.delivery().map_or(0, Delivery::claims)
}

/// How the message is doing, unless another call was begun since: an answer to the write before may have been lost, and what
/// it stored been taken up by somebody else.
fn delivery_of(message: &mut Message, claims: u32) -> Option<&mut Delivery> {
    message.delivery_mut()?.as_claimed(claims)
}

/// What is written with a changed message.
pub(crate) enum Change {
    Message,
    /// It leaves the outbox; `alias` leads to it from Meta's id.
    Done {
        alias: Option<MessageId>,
    },
}

/// Changes a message as it is now, however it changed since it was read. What it takes of the allowance, and of Meta's limit,
/// follows in the same transaction.
pub(crate) async fn change(
    tenancy: &Tenancy,
    message: &mut Message,
    mut decide: impl FnMut(&mut Message) -> Change,
) -> Result<(), Busy> {
    let mut may_take_again = true;
    for attempt in 0..ATTEMPTS {
        let mut changed = message.clone();
        let decided = decide(&mut changed);
        let settlement = allowance::settlement(&mut changed, may_take_again);
        let left = place_left(tenancy, &mut changed).await?;
        let returned_to = place_returned_to(tenancy, &mut changed).await?;
        let is_metered = service::is_delivered(&changed) && !service::is_delivered(message);
        let written = match (decided, settlement) {
            (Change::Message, None) if !is_metered && left.is_none() && returned_to.is_none() => {
                tenancy.save_message(&mut changed).await.map_err(ReserveError::from)
            }
            (decided, settlement) => {
                let mut transaction = tenancy.transaction();
                transaction.save_message(&mut changed);
                decided.write(&mut transaction, &changed);
                if let Some(settlement) = settlement {
                    transaction.settle_charge(&changed, settlement);
                }
                if let Some(place) = left {
                    transaction.leave_place(changed.contact_id, place);
                }
                if let Some(place) = returned_to {
                    transaction.return_to_place(changed.contact_id, place);
                }
                if is_metered {
                    transaction.meter_delivered(&changed);
                }
                transaction.commit_reserving().await
            }
        };
        match written {
            Ok(()) => {
                *message = changed;
                return Ok(());
            }
            // It was given back, others have it, and it was sent after all: the count stays within its limit.
            Err(ReserveError::Exhausted | ReserveError::TooManyBegun) => may_take_again = false,
            Err(ReserveError::Commit(error)) => after_conflict(error, attempt).await?,
        }
        if let Some(current) = tenancy.message(message.id).await? {
            *message = current;
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// The place against Meta's limit (F24) that a message gives back, now that it is known not to have been sent.
async fn place_left(tenancy: &Tenancy, changed: &mut Message) -> Result<Option<Place>, StorageError> {
    let first = changed.delivery_mut().and_then(Delivery::leave_place);
    match first {
        Some(first) => tenancy.place_held(changed.contact_id, first).await,
        None => Ok(None),
    }
}

/// The place that it takes again, now that it arrived after all.
async fn place_returned_to(tenancy: &Tenancy, changed: &mut Message) -> Result<Option<Place>, StorageError> {
    let contact_id = changed.contact_id;
    let Some(delivery) = changed.delivery_mut() else { return Ok(None) };
    match delivery.return_to_place() {
        Some(first) => tenancy.place_left(contact_id, first, delivery.since()).await,
        None => Ok(None),
    }
}

impl Change {
    fn write(self, transaction: &mut Transaction, changed: &Message) {
        match self {
            Self::Message => {}
            Self::Done { alias } => {
                transaction.leave_outbox(changed);
                if let Some(alias) = alias {
                    transaction.add_alias(alias, changed);
                }
            }
        }
    }
}
