//! A person, or the rule that a tenant chose, decides about a message whose answer was lost (F29).

use std::slice::from_ref;

use domain::delivery::{NotAllowed, Resender};
use domain::{Delivery, Message, MessageId, Status};
use jiff::Timestamp;
use queues::Queue;
use storage::idempotency::Answered;
use storage::{StorageError, Tenancy, Transaction};

use crate::accept::{IdempotencyKey, LOOK_AFTER, knock};
use crate::allowance;
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum UnconfirmedError {
    #[error("no such message")]
    NoSuchMessage,
    /// It is not (any more) unconfirmed.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("the idempotency key was used for another request")]
    KeyUsedOtherwise,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for UnconfirmedError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// Sends the message again, in its old place among those that still wait. The customer may get it twice; the agent was
/// told. With the same key it is sent again once: by the time of a repetition its answer may be lost once more, and
/// nobody has decided about that.
///
/// # Errors
/// [`UnconfirmedError`]; nothing was changed then, unless the answer of storage itself was lost, which a repetition
/// with the same key finds out.
pub async fn resend(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    key: Option<&IdempotencyKey>,
    now: Timestamp,
) -> Result<Message, UnconfirmedError> {
    decide(tenancy, outbound, id, key, |delivery| delivery.resend(Resender::Person, now), enter_outbox(key, now)).await
}

/// The same by the rule that the tenant chose, if it still does and the message's time has come. Says whether it goes out
/// again.
///
/// # Errors
/// [`Busy`] when storage fails; doing it again is as doing it once.
pub(crate) async fn resend_by_rule(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    now: Timestamp,
) -> Result<bool, Busy> {
    let is_chosen = tenancy.tenant().await?.is_some_and(|tenant| tenant.resend_unconfirmed_after.is_some());
    let decided = match is_chosen {
        true => {
            let resend = |delivery: &mut Delivery| delivery.resend(Resender::Rule, now);
            decide(tenancy, outbound, id, None, resend, enter_outbox(None, now)).await
        }
        false => decide(tenancy, outbound, id, None, leave_to_a_person, |_, _| {}).await,
    };
    match decided {
        Ok(_) => Ok(is_chosen),
        // Settled or decided meanwhile; a rule has no key.
        Err(UnconfirmedError::NotAllowed(_) | UnconfirmedError::NoSuchMessage | UnconfirmedError::KeyUsedOtherwise) => {
            Ok(false)
        }
        Err(UnconfirmedError::Busy(busy)) => Err(busy),
    }
}

fn enter_outbox(key: Option<&IdempotencyKey>, now: Timestamp) -> impl Fn(&mut Transaction, &Message) {
    move |transaction, message| {
        transaction.enter_outbox(from_ref(message), now + LOOK_AFTER);
        if let Some(IdempotencyKey { hash, fingerprint, kept }) = key {
            let answered = Answered { fingerprint: fingerprint.clone(), message_ids: vec![message.id] };
            transaction.remember(hash, &answered, now + *kept);
        }
    }
}

fn leave_to_a_person(delivery: &mut Delivery) -> Result<(), NotAllowed> {
    delivery.leave_to_a_person();
    Ok(())
}

/// Leaves the message unsent, as far as we know. Whoever asks again, since the answer was lost, is told the same.
///
/// # Errors
/// [`UnconfirmedError`]; nothing was changed then.
pub async fn discard(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    now: Timestamp,
) -> Result<Message, UnconfirmedError> {
    let discard = |delivery: &mut Delivery| delivery.discard(now);
    match decide(tenancy, outbound, id, None, discard, Transaction::leave_outbox).await {
        Err(refused @ UnconfirmedError::NotAllowed(_)) => {
            let is_discarded = |it: &Message| it.delivery().is_some_and(|it| it.status() == Status::Discarded);
            let message = tenancy.message(id).await?.filter(is_discarded).ok_or(refused)?;
            // Whoever did it may have died before.
            knock(outbound, tenancy, &message).await;
            Ok(message)
        }
        decided => decided,
    }
}

/// Changes an unconfirmed message and its place in the outbox, and lets the sender look at the conversation, unless
/// that was done with this key already.
async fn decide(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    key: Option<&IdempotencyKey>,
    change: impl Fn(&mut Delivery) -> Result<(), NotAllowed>,
    change_outbox: impl Fn(&mut Transaction, &Message),
) -> Result<Message, UnconfirmedError> {
    for attempt in 0..ATTEMPTS {
        let is_repetition = is_done(tenancy, key).await?;
        let found = tenancy.message(id).await?.filter(|message| message.id == id);
        let mut message = found.ok_or(UnconfirmedError::NoSuchMessage)?;
        if is_repetition {
            // Whoever did it may have died before.
            knock(outbound, tenancy, &message).await;
            return Ok(message);
        }
        change(message.delivery_mut().ok_or(UnconfirmedError::NoSuchMessage)?)?;
        let settlement = allowance::settlement(&mut message, true);
        let mut transaction = tenancy.transaction();
        transaction.save_message(&mut message);
        change_outbox(&mut transaction, &message);
        if let Some(settlement) = settlement {
            transaction.settle_charge(&message, settlement);
        }
        match transaction.commit().await {
            Ok(()) => {
                knock(outbound, tenancy, &message).await;
                return Ok(message);
            }
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Whether what is asked for with this key was done.
async fn is_done(tenancy: &Tenancy, key: Option<&IdempotencyKey>) -> Result<bool, UnconfirmedError> {
    let Some(key) = key else { return Ok(false) };
    match tenancy.answered(&key.hash).await? {
        Some(earlier) if earlier.fingerprint != key.fingerprint => Err(UnconfirmedError::KeyUsedOtherwise),
        earlier => Ok(earlier.is_some()),
    }
}
