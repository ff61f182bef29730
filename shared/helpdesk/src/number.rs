//! What Meta's answers say of the number itself: that it sends too fast (F30), that it cannot send at all, that it can
//! again (F7).

use domain::channel::{Met, Remedy};
use domain::notice::About;
use domain::{Channel, ChannelId, Failure, Notice};
use jiff::{SignedDuration, Timestamp};
use storage::Tenancy;
use whatsapp::graph::errors::Pace;

use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// A pace that knows no end of its own.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// The number sends more slowly from now on; at least as long as Meta `asked`. Says when it goes on.
pub(crate) async fn slow_down(
    tenancy: &Tenancy,
    id: ChannelId,
    pace: Pace,
    asked: SignedDuration,
    now: Timestamp,
) -> Result<Timestamp, Busy> {
    let wait = |again| {
        let wait = pace.wait(again).and_then(|wait| SignedDuration::try_from(wait).ok());
        wait.unwrap_or(LONGEST_WAIT).max(asked)
    };
    let slowed = change(tenancy, id, |channel| match channel.slow_down(wait, now) {
        true => Changed::Yes(None),
        false => Changed::No,
    })
    .await?;
    let slowdown = slowed.and_then(|channel| channel.slowdown(now));
    Ok(slowdown.map_or(now, |slowdown| slowdown.until()))
}

/// Meta refused what was asked with the token of the channel as it was `read`. Says whether that is news: whoever is told
/// `true` is the only one.
pub(crate) async fn refused(
    tenancy: &Tenancy,
    read: &Channel,
    remedy: Remedy,
    failure: &Failure,
    now: Timestamp,
) -> Result<bool, Busy> {
    let mut is_news = false;
    change(tenancy, read.id, |channel| {
        let met = channel.meet(remedy, failure.clone(), read, now);
        is_news = met == Met::News;
        match met {
            Met::Nothing => Changed::No,
            Met::Known => Changed::Yes(None),
            Met::News => Changed::Yes(Some(Notice { at: now, about: about(remedy, read.id, failure.clone()) })),
        }
    })
    .await?;
    if is_news {
        let (code, reason) = (&failure.code, &failure.reason);
        tracing::error!(channel.id = %read.id, graph.code = code, reason, "a number cannot send until somebody acts");
    }
    Ok(is_news)
}

/// A message went out by the channel as it was `read`: what had to be repaired is.
pub(crate) async fn recovered(tenancy: &Tenancy, read: &Channel, now: Timestamp) -> Result<(), Busy> {
    if read.trouble().is_none() {
        return Ok(());
    }
    let repaired = || Notice { at: now, about: About::NumberRepaired { channel_id: read.id } };
    change(tenancy, read.id, |channel| match channel.recover(now) {
        true => Changed::Yes(Some(repaired())),
        false => Changed::No,
    })
    .await
    .map(|_| ())
}

fn about(remedy: Remedy, channel_id: ChannelId, failure: Failure) -> About {
    match remedy {
        Remedy::Reconnect => About::NumberNeedsReconnecting { channel_id, failure },
        Remedy::Repair => About::NumberNeedsRepair { channel_id, failure },
    }
}

/// Whether a channel is to be stored, and with what its admins have to hear.
enum Changed {
    No,
    Yes(Option<Notice>),
}

/// Changes a channel as it is now; nothing if it is not there.
async fn change(
    tenancy: &Tenancy,
    id: ChannelId,
    mut decide: impl FnMut(&mut Channel) -> Changed,
) -> Result<Option<Channel>, Busy> {
    for attempt in 0..ATTEMPTS {
        let Some(mut channel) = tenancy.channel(id).await? else { return Ok(None) };
        let Changed::Yes(notice) = decide(&mut channel) else { return Ok(Some(channel)) };
        match tenancy.save_channel(&mut channel, notice.as_ref()).await {
            Ok(()) => return Ok(Some(channel)),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}
