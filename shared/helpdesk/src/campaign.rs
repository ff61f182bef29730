//! A template goes to many people (F27), each decided for themselves and accepted as any other message is.
//!
//! What is left to do is in the campaign's item; a job only says that there is something. A slice is decided in one go: its
//! people are accepted one by one, each under a key made of the campaign and the contact, and then the slice and the
//! campaign are written together. So a slice that is decided twice, since somebody died in between or two worked on it,
//! gives everybody the message they already have, whoever they have turned out to be meanwhile.

mod create;
mod decide;
mod terms;

use std::time::Duration;

use domain::campaign::{Campaign, Left};
use domain::{CampaignId, MessageId, Status, UserId};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use queues::Queue;
use queues::jobs::CampaignJob;
use storage::{Objects, StorageError, Tenancy};

use crate::retry::{ATTEMPTS, Busy, after_conflict};

pub use create::{CampaignError, NewCampaign, create_campaign};
pub use terms::{LONGEST_VARIABLES, NotForMany};

/// What working on campaigns needs.
#[derive(Clone, Copy)]
pub struct Campaigning<'a> {
    pub tenancy: &'a Tenancy,
    pub objects: &'a Objects,
    /// Tells the sender of messages.
    pub outbound: &'a Queue,
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// Why a campaign was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    #[error("no such campaign")]
    NoSuchCampaign,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for CancelError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// SQS hides no job for longer.
const LONGEST_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// So many slices are looked at in one go.
const LOOKS: usize = 4;
/// So many of their messages are read at once.
const READ_AT_ONCE: usize = 10;

/// Does what is to be done of a campaign now, and says when there is more; nothing when all is done.
///
/// # Errors
/// [`Busy`] when storage fails; doing it again is as doing it once.
pub async fn advance(with: Campaigning<'_>, id: CampaignId) -> Result<Option<Timestamp>, Busy> {
    let Some(campaign) = with.tenancy.campaign(id).await? else { return Ok(None) };
    for number in campaign.slices_to_look_at((with.now)(), LOOKS) {
        with.look_at(id, number).await?;
    }
    let Some(campaign) = with.tenancy.campaign(id).await? else { return Ok(None) };
    if let Some(number) = campaign.next_slice((with.now)()) {
        with.decide(campaign, number).await?;
    }
    Ok(with.tenancy.campaign(id).await?.and_then(|campaign| campaign.look_at()))
}

/// Stops a campaign: what was accepted goes out, and nobody else gets anything. One that is over stays as it is.
///
/// # Errors
/// [`CancelError`].
pub async fn cancel_campaign(
    tenancy: &Tenancy,
    id: CampaignId,
    by: &UserId,
    now: Timestamp,
) -> Result<Campaign, CancelError> {
    for attempt in 0..ATTEMPTS {
        let mut campaign = tenancy.campaign(id).await?.ok_or(CancelError::NoSuchCampaign)?;
        if !campaign.cancel(by, now) {
            return Ok(campaign);
        }
        match tenancy.save_campaign(&mut campaign).await {
            Ok(()) => return Ok(campaign),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Tells whoever works on campaigns that one has work. A job that cannot be queued is only late: the campaign is marked. What
/// is far off is left to that mark.
pub async fn tell_of_campaign(knocks: &Queue, job: CampaignJob, at: Timestamp, now: Timestamp) {
    if at.duration_since(now) > LONGEST_DELAY {
        return;
    }
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    // SQS counts whole seconds, and who comes too early finds nothing to do.
    let wait = Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
    if let Err(error) = knocks.tell_of_campaign(&job, wait).await {
        let error = domain::chain(&error);
        tracing::warn!(campaign.id = %job.campaign_id, error, "job not queued; due-work will find the work");
    }
}

impl Campaigning<'_> {
    /// Counts what has left of a slice since it was last looked at.
    async fn look_at(self, id: CampaignId, number: u32) -> Result<(), Busy> {
        for attempt in 0..ATTEMPTS {
            let (campaign, slice) = (self.tenancy.campaign(id).await?, self.tenancy.slice(id, number).await?);
            let (Some(mut campaign), Some(mut slice)) = (campaign, slice) else { return Ok(()) };
            let waiting: Vec<MessageId> = slice.waiting().collect();
            let reads = stream::iter(waiting).map(|message| self.left(message)).buffer_unordered(READ_AT_ONCE);
            let left: Vec<(MessageId, Left)> = reads.try_collect().await?;
            let news = left.into_iter().filter(|(message, how)| slice.leave(*message, *how));
            let (failed, sent): (Vec<_>, Vec<_>) =
                news.collect::<Vec<_>>().into_iter().partition(|(_, how)| *how == Left::Failed);
            let count = |all: Vec<_>| u32::try_from(all.len()).unwrap_or(u32::MAX);
            campaign.looked_at(number, &slice, (count(sent), count(failed)), (self.now)());
            let mut transaction = self.tenancy.transaction();
            transaction.save_slice(&campaign, number, &mut slice);
            transaction.save_campaign(&mut campaign);
            match transaction.commit().await {
                Ok(()) => return Ok(()),
                Err(error) => after_conflict(error, attempt).await?,
            }
        }
        Err(Busy::Contended(ATTEMPTS))
    }

    /// A message that is gone was erased: it does not wait any more. One that cannot be read is looked at again, and keeps
    /// no other from being counted.
    async fn left(self, id: MessageId) -> Result<(MessageId, Left), StorageError> {
        let message = match self.tenancy.message(id).await {
            Err(error @ StorageError::Unreadable { .. }) => {
                let error = domain::chain(&error);
                tracing::error!(message.id = %id, error, "a message of a campaign cannot be read");
                return Ok((id, Left::NotYet));
            }
            read => read?,
        };
        let status = message.as_ref().and_then(domain::Message::delivery).map(domain::Delivery::status);
        Ok((
            id,
            match status {
                Some(Status::Queued | Status::Sending | Status::Unconfirmed) => Left::NotYet,
                Some(Status::Failed | Status::Discarded) | None => Left::Failed,
                Some(Status::Sent | Status::Delivered | Status::Read | Status::Played) => Left::Sent,
            },
        ))
    }
}
