//! What waits for a time is looked at when it has come: conversations with messages to send, files that are still with Meta,
//! and tickets whose session is about to end.

use std::time::Instant;

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use queues::jobs::{MediaJob, OutboundJob};
use queues::{Queue, SendError};
use storage::directory::{Due, Work};
use storage::{Directory, StorageError, Table};

use crate::remind::remind;
use crate::retry::Busy;

/// Who is told of what is due.
#[derive(Clone, Copy, Debug)]
pub struct Waking<'a> {
    pub directory: &'a Directory,
    /// For what is done here and now.
    pub table: &'a Table,
    /// The sender's queue.
    pub outbound: &'a Queue,
    /// The downloader's.
    pub media: &'a Queue,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Woken {
    /// Conversations whose sender was told.
    pub conversations: u64,
    /// Files whose downloader was told.
    pub files: u64,
    /// Tickets of whose session's end somebody was reminded.
    pub reminders: u64,
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
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// What was woken is looked at again after this if its job was lost. A file may take as long as the function that fetches
/// it.
const CONVERSATION_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);
const FILE_AGAIN_AFTER: SignedDuration = storage::messages::FIRST_LOOK;
const AT_ONCE: i32 = 100;

/// Tells who works of everything that is due at `now`, until `until`.
///
/// # Errors
/// [`WakeError`]; the next run finds what is left.
pub async fn wake(waking: Waking<'_>, now: Timestamp, until: Instant) -> Result<Woken, WakeError> {
    let mut woken = Woken::default();
    for shard in 0..Directory::DUE_SHARDS {
        loop {
            if Instant::now() >= until {
                return Ok(Woken { more: true, ..woken });
            }
            let due = waking.directory.due(shard, now, AT_ONCE).await?;
            for told in try_join_all(due.iter().map(|one| waking.tell(one, now))).await? {
                woken.count(told);
            }
            let overdue = due.iter().map(|one| u64::try_from(now.duration_since(one.at).as_millis()).unwrap_or(0));
            woken.latest_ms = overdue.chain([woken.latest_ms]).max().unwrap_or(0);
            if due.len() < AT_ONCE as usize {
                break;
            }
        }
    }
    Ok(woken)
}

/// What came of one that was due.
#[derive(Clone, Copy)]
enum Told {
    Sender,
    Downloader,
    /// Somebody was reminded.
    Reminded,
    /// There was nothing to tell yet.
    Nobody,
}

impl Woken {
    fn count(&mut self, told: Told) {
        match told {
            Told::Sender => self.conversations += 1,
            Told::Downloader => self.files += 1,
            Told::Reminded => self.reminders += 1,
            Told::Nobody => {}
        }
    }
}

impl Waking<'_> {
    async fn tell(&self, due: &Due, now: Timestamp) -> Result<Told, WakeError> {
        let tenant_id = due.tenant_id;
        let (told, again_after) = match due.work {
            Work::Conversation { channel_id, contact_id } => {
                self.outbound.knock(&OutboundJob { tenant_id, channel_id, contact_id }).await?;
                (Told::Sender, CONVERSATION_AGAIN_AFTER)
            }
            Work::File { thread_id, position } => {
                self.media.tell_of_files(&[MediaJob { tenant_id, thread_id, position }]).await?;
                (Told::Downloader, FILE_AGAIN_AFTER)
            }
            Work::Session { ticket_id } => {
                let reminded = remind(&self.table.of(tenant_id), ticket_id, now).await?;
                return Ok(if reminded { Told::Reminded } else { Told::Nobody });
            }
        };
        self.directory.look_again(due, now + again_after).await?;
        Ok(told)
    }
}
