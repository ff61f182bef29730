//! The durable side of the webhooks: what is left to deliver, and every attempt.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::{Queued, WebhookId};
use crate::clock::from_millisecond;
use crate::messages;
use crate::requests::readable;

/// What was not delivered when the simulator last ended, oldest first.
pub(crate) fn left_over(db: &Connection) -> rusqlite::Result<Vec<Queued>> {
    db.prepare("SELECT id, lane FROM webhooks WHERE state = 'pending' ORDER BY id")?
        .query_map([], |row| Ok(Queued { id: row.get(0)?, lane: row.get(1)? }))?
        .collect()
}

/// It has been tried for long enough.
pub(crate) fn give_up(db: &Connection, id: WebhookId) -> rusqlite::Result<()> {
    db.execute("UPDATE webhooks SET state = 'given_up' WHERE id = ?", [id]).map(drop)
}

/// Gives up all that have been tried for long enough.
pub(crate) fn give_up_before(db: &Connection, limit: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE webhooks SET state = 'given_up' WHERE state = 'pending' AND created_at < ?",
        [limit.as_millisecond()],
    )
    .map(drop)
}

/// The bytes of a webhook that is to be delivered, and when it was made.
pub(crate) fn body_of(db: &Connection, id: WebhookId) -> rusqlite::Result<Option<(Vec<u8>, Timestamp)>> {
    db.query_row("SELECT body, created_at FROM webhooks WHERE id = ? AND state = 'pending'", [id], |row| {
        Ok((row.get(0)?, from_millisecond(row.get(1)?)))
    })
    .optional()
}

/// Answered 200; a customer's message has reached the business.
pub(crate) fn attempt_succeeded(db: &Connection, id: WebhookId, at: Timestamp) -> rusqlite::Result<()> {
    record_attempt(db, id, at, Some(200), None)?;
    db.execute("UPDATE webhooks SET state = 'delivered' WHERE id = ?", [id])?;
    let message_id: Option<String> =
        db.query_row("SELECT message_id FROM webhooks WHERE id = ?", [id], |row| row.get(0)).optional()?.flatten();
    message_id.map_or(Ok(()), |message_id| messages::reached_business(db, &message_id))
}

/// An attempt with its answer, or with why there was none.
pub(crate) fn record_attempt(
    db: &Connection,
    id: WebhookId,
    at: Timestamp,
    status: Option<u16>,
    error: Option<&str>,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO webhook_attempts (webhook_id, at, status, error) VALUES (?, ?, ?, ?)")?
        .execute(params![id, at.as_millisecond(), status, error])
        .map(drop)
}

/// Shortens the log.
pub(crate) fn forget_up_to(db: &Connection, id: WebhookId) -> rusqlite::Result<()> {
    db.execute("DELETE FROM webhooks WHERE id <= ? AND state <> 'pending'", [id])?;
    db.execute("DELETE FROM webhook_attempts WHERE webhook_id NOT IN (SELECT id FROM webhooks)", []).map(drop)
}

/// The last `limit` webhooks with their attempts, oldest first.
pub(crate) fn entries(db: &Connection, limit: u32) -> rusqlite::Result<Vec<Value>> {
    let mut query =
        db.prepare("SELECT id, message_id, body, created_at, state FROM webhooks ORDER BY id DESC LIMIT ?")?;
    let rows = query.query_map([limit], |row| {
        Ok(json!({
            "id": row.get::<_, WebhookId>(0)?,
            "message_id": row.get::<_, Option<String>>(1)?,
            "body": readable(&row.get::<_, Vec<u8>>(2)?),
            "at": from_millisecond(row.get(3)?).to_string(),
            "state": row.get::<_, String>(4)?,
        }))
    })?;
    let mut entries: Vec<Value> = rows.collect::<Result<_, _>>()?;
    entries.reverse();
    for entry in &mut entries {
        entry["attempts"] = Value::Array(attempts(db, entry["id"].as_i64().unwrap_or_default())?);
    }
    Ok(entries)
}

fn attempts(db: &Connection, id: WebhookId) -> rusqlite::Result<Vec<Value>> {
    db.prepare_cached("SELECT at, status, error FROM webhook_attempts WHERE webhook_id = ? ORDER BY rowid")?
        .query_map([id], |row| {
            Ok(json!({
                "at": from_millisecond(row.get(0)?).to_string(),
                "status": row.get::<_, Option<u16>>(1)?,
                "error": row.get::<_, Option<String>>(2)?,
            }))
        })?
        .collect()
}
