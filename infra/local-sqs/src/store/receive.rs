use rusqlite::{Transaction, params};

use super::{
    Millis, dead_letter,
    overview::expire,
    queue::Queue,
    row::{self, COLUMNS},
};
use crate::{Error, QueueKind, ReceivedMessage, receipt::Receipt};

/// Heads of groups of which nothing is in flight, the longest available first, so that a group that fails again and again
/// does not starve the others.
pub(crate) const OPEN_GROUPS: &str = "
    SELECT head.group_id FROM messages AS head
    WHERE head.queue_id = ?1 AND head.available_at <= ?2
      AND NOT EXISTS (SELECT 1 FROM messages AS earlier
                      WHERE earlier.queue_id = ?1 AND earlier.group_id = head.group_id AND earlier.sequence < head.sequence)
      AND NOT EXISTS (SELECT 1 FROM messages AS busy
                      WHERE busy.queue_id = ?1 AND busy.group_id = head.group_id AND busy.held = 1 AND busy.available_at > ?2)
    ORDER BY head.available_at, head.sequence
    LIMIT ?3";

/// What a receive did.
pub(crate) struct Received {
    pub(crate) messages: Vec<ReceivedMessage>,
    /// How many messages went to the dead-letter queue.
    pub(crate) given_up: usize,
}

pub(crate) fn receive(
    tx: &Transaction<'_>,
    queue: &Queue,
    max_messages: u32,
    hidden_until: Millis,
    now: Millis,
) -> Result<Received, Error> {
    expire(tx, queue, now)?;
    let given_up = dead_letter::give_up(tx, queue, now)?;
    let chosen = match queue.settings.kind {
        QueueKind::Standard => choose_fairly(tx, queue, max_messages, now)?,
        QueueKind::Fifo(_) => choose_by_group(tx, queue, max_messages, now)?,
    };
    let messages =
        chosen.into_iter().map(|sequence| hold(tx, queue, sequence, hidden_until, now)).collect::<Result<_, _>>()?;
    Ok(Received { messages, given_up })
}

/// The groups of a queue, one after the other by the index, however many messages each has; and last none, for those without.
const GROUPS: &str = "
    WITH RECURSIVE groups (id) AS (
        SELECT min(group_id) FROM messages WHERE queue_id = ?1 AND group_id > ''
        UNION ALL
        SELECT (SELECT min(group_id) FROM messages WHERE queue_id = ?1 AND group_id > groups.id) FROM groups
        WHERE groups.id IS NOT NULL)
    SELECT id FROM groups";

/// The longest available first, but for groups: of those, whoever has the fewest in flight goes first, what is chosen here
/// included. (AWS begins with that when a group has 30 in flight and a tenth of all, or takes a tenth of the consumers'
/// time.) A message without group is a group of its own.
fn choose_fairly(tx: &Transaction<'_>, queue: &Queue, max_messages: u32, now: Millis) -> Result<Vec<i64>, Error> {
    let mut statement = tx.prepare_cached(GROUPS)?;
    let groups: Vec<Option<String>> = statement.query_map([queue.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut waiting: Vec<(usize, Millis, i64)> = Vec::new();
    for group in groups {
        let longest = longest_available(tx, queue, group.as_deref(), max_messages, now)?.into_iter();
        match group {
            None => waiting.extend(longest.map(|(available_at, sequence)| (0, available_at, sequence))),
            Some(group) => {
                let busy = in_flight(tx, queue, &group, now)?;
                let nth = longest.zip(busy..);
                waiting.extend(nth.map(|((available_at, sequence), nth)| (nth, available_at, sequence)));
            }
        }
    }
    waiting.sort_unstable();
    Ok(waiting.into_iter().take(max_messages as usize).map(|(.., sequence)| sequence).collect())
}

/// Of a group, or of those without one.
fn longest_available(
    tx: &Transaction<'_>,
    queue: &Queue,
    group: Option<&str>,
    wanted: u32,
    now: Millis,
) -> Result<Vec<(Millis, i64)>, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT available_at, sequence FROM messages WHERE queue_id = ?1 AND group_id IS ?2 AND available_at <= ?3
         ORDER BY available_at, sequence LIMIT ?4",
    )?;
    let rows = statement.query_map(params![queue.id, group, now, wanted], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn in_flight(tx: &Transaction<'_>, queue: &Queue, group: &str, now: Millis) -> Result<usize, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT count(*) FROM messages WHERE queue_id = ?1 AND group_id = ?2 AND held = 1 AND available_at > ?3",
    )?;
    Ok(statement.query_row(params![queue.id, group, now], |row| row.get::<_, u32>(0))? as usize)
}

/// As many as possible of the first group, then of the next (AWS's rule for FIFO queues).
fn choose_by_group(tx: &Transaction<'_>, queue: &Queue, max_messages: u32, now: Millis) -> Result<Vec<i64>, Error> {
    let mut statement = tx.prepare_cached(OPEN_GROUPS)?;
    let groups: Vec<String> =
        statement.query_map(params![queue.id, now, max_messages], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut chosen = Vec::new();
    for group in groups {
        let wanted = max_messages as usize - chosen.len();
        chosen.extend(beginning_of_group(tx, queue, &group, wanted, now)?);
    }
    Ok(chosen)
}

/// A message that is still delayed holds back those behind it.
fn beginning_of_group(
    tx: &Transaction<'_>,
    queue: &Queue,
    group: &str,
    wanted: usize,
    now: Millis,
) -> Result<Vec<i64>, Error> {
    let mut statement = tx.prepare_cached(
        "SELECT sequence, available_at FROM messages WHERE queue_id = ?1 AND group_id = ?2 ORDER BY sequence LIMIT ?3",
    )?;
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    let rows: Vec<(i64, Millis)> = statement
        .query_map(params![queue.id, group, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().take_while(|(_, available_at)| *available_at <= now).map(|(sequence, _)| sequence).collect())
}

fn hold(
    tx: &Transaction<'_>,
    queue: &Queue,
    sequence: i64,
    hidden_until: Millis,
    now: Millis,
) -> Result<ReceivedMessage, Error> {
    let mut statement = tx.prepare_cached(&format!(
        "UPDATE messages SET held = 1, available_at = ?2, receive_count = receive_count + 1,
             first_received_at = coalesce(first_received_at, ?3)
         WHERE sequence = ?1 RETURNING {COLUMNS}"
    ))?;
    let message = statement.query_row(params![sequence, hidden_until, now], row::message)?;
    let receipt = Receipt { sequence, receive_count: message.receive_count };
    Ok(ReceivedMessage { receipt_handle: receipt.handle(&queue.name), message })
}
