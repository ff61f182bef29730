//! Those who waited for a number go on.

use domain::{Channel, ChannelId};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use storage::directory::Due;
use storage::held::Held;
use storage::{CommitError, Directory, Tenancy};

use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What became of those who wait for a number.
pub(super) struct Waiting {
    pub(super) released: u64,
    /// When to look again; nothing when that is over, or somebody else has said when.
    pub(super) again_at: Option<Timestamp>,
}

const AT_ONCE: i32 = 100;
/// So many times that many in one look; the next one goes on.
const ROUNDS: usize = 20;
const SIDE_BY_SIDE: usize = 16;
/// Whoever is let go to try whether something was repaired may have nothing to send; then the next one is.
const NEXT_TRY: SignedDuration = SignedDuration::from_mins(1);

/// Lets all go who wait for the number, or one conversation in turn while something has to be repaired at Meta, which keeps no
/// file from being fetched. Who dies in here lets some go twice, which is harmless.
pub(super) async fn release(directory: &Directory, due: &Due, id: ChannelId, now: Timestamp) -> Result<Waiting, Busy> {
    let (tenancy, mut released) = (&directory.tenancy(due), 0);
    let Some(mut channel) = tenancy.channel(id).await? else { return Ok(Waiting { released, again_at: None }) };
    if channel.wakes_at().is_none_or(|at| now < at) {
        return Ok(Waiting { released, again_at: None });
    }
    if channel.trouble().is_some() {
        if channel.can_ask_meta() {
            released += files(tenancy, id, now).await?;
        }
        // It was looked at for its files alone: whoever were let go now would only be held again.
        if let Some(at) = channel.tries_at().filter(|at| now < *at) {
            return Ok(Waiting { released, again_at: Some(at) });
        }
        released += u64::from(let_one_try(directory, due, &mut channel, now).await?);
        return Ok(Waiting { released, again_at: None });
    }
    for _ in 0..ROUNDS {
        let round = some(tenancy, id, AT_ONCE, now).await?;
        released += round;
        if round < AT_ONCE.unsigned_abs().into() {
            channel.woke();
            return match tenancy.save_channel(&mut channel, None).await {
                Ok(()) => Ok(Waiting { released, again_at: None }),
                Err(CommitError::Conflict) => Ok(Waiting { released, again_at: Some(now) }),
                Err(CommitError::Storage(error)) => Err(error.into()),
            };
        }
    }
    Ok(Waiting { released, again_at: Some(now) })
}

/// Lets the one go who waits behind whoever was let go last: a message that Meta refuses whatever is repaired takes only its
/// own turn. Says whether there was one.
async fn let_one_try(directory: &Directory, due: &Due, channel: &mut Channel, now: Timestamp) -> Result<bool, Busy> {
    let (tenancy, id, next) = (&directory.tenancy(due), channel.id, now + NEXT_TRY);
    let held = tenancy.next_held(id, channel.tried_last()).await?;
    // The mark first: whoever comes by an index that still shows it lets nobody else go.
    let is_marked = match held {
        Some(Held::Conversation { contact_id }) => {
            channel.let_try(contact_id, next);
            match tenancy.save_channel(channel, None).await {
                Ok(()) => true,
                // Something was learned of it meanwhile, or somebody else has let one go.
                Err(CommitError::Conflict) => false,
                Err(CommitError::Storage(error)) => return Err(error.into()),
            }
        }
        Some(Held::File { .. }) | None => directory.look_again(due, next).await?,
    };
    match held {
        Some(held) if is_marked => one(tenancy, id, &held, now).await.map(|()| true),
        _ => Ok(false),
    }
}

async fn some(tenancy: &Tenancy, id: ChannelId, limit: i32, now: Timestamp) -> Result<u64, Busy> {
    all_of(tenancy, id, tenancy.held(id, limit).await?, now).await
}

/// The files of which Meta can be asked again; what is left after so many goes with the next look.
async fn files(tenancy: &Tenancy, id: ChannelId, now: Timestamp) -> Result<u64, Busy> {
    let mut released = 0;
    for _ in 0..ROUNDS {
        let round = all_of(tenancy, id, tenancy.held_files(id, AT_ONCE).await?, now).await?;
        released += round;
        if round < AT_ONCE.unsigned_abs().into() {
            break;
        }
    }
    Ok(released)
}

async fn all_of(tenancy: &Tenancy, id: ChannelId, held: Vec<Held>, now: Timestamp) -> Result<u64, Busy> {
    let releases = stream::iter(&held).map(|held| one(tenancy, id, held, now));
    releases.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await?;
    Ok(held.len() as u64)
}

async fn one(tenancy: &Tenancy, id: ChannelId, held: &Held, now: Timestamp) -> Result<(), Busy> {
    for attempt in 0..ATTEMPTS {
        match tenancy.release(id, held, now).await {
            Ok(()) => return Ok(()),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}
