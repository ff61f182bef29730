use rusqlite::{OptionalExtension, Transaction, params};

use super::{Millis, queue::Queue};
use crate::{Error, receipt::Receipt};

/// How a receipt relates to its message now.
enum Standing {
    /// Its receiver has the message.
    InFlight,
    /// The visibility timeout is over, nobody else has received the message since.
    Expired,
    /// The message was received again since.
    Stale,
    /// The message is deleted or has moved.
    Gone,
}

/// A standard queue takes the handle of an expired receive, and leaves the message alone for an older one; a FIFO queue
/// refuses both, so that a receiver learns that the message is another's now. A second deletion does nothing.
pub(crate) fn delete(tx: &Transaction<'_>, queue: &Queue, handle: &str, now: Millis) -> Result<(), Error> {
    let receipt = Receipt::of_handle(handle, &queue.name)?;
    match (standing(tx, queue, &receipt, now)?, queue.settings.is_fifo()) {
        (Standing::InFlight, _) | (Standing::Expired, false) => {
            tx.prepare_cached("DELETE FROM messages WHERE sequence = ?1")?.execute([receipt.sequence])?;
            Ok(())
        }
        (Standing::Expired | Standing::Stale, true) => {
            Err(Error::invalid_parameter("ReceiptHandle", handle, "The receipt handle has expired."))
        }
        (Standing::Stale, false) | (Standing::Gone, _) => Ok(()),
    }
}

pub(crate) fn change_visibility(
    tx: &Transaction<'_>,
    queue: &Queue,
    handle: &str,
    hidden_until: Millis,
    now: Millis,
) -> Result<(), Error> {
    let receipt = Receipt::of_handle(handle, &queue.name)?;
    match standing(tx, queue, &receipt, now)? {
        Standing::InFlight => {
            tx.prepare_cached("UPDATE messages SET available_at = ?2 WHERE sequence = ?1")?
                .execute(params![receipt.sequence, hidden_until])?;
            Ok(())
        }
        Standing::Expired => Err(Error::MessageNotInflight),
        Standing::Stale | Standing::Gone => Err(Error::invalid_parameter(
            "ReceiptHandle",
            handle,
            "Message does not exist or is not available for visibility timeout change.",
        )),
    }
}

fn standing(tx: &Transaction<'_>, queue: &Queue, receipt: &Receipt, now: Millis) -> Result<Standing, Error> {
    let mut statement =
        tx.prepare_cached("SELECT receive_count, available_at FROM messages WHERE sequence = ?1 AND queue_id = ?2")?;
    let found: Option<(u32, Millis)> =
        statement.query_row(params![receipt.sequence, queue.id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(match found {
        None => Standing::Gone,
        Some((receive_count, _)) if receive_count != receipt.receive_count => Standing::Stale,
        Some((_, available_at)) if available_at <= now => Standing::Expired,
        Some(_) => Standing::InFlight,
    })
}
