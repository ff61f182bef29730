//! Everything that Meta sends beside messages and statuses is kept (F5, F12), except what is dropped on purpose.

use std::borrow::Cow;

use domain::{Moderation, WebhookId};
use jiff::Timestamp;
use queues::jobs::{EventItem, EventsJob, InboundItem, InboundJob, StatusItem, StatusesJob};
use serde_json::Value;
use storage::events::{Body, Event};
use storage::{Directory, Objects, StorageError};

/// Where items are kept.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    pub directory: &'a Directory,
    pub objects: &'a Objects,
}

/// Where an item of a webhook was in it, and what it concerns.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
    /// The item's address in the webhook's body.
    pub at: &'a str,
    /// Meta's name of the field it came in.
    pub field: &'a str,
    pub waba_id: Option<&'a str>,
    pub phone_number_id: Option<&'a str>,
}

/// The field in which Meta sends messages and statuses.
const MESSAGES: &str = "messages";

impl<'a> Origin<'a> {
    pub fn of_message(job: &'a InboundJob, item: &'a InboundItem) -> Self {
        Self {
            webhook_id: job.webhook_id,
            received_at: job.received_at,
            at: &item.at,
            field: MESSAGES,
            waba_id: Some(&job.waba_id),
            phone_number_id: Some(&job.phone_number_id),
        }
    }

    pub fn of_status(job: &StatusesJob, item: &'a StatusItem) -> Self {
        Self {
            webhook_id: job.webhook_id,
            received_at: job.received_at,
            at: &item.at,
            field: MESSAGES,
            waba_id: Some(&item.waba_id),
            phone_number_id: Some(&item.phone_number_id),
        }
    }

    pub fn of_event(job: &EventsJob, item: &'a EventItem) -> Self {
        Self {
            webhook_id: job.webhook_id,
            received_at: job.received_at,
            at: &item.at,
            field: &item.field,
            waba_id: item.waba_id.as_deref(),
            phone_number_id: item.phone_number_id.as_deref(),
        }
    }
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// With the tenant it concerns.
    Event,
    /// It concerns a number or account that nobody connected. Kept for a while, and never imported (F5).
    Unrouted,
    /// Dropped on purpose, for this reason.
    Dropped(&'static str),
}

impl Recorded {
    /// The outcome in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event_recorded",
            Self::Unrouted => "parked_unrouted",
            Self::Dropped(_) => "dropped",
        }
    }

    /// The name under which it is counted: its outcome, but for what has an alarm.
    pub fn metric(self) -> &'static str {
        match self {
            Self::Unrouted => "UnroutedItems",
            Self::Event | Self::Dropped(_) => self.name(),
        }
    }
}

/// An item takes 400 KB.
const LARGEST_IN_TABLE: usize = 250_000;

/// Keeps an item as it came, with the `reason` why it is in no thread, or drops it if the product has no use for its field.
///
/// # Errors
/// When storage fails; recording it again is as recording it once.
pub async fn record(
    recording: Recording<'_>,
    origin: Origin<'_>,
    reason: &str,
    value: &Value,
) -> Result<Recorded, StorageError> {
    if let Some(reason) = dropped(origin.field) {
        return Ok(Recorded::Dropped(reason));
    }
    let event = recording.event(origin, reason, &fit_to_keep(origin.field, value)).await?;
    let by_number = match origin.phone_number_id {
        Some(id) => recording.directory.route(id).await?.map(|route| route.tenancy),
        None => None,
    };
    let tenancy = match (by_number, origin.phone_number_id, origin.waba_id) {
        (Some(tenancy), ..) => Some(tenancy),
        (None, None, Some(waba)) => recording.directory.tenant_of_waba(waba).await?,
        _ => None,
    };
    match tenancy {
        Some(tenancy) => {
            tenancy.record_event(&event).await?;
            Ok(Recorded::Event)
        }
        None => {
            recording.directory.park_unrouted(&event).await?;
            Ok(Recorded::Unrouted)
        }
    }
}

/// The fields whose content is not wanted, with the reason under which it is counted.
fn dropped(field: &str) -> Option<&'static str> {
    match field {
        // What was written before the connection is not imported (F5).
        "history" => Some("history"),
        // What the business typed on its own phone: coexistence is refused at signup, so these are strays (F5).
        "smb_message_echoes" | "message_echoes" => Some("echo"),
        // The phone's address book, of which the same is true.
        "smb_app_state_sync" => Some("app_state"),
        _ => None,
    }
}

/// What is only recorded is revealed to nobody, so what should not be seen (F13) is not kept at all. Customers write in one
/// field only.
fn fit_to_keep<'a>(field: &str, value: &'a Value) -> Cow<'a, Value> {
    if field != "messages" {
        return Cow::Borrowed(value);
    }
    let mut redacted = value.clone();
    if Moderation::default().redact(&mut redacted) { Cow::Owned(redacted) } else { Cow::Borrowed(value) }
}

impl Recording<'_> {
    async fn event(self, origin: Origin<'_>, reason: &str, value: &Value) -> Result<Event, StorageError> {
        let Origin { webhook_id, received_at, at, field, .. } = origin;
        let json = value.to_string();
        let body = if json.len() > LARGEST_IN_TABLE {
            let key = format!("events/{webhook_id}/{}", at.replace('/', "-"));
            self.objects.put(&key, json.into_bytes()).await?;
            Body::Object(key)
        } else {
            Body::Json(json)
        };
        Ok(Event {
            webhook_id,
            at: at.to_owned(),
            field: field.to_owned(),
            received_at,
            reason: reason.to_owned(),
            body,
        })
    }
}
