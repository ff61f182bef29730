//! Messages that waited and will not be sent any more: they fail with the reason, and with what to do.

use domain::contact::wishes::NotWanted;
use domain::{Failure, Message};
use jiff::Timestamp;
use storage::Tenancy;

use super::fail_unclaimed;
use crate::retry::Busy;

/// The message waited until its session was over.
pub(crate) async fn session_over(tenancy: &Tenancy, message: &mut Message, now: Timestamp) -> Result<(), Busy> {
    let failure = Failure {
        code: "session_closed".to_owned(),
        reason: "The session ended while the message waited to be sent".to_owned(),
        advice: "Send an approved template, or wait until the customer writes again".to_owned(),
    };
    fail_unclaimed(tenancy, message, failure, now).await
}

/// The contact was blocked, or opted out, while the message waited.
pub(crate) async fn not_wanted(
    tenancy: &Tenancy,
    message: &mut Message,
    why: NotWanted,
    now: Timestamp,
) -> Result<(), Busy> {
    let (code, advice) = match why {
        NotWanted::Blocked { .. } => ("contact_blocked", "End the block if it was a mistake, then send it again"),
        NotWanted::OptedOut { .. } => {
            ("contact_opted_out", "Send a utility template, or nothing until they opt in again")
        }
        NotWanted::ConsentWithdrawn { .. } | NotWanted::NoConsent => ("consent_missing", "Ask for their consent first"),
    };
    let reason = format!("While the message waited to be sent it turned out that {why}");
    let failure = Failure { code: code.to_owned(), reason, advice: advice.to_owned() };
    fail_unclaimed(tenancy, message, failure, now).await
}

/// The number was disconnected before the message went out.
pub(crate) async fn disconnected(tenancy: &Tenancy, message: &mut Message, now: Timestamp) -> Result<(), Busy> {
    let failure = Failure {
        code: "channel_disconnected".to_owned(),
        reason: "The business number is not connected any more".to_owned(),
        advice: "Have the number connected again, then write the message again".to_owned(),
    };
    fail_unclaimed(tenancy, message, failure, now).await
}

/// The message is of a kind that is never sent.
pub(crate) async fn not_sendable(tenancy: &Tenancy, message: &mut Message, now: Timestamp) -> Result<(), Busy> {
    let failure = Failure {
        code: "not_sendable".to_owned(),
        reason: "Messages of this kind cannot be sent".to_owned(),
        advice: "Write it as text".to_owned(),
    };
    fail_unclaimed(tenancy, message, failure, now).await
}
