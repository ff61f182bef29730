//! What is stored about the file of a message that nobody has claimed yet.

use domain::delivery::Obstacle;
use domain::{Channel, Failure, Message};
use jiff::{SignedDuration, Timestamp};
use storage::{CommitError, Tenancy};
use whatsapp::graph::GraphError;
use whatsapp::graph::errors::Pace;

use super::setback::{remember, setback};
use super::{Sent, UNREACHABLE_WAIT, fail_unclaimed, wait};
use crate::retry::Busy;

/// The file of the message is not in the bucket any more.
pub(crate) async fn gone(tenancy: &Tenancy, message: &mut Message, now: Timestamp) -> Result<(), Busy> {
    let failure = Failure {
        code: "file_missing".to_owned(),
        reason: "The file is not there any more".to_owned(),
        advice: "Upload it again, then send it again".to_owned(),
    };
    fail_unclaimed(tenancy, message, failure, now).await
}

/// The digest of the file is known, and there is no time for more.
pub(crate) async fn reckoned(tenancy: &Tenancy, message: &mut Message) -> Result<(), Busy> {
    match tenancy.save_message(message).await {
        // Somebody else got further.
        Ok(()) | Err(CommitError::Conflict) => Ok(()),
        Err(CommitError::Storage(error)) => Err(error.into()),
    }
}

/// Graph refused the file of a message that is not claimed.
pub(crate) async fn refused(
    tenancy: &Tenancy,
    channel: &Channel,
    message: &mut Message,
    error: &GraphError,
    now: Timestamp,
) -> Result<Sent, Busy> {
    if let Some(setback) = setback(tenancy, channel, message, error, now).await? {
        let sent = wait(tenancy, message, setback.not_before, |delivery| {
            let put_off = delivery.put_off(setback.obstacle, setback.not_before, now);
            put_off.map(|()| remember(delivery, error, channel))
        });
        return Ok(sent.await?.with(setback, error));
    }
    fail_unclaimed(tenancy, message, error.failure().clone(), now).await?;
    Ok(Sent::Over)
}

/// The file of a message that is not claimed did not come through.
pub(crate) async fn not_taken(
    tenancy: &Tenancy,
    message: &mut Message,
    reason: &str,
    now: Timestamp,
) -> Result<Sent, Busy> {
    tracing::warn!(message.id = %message.id, reason, "Graph did not take a file");
    let earlier = message.delivery().map_or(0, |delivery| delivery.obstructed_by(Obstacle::Network));
    let wait = Pace::Maintenance.wait(earlier).and_then(|wait| SignedDuration::try_from(wait).ok());
    let not_before = now + wait.unwrap_or_default().max(UNREACHABLE_WAIT);
    put_off(tenancy, message, Obstacle::Network, not_before, now).await
}

/// A message that was not claimed waits, unless somebody has claimed it meanwhile.
async fn put_off(
    tenancy: &Tenancy,
    message: &mut Message,
    obstacle: Obstacle,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<Sent, Busy> {
    wait(tenancy, message, not_before, |delivery| delivery.put_off(obstacle, not_before, now)).await
}
