//! What is stored about the file of a message that nobody has claimed yet.

use domain::delivery::Turn;
use domain::{Failure, Message};
use jiff::{SignedDuration, Timestamp};
use storage::Tenancy;
use whatsapp::graph::GraphError;
use whatsapp::graph::errors::Pace;

use super::{ACCOUNT_WAIT, Change, Sent, UNREACHABLE_WAIT, change, wait_after};
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

/// Graph refused the file of a message that is not claimed.
pub(crate) async fn refused(
    tenancy: &Tenancy,
    message: &mut Message,
    error: &GraphError,
    now: Timestamp,
) -> Result<Sent, Busy> {
    if let Some(wait) = wait_after(message, error) {
        return put_off(tenancy, message, now + wait, now).await;
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
    let postponed = message.delivery().map_or(0, domain::Delivery::postponed);
    let wait = Pace::Maintenance.wait(postponed).and_then(|wait| SignedDuration::try_from(wait).ok());
    put_off(tenancy, message, now + wait.unwrap_or(ACCOUNT_WAIT).max(UNREACHABLE_WAIT), now).await
}

/// A message that was not claimed fails, unless somebody has claimed it meanwhile.
async fn fail_unclaimed(
    tenancy: &Tenancy,
    message: &mut Message,
    failure: Failure,
    now: Timestamp,
) -> Result<(), Busy> {
    change(tenancy, message, |message| match message.delivery_mut() {
        Some(delivery) if delivery.turn() == Turn::Ready => {
            delivery.failed(failure.clone(), now);
            Change::Done { alias: None }
        }
        _ => Change::Message,
    })
    .await
}

/// A message that was not claimed waits, unless somebody has claimed it meanwhile.
async fn put_off(
    tenancy: &Tenancy,
    message: &mut Message,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<Sent, Busy> {
    change(tenancy, message, |message| match message.delivery_mut().map(|delivery| delivery.put_off(now)) {
        Some(Ok(())) => Change::Postponed { not_before },
        _ => Change::Message,
    })
    .await?;
    let waits = message.delivery().is_some_and(|delivery| delivery.turn() == Turn::Ready);
    Ok(if waits { Sent::DueAt(not_before) } else { Sent::Over })
}
