//! Webhooks: queued with the change they tell of, sent by lanes, sent again until they are answered 200.

mod delivery;
mod log;
mod outbox;
mod payloads;
mod schedule;
mod signature;

use jiff::Timestamp;
use serde::Serialize;

pub(crate) use self::delivery::{PERSISTENCE, deliver_forever};
pub(crate) use self::log::{
    attempt_succeeded, body_of, entries, forget_up_to, give_up, give_up_before, left_over, record_attempt,
};
pub(crate) use self::outbox::{FirstAnswer, Outbox};
pub(crate) use self::payloads::{Report, message, status};
pub(crate) use self::signature::{escaped, signed};

/// The place of a webhook in the log.
pub(crate) type WebhookId = i64;

/// A webhook that is in the store and waits for its first attempt.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) id: WebhookId,
    pub(crate) lane: String,
}

/// A webhook that has not been answered 200 yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingWebhook {
    /// Its id in `GET /_simulator/webhooks`.
    pub id: i64,
    /// Whom it queues with.
    pub lane: String,
    /// Whether an attempt is running now.
    pub in_flight: bool,
    /// When it is tried next, in simulated time; one that is held back by another shows the other's.
    pub due_at: Timestamp,
}
