//! A person, or the rule that a tenant chose, decides about a message whose answer was lost (F29).

use std::slice::from_ref;

use domain::delivery::{NotAllowed, Resender};
use domain::{Delivery, Message, MessageId};
use jiff::Timestamp;
use queues::Queue;
use storage::{StorageError, Tenancy, Transaction};

use crate::accept::{LOOK_AFTER, knock};
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
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for UnconfirmedError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// Sends the message again, in its old place among those that still wait. The customer may get it twice; the agent was
/// told.
///
/// # Errors
/// [`UnconfirmedError`]; nothing was changed then.
pub async fn resend(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    now: Timestamp,
) -> Result<Message, UnconfirmedError> {
    decide(tenancy, outbound, id, |delivery| delivery.resend(Resender::Person, now), enter_outbox(now)).await
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
        true => decide(tenancy, outbound, id, |delivery| delivery.resend(Resender::Rule, now), enter_outbox(now)).await,
        false => decide(tenancy, outbound, id, leave_to_a_person, |_, _| {}).await,
    };
    match decided {
        Ok(_) => Ok(is_chosen),
        // Settled or decided meanwhile.
        Err(UnconfirmedError::NotAllowed(_) | UnconfirmedError::NoSuchMessage) => Ok(false),
        Err(UnconfirmedError::Busy(busy)) => Err(busy),
    }
}

fn enter_outbox(now: Timestamp) -> impl Fn(&mut Transaction, &Message) {
    move |transaction, message| transaction.enter_outbox(from_ref(message), now + LOOK_AFTER)
}

fn leave_to_a_person(delivery: &mut Delivery) -> Result<(), NotAllowed> {
    delivery.leave_to_a_person();
    Ok(())
}

/// Leaves the message unsent, as far as we know.
///
/// # Errors
/// [`UnconfirmedError`]; nothing was changed then.
pub async fn discard(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    now: Timestamp,
) -> Result<Message, UnconfirmedError> {
    decide(tenancy, outbound, id, |delivery| delivery.discard(now), Transaction::leave_outbox).await
}

/// Changes an unconfirmed message and its place in the outbox, and lets the sender look at the conversation.
async fn decide(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    change: impl Fn(&mut Delivery) -> Result<(), NotAllowed>,
    change_outbox: impl Fn(&mut Transaction, &Message),
) -> Result<Message, UnconfirmedError> {
    for attempt in 0..ATTEMPTS {
        let found = tenancy.message(id).await?.filter(|message| message.id == id);
        let mut message = found.ok_or(UnconfirmedError::NoSuchMessage)?;
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
