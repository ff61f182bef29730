use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::{Millis, queue::Queue, row};
use crate::{
    DeduplicationScope, Error, NewMessage, QueueKind, SentMessage,
    message_attribute::{md5_of_attributes, md5_of_body},
};

/// How long a deduplication id is remembered (AWS: the deduplication interval).
const DEDUPLICATION: Millis = 5 * 60 * 1_000;

/// A message's place in the store.
struct Stored {
    message_id: String,
    sequence: i64,
}

pub(crate) fn send(
    tx: &Transaction<'_>,
    queue: &Queue,
    message: &NewMessage,
    now: Millis,
) -> Result<SentMessage, Error> {
    message.check(&queue.settings)?;
    let stored = match message.effective_deduplication_id(&queue.settings)? {
        Some(id) => insert_once(tx, queue, message, &id, now)?,
        None => insert(tx, queue, message, None, now)?,
    };
    Ok(SentMessage {
        sequence_number: queue.settings.is_fifo().then(|| row::sequence_number(stored.sequence)),
        message_id: stored.message_id,
        md5_of_body: md5_of_body(&message.body),
        md5_of_attributes: md5_of_attributes(&message.attributes),
    })
}

fn insert_once(
    tx: &Transaction<'_>,
    queue: &Queue,
    message: &NewMessage,
    id: &str,
    now: Millis,
) -> Result<Stored, Error> {
    let scope = scope(queue, message);
    tx.prepare_cached("DELETE FROM deduplications WHERE expires_at <= ?1")?.execute([now])?;
    let first = tx
        .prepare_cached(
            "SELECT message_id, sequence FROM deduplications WHERE queue_id = ?1 AND scope = ?2 AND deduplication_id = ?3",
        )?
        .query_row(params![queue.id, scope, id], |row| Ok(Stored { message_id: row.get(0)?, sequence: row.get(1)? }))
        .optional()?;
    if let Some(first) = first {
        return Ok(first);
    }

    let stored = insert(tx, queue, message, Some(id), now)?;
    tx.prepare_cached(
        "INSERT INTO deduplications (queue_id, scope, deduplication_id, message_id, sequence, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![queue.id, scope, id, stored.message_id, stored.sequence, now + DEDUPLICATION])?;
    Ok(stored)
}

fn scope<'a>(queue: &Queue, message: &'a NewMessage) -> &'a str {
    match &queue.settings.kind {
        QueueKind::Fifo(fifo) if fifo.deduplication_scope == DeduplicationScope::MessageGroup => {
            message.group_id.as_deref().unwrap_or_default()
        }
        _ => "",
    }
}

fn insert(
    tx: &Transaction<'_>,
    queue: &Queue,
    message: &NewMessage,
    deduplication_id: Option<&str>,
    now: Millis,
) -> Result<Stored, Error> {
    let message_id = Uuid::new_v4().to_string();
    let delay = if queue.settings.is_fifo() { None } else { message.delay_seconds };
    let available_at = now + row::seconds(delay.unwrap_or(queue.settings.delay_seconds));
    tx.prepare_cached(
        "INSERT INTO messages
             (queue_id, message_id, group_id, deduplication_id, sent_at, available_at, trace_header, attributes, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        queue.id,
        message_id,
        message.group_id,
        deduplication_id,
        now,
        available_at,
        message.trace_header,
        serde_json::to_string(&message.attributes)?,
        message.body,
    ])?;
    Ok(Stored { message_id, sequence: tx.last_insert_rowid() })
}
