//! A person decides about a message whose answer was lost (F29).

use domain::delivery::NotAllowed;
use domain::{Message, MessageId};
use jiff::Timestamp;
use queues::Queue;
use storage::{StorageError, Tenancy};

use crate::accept::{LOOK_AFTER, knock};
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

/// Sends the message again, behind what is sent already. The customer may get it twice; the agent was told.
///
/// # Errors
/// [`UnconfirmedError`]; nothing was changed then.
pub async fn resend(
    tenancy: &Tenancy,
    outbound: &Queue,
    id: MessageId,
    now: Timestamp,
) -> Result<Message, UnconfirmedError> {
    for attempt in 0..ATTEMPTS {
        let mut message = outgoing(tenancy, id).await?;
        message.delivery_mut().ok_or(UnconfirmedError::NoSuchMessage)?.resend(now)?;
        let mut transaction = tenancy.transaction();
        transaction.save_message(&mut message);
        transaction.enter_outbox(&message, now + LOOK_AFTER);
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
    for attempt in 0..ATTEMPTS {
        let mut message = outgoing(tenancy, id).await?;
        message.delivery_mut().ok_or(UnconfirmedError::NoSuchMessage)?.discard(now)?;
        let mut transaction = tenancy.transaction();
        transaction.save_message(&mut message);
        transaction.leave_outbox(&message);
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

async fn outgoing(tenancy: &Tenancy, id: MessageId) -> Result<Message, UnconfirmedError> {
    let message = tenancy.message(id).await?.filter(|message| message.id == id);
    message.filter(|message| message.delivery().is_some()).ok_or(UnconfirmedError::NoSuchMessage)
}
