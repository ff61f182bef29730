//! Everything that Meta sends beside messages and statuses is kept (F5, F12), except what is dropped on purpose.

use std::borrow::Cow;

use domain::{Moderation, WebhookId};
use jiff::Timestamp;
use serde_json::Value;
use storage::events::{Body, Event};
use storage::{Directory, Objects, StorageError};

/// What recording needs beside the item.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    pub directory: &'a Directory,
    pub objects: &'a Objects,
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
    /// The item's address in the webhook's body.
    pub at: &'a str,
    /// Meta's name of the field it came in.
    pub field: &'a str,
    pub waba_id: Option<&'a str>,
    pub phone_number_id: Option<&'a str>,
    /// Why it is recorded rather than put into a thread.
    pub reason: &'a str,
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

/// Keeps an item as it came, or drops it if the product has no use for its field.
///
/// # Errors
/// When storage fails; recording it again is as recording it once.
pub async fn record(recording: Recording<'_>, value: &Value) -> Result<Recorded, StorageError> {
    if let Some(reason) = dropped(recording.field) {
        return Ok(Recorded::Dropped(reason));
    }
    let event = recording.event(&fit_to_keep(recording.field, value)).await?;
    let by_number = match recording.phone_number_id {
        Some(id) => recording.directory.route(id).await?.map(|route| route.tenancy),
        None => None,
    };
    let tenancy = match (by_number, recording.phone_number_id, recording.waba_id) {
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
    async fn event(&self, value: &Value) -> Result<Event, StorageError> {
        let json = value.to_string();
        let body = if json.len() > LARGEST_IN_TABLE {
            let key = format!("events/{}/{}", self.webhook_id, self.at.replace('/', "-"));
            self.objects.put(&key, json.into_bytes()).await?;
            Body::Object(key)
        } else {
            Body::Json(json)
        };
        Ok(Event {
            webhook_id: self.webhook_id,
            at: self.at.to_owned(),
            field: self.field.to_owned(),
            received_at: self.received_at,
            reason: self.reason.to_owned(),
            body,
        })
    }
}
