use rusqlite::{OptionalExtension, Transaction, params};

use super::{Millis, row};
use crate::{Error, QueueSettings, acceptance::check_queue_name};

/// A queue as stored.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) settings: QueueSettings,
    pub(crate) created_at: Millis,
    pub(crate) modified_at: Millis,
}

pub(crate) fn find(tx: &Transaction<'_>, name: &str) -> Result<Queue, Error> {
    let mut statement =
        tx.prepare_cached("SELECT id, settings, created_at, modified_at FROM queues WHERE name = ?1")?;
    let found = statement
        .query_row([name], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let (id, settings, created_at, modified_at) = found.ok_or(Error::QueueDoesNotExist)?;
    Ok(Queue { id, name: name.to_owned(), settings: serde_json::from_str(&settings)?, created_at, modified_at })
}

/// All names, or those that start with the prefix, in order.
pub(crate) fn names(tx: &Transaction<'_>, prefix: &str) -> Result<Vec<String>, Error> {
    let mut statement =
        tx.prepare_cached("SELECT name FROM queues WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name")?;
    let names = statement.query_map([prefix], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

/// Making a queue that exists with the same settings changes nothing.
pub(crate) fn create(tx: &Transaction<'_>, name: &str, settings: &QueueSettings, now: Millis) -> Result<(), Error> {
    check_queue_name(name, settings)?;
    match find(tx, name) {
        Ok(existing) if existing.settings == *settings => return Ok(()),
        Ok(_) => return Err(Error::QueueNameExists),
        Err(Error::QueueDoesNotExist) => check_dead_letter_queue(tx, settings)?,
        Err(error) => return Err(error),
    }
    tx.prepare_cached("INSERT INTO queues (name, settings, created_at, modified_at) VALUES (?1, ?2, ?3, ?3)")?
        .execute(params![name, serde_json::to_string(settings)?, now])?;
    Ok(())
}

/// A FIFO queue's new delay holds for the messages already waiting, too; a standard queue's for later ones only (AWS's rule).
pub(crate) fn set(tx: &Transaction<'_>, queue: &Queue, settings: &QueueSettings, now: Millis) -> Result<(), Error> {
    if queue.settings.is_fifo() != settings.is_fifo() {
        return Err(Error::InvalidAttributeName("FifoQueue".to_owned()));
    }
    check_dead_letter_queue(tx, settings)?;
    tx.prepare_cached("UPDATE queues SET settings = ?2, modified_at = ?3 WHERE id = ?1")?.execute(params![
        queue.id,
        serde_json::to_string(settings)?,
        now
    ])?;
    if settings.is_fifo() && settings.delay_seconds != queue.settings.delay_seconds {
        tx.prepare_cached("UPDATE messages SET available_at = sent_at + ?2 WHERE queue_id = ?1 AND receive_count = 0")?
            .execute(params![queue.id, row::seconds(settings.delay_seconds)])?;
    }
    Ok(())
}

/// Deletes the queue with all it holds.
pub(crate) fn remove(tx: &Transaction<'_>, queue: &Queue) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM queues WHERE id = ?1")?.execute([queue.id])?;
    Ok(())
}

/// Deletes all messages, those in flight, too. What was sent within five minutes stays known to deduplication.
pub(crate) fn purge(tx: &Transaction<'_>, queue: &Queue) -> Result<(), Error> {
    tx.prepare_cached("DELETE FROM messages WHERE queue_id = ?1")?.execute([queue.id])?;
    Ok(())
}

fn check_dead_letter_queue(tx: &Transaction<'_>, settings: &QueueSettings) -> Result<(), Error> {
    let Some(policy) = &settings.redrive else { return Ok(()) };
    match find(tx, &policy.dead_letter_queue) {
        Ok(target) if target.settings.is_fifo() == settings.is_fifo() => Ok(()),
        Ok(_) => Err(Error::invalid_parameter(
            "RedrivePolicy",
            &policy.dead_letter_queue,
            "Dead-letter queue must be same type of queue as the source.",
        )),
        Err(Error::QueueDoesNotExist) => Err(Error::invalid_parameter(
            "RedrivePolicy",
            &policy.dead_letter_queue,
            "Dead letter target does not exist.",
        )),
        Err(error) => Err(error),
    }
}
