//! What waits for a time is looked at when it has come: conversations with messages to send, files that are still with Meta,
//! messages that are to be sent again by themselves, numbers for which something waited, tickets whose session is about to
//! end, and templates on their way to many.

mod message;
mod number;
mod turns;

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use queues::jobs::{CampaignJob, OutboundJob};
use queues::{Queue, SendError};
use storage::directory::{Due, Work};
use storage::{Directory, StorageError};

use crate::gaps::{self, GapsFound};
use crate::remind::remind;
use crate::retry::Busy;

/// Who is told of what is due.
#[derive(Clone, Copy, Debug)]
pub struct Waking<'a> {
    pub directory: &'a Directory,
    /// The sender's queue for what was just written.
    pub outbound: &'a Queue,
    /// Its queue for what waited.
    pub knocks: &'a Queue,
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
    /// Unconfirmed messages that go out again by the rule of their tenant.
    pub resent: u64,
    /// Who waited for a number and is due now.
    pub released: u64,
    /// What should have happened and has not, as far as today's look found it.
    pub gaps: GapsFound,
    /// Tickets of whose session's end somebody was reminded.
    pub reminders: u64,
    /// Templates on their way to many whose worker was told.
    pub campaigns: u64,
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

impl WakeError {
    /// Whether only the item in question is in the way, and neither the table nor the queue.
    fn is_of_one(&self) -> bool {
        match self {
            Self::Storage(error) | Self::Busy(Busy::Storage(error)) => matches!(error, StorageError::Unreadable { .. }),
            Self::Busy(Busy::Contended(_)) => true,
            Self::Queue(_) => false,
        }
    }
}

/// What cannot be read, or is never left alone by others, is looked at again after this.
const TROUBLED_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// What was woken is looked at again after this if its job was lost.
const CONVERSATION_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);
const CAMPAIGN_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);
const GAPS_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// So much is looked at in each shard before it is decided whose turn is first.
const LOOKED_AT: i32 = 1_000;
/// SQS takes ten jobs in a call.
const TOLD_AT_ONCE: usize = 10;
const SIDE_BY_SIDE: usize = 8;

/// Tells who works of everything that is due at `now`, until `until`: of each tenant in turn, so that one with much work
/// delays no other.
///
/// # Errors
/// [`WakeError`]; the next run finds what is left.
pub async fn wake(waking: Waking<'_>, now: Timestamp, until: Instant) -> Result<Woken, WakeError> {
    let mut woken = Woken::default();
    loop {
        let (due, is_all) = waking.look(now).await?;
        // The daily looks take long, and nobody waits for them.
        let (looks, due): (Vec<Due>, Vec<Due>) =
            turns::in_turns(due).into_iter().partition(|one| one.work == Work::GapCheck);
        let all = due.chunks(TOLD_AT_ONCE).chain(looks.chunks(1));
        let told = stream::iter(all).map(async |some| match Instant::now() >= until {
            true => Ok(Woken { more: true, ..Woken::default() }),
            false => waking.tell(some, now, until).await,
        });
        let told = told.buffered(SIDE_BY_SIDE).try_fold(Woken::default(), async |sum, one| Ok(sum.and(one))).await?;
        woken = woken.and(told);
        // Who was let go is due from then on.
        let is_over = is_all && told.released == 0;
        if is_over || woken.more {
            return Ok(woken);
        }
    }
}

impl Woken {
    /// Whether there was anything to do.
    pub fn did_something(&self) -> bool {
        let told = self.conversations + self.files + self.campaigns;
        told + self.resent + self.released + self.reminders > 0 || self.gaps.is_some()
    }

    fn and(self, other: Self) -> Self {
        Self {
            conversations: self.conversations + other.conversations,
            files: self.files + other.files,
            resent: self.resent + other.resent,
            gaps: self.gaps + other.gaps,
            released: self.released + other.released,
            reminders: self.reminders + other.reminders,
            campaigns: self.campaigns + other.campaigns,
            latest_ms: self.latest_ms.max(other.latest_ms),
            more: self.more || other.more,
        }
    }
}

impl Waking<'_> {
    /// What is due in all shards, and whether that is all.
    async fn look(&self, now: Timestamp) -> Result<(Vec<Due>, bool), StorageError> {
        let looks = stream::iter(0..Directory::DUE_SHARDS).map(|shard| self.directory.due(shard, now, LOOKED_AT));
        let shards: Vec<Vec<Due>> = looks.buffered(SIDE_BY_SIDE).try_collect().await?;
        let is_all = shards.iter().all(|shard| shard.len() < LOOKED_AT as usize);
        Ok((shards.concat(), is_all))
    }

    /// First the jobs, then the marks: who dies between tells twice, which is harmless.
    async fn tell(&self, some: &[Due], now: Timestamp, until: Instant) -> Result<Woken, WakeError> {
        let conversations: Vec<OutboundJob> = some.iter().filter_map(conversation).collect();
        self.knocks.knock_of_all(&conversations).await?;
        let mut woken = Woken { conversations: conversations.len() as u64, ..Woken::default() };
        for one in some {
            let next = match self.look_at(one, (now, until), &mut woken).await {
                // It must not hold up all that is due behind it.
                Err(error) if error.is_of_one() => {
                    let error = domain::chain(&error);
                    tracing::error!(tenant.id = %one.tenant_id, work = ?one.work, error, "what is due cannot be worked on");
                    Some(now + TROUBLED_AGAIN_AFTER)
                }
                looked => looked?,
            };
            if let Some(next) = next {
                self.directory.look_again(one, next).await?;
            }
        }
        let late = |one: &Due| u64::try_from(now.duration_since(one.at).as_millis()).unwrap_or(0);
        // The first look for gaps has no time of its own.
        let waited = some.iter().filter(|one| one.work != Work::GapCheck);
        Ok(Woken { latest_ms: waited.map(late).max().unwrap_or(0), ..woken })
    }

    /// Says when to look again; nothing when that is over, or stored with what was done.
    async fn look_at(
        &self,
        one: &Due,
        (now, until): (Timestamp, Instant),
        woken: &mut Woken,
    ) -> Result<Option<Timestamp>, WakeError> {
        Ok(match one.work {
            Work::Conversation { .. } => Some(now + CONVERSATION_AGAIN_AFTER),
            Work::Message { thread_id, position } => self.look_at_message(one, thread_id, position, now, woken).await?,
            Work::Channel { channel_id } => {
                let waiting = number::release(self.directory, one, channel_id, now).await?;
                woken.released += waiting.released;
                waiting.again_at
            }
            Work::GapCheck => {
                gaps::find(&self.directory.tenancy(one), now, until, &mut woken.gaps).await?;
                Some(now + GAPS_AGAIN_AFTER)
            }
            Work::Campaign { campaign_id } => {
                let job = CampaignJob { tenant_id: one.tenant_id, campaign_id };
                self.knocks.tell_of_campaign(&job, Duration::ZERO).await?;
                woken.campaigns += 1;
                Some(now + CAMPAIGN_AGAIN_AFTER)
            }
            Work::Session { ticket_id } => {
                let reminded = remind(&self.directory.tenancy(one), ticket_id, now).await?;
                woken.reminders += u64::from(reminded);
                None
            }
            Work::Status { alias } => {
                woken.gaps = woken.gaps + gaps::of_parked(&self.directory.tenancy(one), alias, now).await?;
                None
            }
        })
    }
}

fn conversation(due: &Due) -> Option<OutboundJob> {
    match due.work {
        Work::Conversation { channel_id, contact_id } => {
            Some(OutboundJob { tenant_id: due.tenant_id, channel_id, contact_id })
        }
        Work::Campaign { .. }
        | Work::Channel { .. }
        | Work::GapCheck
        | Work::Message { .. }
        | Work::Session { .. }
        | Work::Status { .. } => None,
    }
}
