//! What becomes of a message of ours on the customer's phone, and the webhooks that tell of it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::customers;
use crate::graph::MetaError;
use crate::messages::{self, Message};
use crate::numbers::{self, Number};
use crate::store::{self, Change};
use crate::webhooks::{self, Report};

/// A status that Meta reports.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Sent,
    Delivered,
    Read,
    /// A voice message was played for the first time.
    Played,
    Failed,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }
}

/// How far a message comes without being told.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Automatic {
    None,
    Delivered,
    Read,
}

impl Automatic {
    const CHOICE: &'static str = "automatic_statuses";

    pub(crate) fn chosen(db: &Connection) -> rusqlite::Result<Self> {
        Ok(match store::choice(db, Self::CHOICE)?.as_deref() {
            Some("none") => Self::None,
            Some("delivered") => Self::Delivered,
            _ => Self::Read,
        })
    }

    pub(crate) fn choose(self, db: &Connection) -> rusqlite::Result<()> {
        let name = match self {
            Self::None => "none",
            Self::Delivered => "delivered",
            Self::Read => "read",
        };
        store::choose(db, Self::CHOICE, name)
    }

    pub(crate) fn statuses(self) -> &'static [Status] {
        match self {
            Self::None => &[],
            Self::Delivered => &[Status::Sent, Status::Delivered],
            Self::Read => &[Status::Sent, Status::Delivered, Status::Read],
        }
    }
}

/// Reports a status of `message`, whose phone moves on unless it was further already. `code` is the reason of a failure.
pub(crate) fn report(
    change: &mut Change<'_>,
    message: &mut Message,
    status: Status,
    code: i64,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let Some(number) = numbers::find(&change.db, &message.phone_number_id)? else { return Ok(()) };
    let customer = customers::get(&change.db, message.customer_id)?;
    let user_id = customers::user_id(&change.db, &customer, &number)?;
    let report = Report {
        status: status.as_str(),
        timestamp: at.as_second(),
        pricing: is_priced(message, status).then(|| pricing(&change.db, &number, message, change.now)).transpose()?,
        error: (status == Status::Failed).then(|| MetaError::of_code(code).in_webhook()),
    };
    let payload = webhooks::status(&number, &customer, user_id.as_deref(), message, report);
    let lane = format!("statuses/{}", message.id);
    change.queue_webhook(lane, None, &webhooks::escaped(&payload))?;
    if rank(status.as_str()) > rank(&message.status) {
        status.as_str().clone_into(&mut message.status);
        messages::set_status(&change.db, &message.id, &message.status)?;
    }
    Ok(())
}

/// Failing is possible only before the phone has the message.
fn rank(status: &str) -> u8 {
    match status {
        "accepted" => 0,
        "sent" => 1,
        "failed" => 2,
        "delivered" => 3,
        "read" => 4,
        _ => 5,
    }
}

/// The price is on `sent` and on the first of delivered and read.
fn is_priced(message: &Message, status: Status) -> bool {
    match status {
        Status::Sent | Status::Delivered => true,
        Status::Read => rank(&message.status) < rank("delivered"),
        Status::Played | Status::Failed => false,
    }
}

/// Since October 2026 free-form messages are billed, too, after 1,000 a month and number.
fn pricing(db: &Connection, number: &Number, message: &Message, now: Timestamp) -> rusqlite::Result<Value> {
    const FREE_A_MONTH: i64 = 1_000;
    if message.kind == "template" {
        return Ok(json!({ "billable": true, "pricing_model": "PMP", "type": "regular", "category": "utility" }));
    }
    let today = now.to_zoned_datetime(TimeZone::UTC);
    let month = today.first_of_month().and_then(|day| day.start_of_day()).unwrap_or(today).timestamp();
    let is_billable = messages::count_service_messages(db, &number.phone_number_id, month)? > FREE_A_MONTH;
    let kind = if is_billable { "regular" } else { "free_customer_service" };
    Ok(json!({ "billable": is_billable, "pricing_model": "PMP", "type": kind, "category": "service" }))
}
