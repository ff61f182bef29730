//! Conversations that wait for a time are looked at when it has come.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use queues::jobs::OutboundJob;
use queues::{Queue, SendError};
use storage::{Directory, StorageError};

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Woken {
    /// Conversations whose sender was told.
    pub conversations: u64,
    /// How long the one that waited longest was overdue, in milliseconds: for the alarm on late work.
    pub latest_ms: u64,
    /// Whether time ran out before everything due was looked at; the next run goes on.
    pub more: bool,
}

/// Why a run stopped early. What it did stays done.
#[derive(Debug, thiserror::Error)]
pub enum WakeError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Queue(#[from] SendError),
}

/// A conversation that was woken is looked at again after this if its job was lost.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);
const AT_ONCE: i32 = 100;

/// Tells the sender of every conversation that is due at `now`, until `until`.
///
/// # Errors
/// [`WakeError`]; the next run finds what is left.
pub async fn wake(directory: &Directory, outbound: &Queue, now: Timestamp, until: Instant) -> Result<Woken, WakeError> {
    let mut woken = Woken::default();
    for shard in 0..Directory::DUE_SHARDS {
        loop {
            if Instant::now() >= until {
                return Ok(Woken { more: true, ..woken });
            }
            let due = directory.due(shard, now, AT_ONCE).await?;
            for one in &due {
                let job =
                    OutboundJob { tenant_id: one.tenant_id, channel_id: one.channel_id, contact_id: one.contact_id };
                outbound.knock(&job).await?;
                directory.look_again(one, now + AGAIN_AFTER).await?;
                let late = u64::try_from(now.duration_since(one.at).as_millis()).unwrap_or(0);
                woken.conversations += 1;
                woken.latest_ms = woken.latest_ms.max(late);
            }
            if due.len() < AT_ONCE as usize {
                break;
            }
        }
    }
    Ok(woken)
}
