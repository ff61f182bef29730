use std::collections::BTreeSet;

use rusqlite::{Transaction, params};
use uuid::Uuid;

use super::{
    Millis,
    queue::{Queue, find},
};
use crate::Error;

/// Dead letters that were sent back; with us that is done when it is answered.
#[derive(Clone, Debug)]
pub struct MoveTask {
    /// What the caller was given.
    pub handle: String,
    /// How many there were.
    pub moved: u64,
    /// When, in milliseconds since 1970.
    pub started_at: Millis,
}

/// Moves what was received as often as allowed, and is visible again, to the dead-letter queue; says how many. A FIFO group
/// of which something is in flight waits, so that the dead-letter queue has its messages in order, too.
pub(crate) fn give_up(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<usize, Error> {
    let Some(policy) = &queue.settings.redrive else { return Ok(0) };
    let target = match find(tx, &policy.dead_letter_queue) {
        Ok(target) => target,
        // Its dead-letter queue was deleted: the message stays, rather than getting lost.
        Err(Error::QueueDoesNotExist) => return Ok(0),
        Err(error) => return Err(error),
    };
    let exhausted = exhausted(tx, queue, policy.max_receive_count, now)?;
    for sequence in &exhausted {
        bury(tx, queue, &target, *sequence, now)?;
    }
    Ok(exhausted.len())
}

/// Moves what the dead-letter queue has available back to where it came from, in order, as new messages. Gives the queues
/// that have got something, and how many messages went.
pub(crate) fn redrive(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<(BTreeSet<String>, usize), Error> {
    let mut sources = BTreeSet::new();
    let mut moved = 0;
    for (sequence, source) in redrivable(tx, queue, now)? {
        let target = match find(tx, &source) {
            Ok(target) => target,
            Err(Error::QueueDoesNotExist) => continue,
            Err(error) => return Err(error),
        };
        revive(tx, &target, sequence, now)?;
        sources.insert(source);
        moved += 1;
    }
    Ok((sources, moved))
}

/// Does so, and remembers it under a handle.
pub(crate) fn start_move(
    tx: &Transaction<'_>,
    queue: &Queue,
    now: Millis,
) -> Result<(BTreeSet<String>, String), Error> {
    let (sources, moved) = redrive(tx, queue, now)?;
    let handle = Uuid::new_v4().to_string();
    tx.prepare_cached("INSERT INTO move_tasks (handle, queue_id, moved, started_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![handle, queue.id, moved, now])?;
    Ok((sources, handle))
}

/// The latest of what was sent back, at most `limit`.
pub(crate) fn moves(tx: &Transaction<'_>, queue: &Queue, limit: u32) -> Result<Vec<MoveTask>, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT handle, moved, started_at FROM move_tasks WHERE queue_id = ?1 ORDER BY started_at DESC, rowid DESC LIMIT ?2",
    )?;
    let tasks = statement.query_map(params![queue.id, limit], |row| {
        Ok(MoveTask { handle: row.get(0)?, moved: row.get(1)?, started_at: row.get(2)? })
    })?;
    Ok(tasks.collect::<Result<_, _>>()?)
}

fn exhausted(tx: &Transaction<'_>, queue: &Queue, max_receive_count: u32, now: Millis) -> Result<Vec<i64>, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT sequence FROM messages AS dead
         WHERE queue_id = ?1 AND held = 1 AND receive_count >= ?2 AND available_at <= ?3
           AND NOT (?4 AND EXISTS (SELECT 1 FROM messages AS busy
                                   WHERE busy.queue_id = ?1 AND busy.group_id = dead.group_id
                                     AND busy.held = 1 AND busy.available_at > ?3))
         ORDER BY sequence",
    )?;
    let parameters = params![queue.id, max_receive_count, now, queue.settings.is_fifo()];
    let sequences = statement.query_map(parameters, |row| row.get(0))?;
    Ok(sequences.collect::<Result<_, _>>()?)
}

/// In a FIFO dead-letter queue the time of sending begins anew, in a standard one it stays (AWS's rule for retention).
fn bury(tx: &Transaction<'_>, from: &Queue, to: &Queue, sequence: i64, now: Millis) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO messages (queue_id, message_id, group_id, deduplication_id, sent_at, available_at, receive_count,
                               first_received_at, trace_header, dead_letter_source, attributes, body)
         SELECT ?2, message_id, group_id, deduplication_id, iif(?3, ?4, sent_at), ?4, receive_count,
                first_received_at, trace_header, ?5, attributes, body
         FROM messages WHERE sequence = ?1",
    )?
    .execute(params![sequence, to.id, to.settings.is_fifo(), now, from.name])?;
    delete_row(tx, sequence)
}

fn redrivable(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<Vec<(i64, String)>, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT sequence, dead_letter_source FROM messages
         WHERE queue_id = ?1 AND available_at <= ?2 AND dead_letter_source IS NOT NULL ORDER BY sequence",
    )?;
    let rows = statement.query_map(params![queue.id, now], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A redriven message is a new one to AWS: new id, new time, no receives.
fn revive(tx: &Transaction<'_>, to: &Queue, sequence: i64, now: Millis) -> Result<(), Error> {
    tx.prepare_cached(
        "INSERT INTO messages (queue_id, message_id, group_id, deduplication_id, sent_at, available_at, trace_header,
                               attributes, body)
         SELECT ?2, ?3, group_id, deduplication_id, ?4, ?4, trace_header, attributes, body
         FROM messages WHERE sequence = ?1",
    )?
    .execute(params![sequence, to.id, Uuid::new_v4().to_string(), now])?;
    delete_row(tx, sequence)
}

fn delete_row(tx: &Transaction<'_>, sequence: i64) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM messages WHERE sequence = ?1")?.execute([sequence])?;
    Ok(())
}
