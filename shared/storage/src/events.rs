//! What Meta sends beside messages and statuses, kept as it came.

use domain::WebhookId;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::item;
use crate::table::Tenancy;

/// How long a tenant's recorded events are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long what came for a number that nobody connected is kept.
pub const UNROUTED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// One item of a webhook, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub webhook_id: WebhookId,
    /// Its address in the webhook's body.
    pub at: String,
    /// Meta's name of the field it came in.
    pub field: String,
    pub received_at: Timestamp,
    /// Why it is here rather than in a thread.
    pub reason: String,
    /// The item in JSON, or where it lies in the bucket if it is too large for the table.
    pub body: Body,
}

/// Where an event's content is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Json(String),
    /// A key of the bucket.
    Object(String),
}

impl Event {
    /// The day of its partition, so that none grows without bound.
    pub fn day(&self) -> Date {
        TimeZone::UTC.to_datetime(self.received_at).date()
    }

    /// The same event has the same address, so that recording it twice leaves one.
    pub fn address(&self) -> String {
        format!("{}#{}", self.webhook_id, self.at)
    }
}

impl Tenancy {
    /// Keeps an event for [`KEPT`].
    pub async fn record_event(&self, event: &Event) -> Result<(), StorageError> {
        let mut item = item::write(&self.keys.event(event.day(), &event.address()), "event", event)?;
        item::expire(&mut item, event.received_at + KEPT);
        self.table.put(item).await
    }
}
