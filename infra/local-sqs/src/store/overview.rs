use rusqlite::{Transaction, params};

use super::{
    Millis,
    queue::Queue,
    receive::OPEN_GROUPS,
    row::{self, COLUMNS},
};
use crate::{Counts, Error, Message, QueueKind};

/// When a receive would find something, as far as the queue knows.
pub(crate) enum Outlook {
    /// Now.
    Ready,
    /// Maybe then: a delay or a visibility timeout ends.
    At(Millis),
    /// Not before somebody does something.
    Idle,
}

/// Deletes what has outlived the queue's retention.
pub(crate) fn expire(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<(), Error> {
    let oldest = now - row::seconds(queue.settings.retention_seconds);
    tx.prepare_cached("DELETE FROM messages WHERE queue_id = ?1 AND sent_at <= ?2")?
        .execute(params![queue.id, oldest])?;
    Ok(())
}

pub(crate) fn counts(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<Counts, Error> {
    expire(tx, queue, now)?;
    let mut statement = tx.prepare_cached(
        "SELECT count(*) FILTER (WHERE available_at <= ?2),
                count(*) FILTER (WHERE available_at > ?2 AND held = 1),
                count(*) FILTER (WHERE available_at > ?2 AND held = 0)
         FROM messages WHERE queue_id = ?1",
    )?;
    let counts = statement.query_row(params![queue.id, now], |row| {
        Ok(Counts { available: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
    })?;
    Ok(counts)
}

/// All messages in the order in which they came, whatever their state.
pub(crate) fn messages(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<Vec<Message>, Error> {
    expire(tx, queue, now)?;
    let mut statement =
        tx.prepare_cached(&format!("SELECT {COLUMNS} FROM messages WHERE queue_id = ?1 ORDER BY sequence"))?;
    let messages = statement.query_map([queue.id], row::message)?.collect::<Result<_, _>>()?;
    Ok(messages)
}

pub(crate) fn next_change_at(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<Option<Millis>, Error> {
    expire(tx, queue, now)?;
    let mut statement =
        tx.prepare_cached("SELECT min(available_at) FROM messages WHERE queue_id = ?1 AND available_at > ?2")?;
    Ok(statement.query_row(params![queue.id, now], |row| row.get(0))?)
}

pub(crate) fn outlook(tx: &Transaction<'_>, queue: &Queue, now: Millis) -> Result<Outlook, Error> {
    expire(tx, queue, now)?;
    let ready = match queue.settings.kind {
        QueueKind::Standard => tx
            .prepare_cached("SELECT 1 FROM messages WHERE queue_id = ?1 AND available_at <= ?2")?
            .exists(params![queue.id, now])?,
        QueueKind::Fifo(_) => tx.prepare_cached(OPEN_GROUPS)?.exists(params![queue.id, now, 1])?,
    };
    if ready {
        return Ok(Outlook::Ready);
    }
    Ok(next_change_at(tx, queue, now)?.map_or(Outlook::Idle, Outlook::At))
}
