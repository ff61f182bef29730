//! The messages of both directions, with how far each has come.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::clock::from_millisecond;
use crate::customers::Customer;
use crate::{sending, uploads};

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    FromCustomer,
    ToCustomer,
}

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Self::FromCustomer => "from_customer",
            Self::ToCustomer => "to_customer",
        }
    }
}

/// A message that Meta has taken on.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) phone_number_id: String,
    pub(crate) customer_id: i64,
    pub(crate) direction: Direction,
    pub(crate) kind: String,
    /// As a webhook holds it, or as the business sent it.
    pub(crate) content: Value,
    /// `accepted`, then as statuses name it.
    pub(crate) status: String,
    /// The business's own note to itself, which every status brings back.
    pub(crate) opaque_data: Option<String>,
    /// The BSUID it was sent to, unless it was sent to a phone number.
    pub(crate) sent_to_user_id: Option<String>,
    pub(crate) at: Timestamp,
}

/// False if the id is known already; nothing is changed then.
pub(crate) fn insert(db: &Connection, message: &Message) -> rusqlite::Result<bool> {
    let added = db
        .prepare_cached(
            "INSERT OR IGNORE INTO messages
                (id, phone_number_id, customer_id, direction, kind, content, status, opaque_data, sent_to_user_id, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            message.id,
            message.phone_number_id,
            message.customer_id,
            message.direction.as_str(),
            message.kind,
            message.content.to_string(),
            message.status,
            message.opaque_data,
            message.sent_to_user_id,
            message.at.as_millisecond(),
        ])?;
    Ok(added == 1)
}

pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Message>> {
    db.query_row("SELECT * FROM messages WHERE id = ?", [id], read).optional()
}

pub(crate) fn set_status(db: &Connection, id: &str, status: &str) -> rusqlite::Result<()> {
    db.execute("UPDATE messages SET status = ? WHERE id = ?", [status, id]).map(drop)
}

/// The business has the customer's message: two grey ticks on the phone.
pub(crate) fn reached_business(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE messages SET status = 'delivered' WHERE id = ? AND direction = 'from_customer' AND status = 'sent'",
        [id],
    )
    .map(drop)
}

/// The business read this message of the customer and all before it: blue ticks on the phone.
pub(crate) fn read_up_to(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE messages SET status = 'read' WHERE customer_id = ?1 AND phone_number_id = ?2
         AND direction = 'from_customer' AND seq <= (SELECT seq FROM messages WHERE id = ?3)",
        params![message.customer_id, message.phone_number_id, message.id],
    )
    .map(drop)
}

/// Free-form messages of a number since `since` that did not fail.
pub(crate) fn count_service_messages(
    db: &Connection,
    phone_number_id: &str,
    since: Timestamp,
) -> rusqlite::Result<i64> {
    db.query_row(
        "SELECT count(*) FROM messages WHERE phone_number_id = ? AND direction = 'to_customer' AND at >= ?
         AND kind <> 'template' AND status <> 'failed'",
        params![phone_number_id, since.as_millisecond()],
        |row| row.get(0),
    )
}

/// What the customer's phone shows, oldest first.
pub(crate) fn shown_to(db: &Connection, customer: &Customer) -> rusqlite::Result<Vec<Value>> {
    let mut query = db.prepare("SELECT * FROM messages WHERE customer_id = ? ORDER BY seq")?;
    let messages = query.query_map([customer.id], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut shows = Vec::with_capacity(messages.len());
    for message in &messages {
        let mut shown = shown(message);
        let content = &message.content[&message.kind];
        let above = sending::above_the_body(content).1["id"].as_str();
        if let Some(id) = content["id"].as_str().or(above) {
            shown["file"] = uploads::shown(db, id)?;
        }
        shown["reactions"] = reactions(&messages, &message.id).into();
        shows.push(shown);
    }
    Ok(shows)
}

/// The emojis that stand at a message: the last of each side, unless it was taken away.
fn reactions(messages: &[Message], id: &str) -> Vec<Value> {
    let last_of = |side: Direction| {
        let mut theirs =
            messages.iter().rev().filter(|message| message.direction == side && message.kind == "reaction");
        let last = theirs.find(|message| message.content["reaction"]["message_id"] == id)?;
        last.content["reaction"]["emoji"].as_str().filter(|emoji| !emoji.is_empty()).map(Value::from)
    };
    [Direction::FromCustomer, Direction::ToCustomer].into_iter().filter_map(last_of).collect()
}

fn shown(message: &Message) -> Value {
    let mut shown = json!({
        "id": message.id,
        "direction": match message.direction { Direction::FromCustomer => "sent", Direction::ToCustomer => "received" },
        "phone_number_id": message.phone_number_id,
        "type": message.kind,
        "text": text(message),
        "status": message.status,
        "at": message.at.to_string(),
        "message": message.content,
    });
    if let Some(context) = message.content.get("context") {
        shown["context"] = context.clone();
    }
    shown
}

/// The words of a message, whatever its type.
fn text(message: &Message) -> Option<&str> {
    if let Some(filled) = message.content["filled"].as_str() {
        return Some(filled);
    }
    let content = &message.content[&message.kind];
    ["/body", "/body/text", "/caption", "/emoji", "/text", "/name"]
        .iter()
        .find_map(|place| content.pointer(place).and_then(Value::as_str))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Message> {
    let direction: String = row.get("direction")?;
    let content: String = row.get("content")?;
    Ok(Message {
        id: row.get("id")?,
        phone_number_id: row.get("phone_number_id")?,
        customer_id: row.get("customer_id")?,
        direction: if direction == "from_customer" { Direction::FromCustomer } else { Direction::ToCustomer },
        kind: row.get("kind")?,
        content: serde_json::from_str(&content).unwrap_or_default(),
        status: row.get("status")?,
        opaque_data: row.get("opaque_data")?,
        sent_to_user_id: row.get("sent_to_user_id")?,
        at: from_millisecond(row.get("at")?),
    })
}
