//! What Meta's answers say of the number itself: that it sends too fast (F30), that it cannot send at all, that it can
//! again (F7).

use domain::channel::{Met, Refusal, Remedy};
use domain::delivery::Status;
use domain::notice::About;
use domain::{Channel, ChannelId, Failure, Message, Notice};
use jiff::{SignedDuration, Timestamp};
use storage::Tenancy;
use whatsapp::graph::errors::Pace;

use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::settle::Verdict;

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

/// Meta would not have something of the number's. Says whether that is news: whoever is told `true` is the only one.
pub(crate) async fn refused(
    tenancy: &Tenancy,
    id: ChannelId,
    refusal: Refusal<'_>,
    remedy: Remedy,
    failure: &Failure,
    now: Timestamp,
) -> Result<bool, Busy> {
    let mut is_news = false;
    change(tenancy, id, |channel| {
        let met = channel.meet(remedy, failure.clone(), refusal, now);
        is_news = met == Met::News;
        Changed::by(met, || Notice { at: now, about: about(remedy, id, failure.clone()) })
    })
    .await?;
    if is_news {
        let (code, reason) = (&failure.code, &failure.reason);
        tracing::error!(channel.id = %id, graph.code = code, reason, "a number cannot send until somebody acts");
    }
    Ok(is_news)
}

/// Meta took a message and reported at `at` that it failed. Its number learns from that what it would have learned from a
/// refusal, unless it knows better by now. Says whether it cannot send, which nobody knew before.
pub(crate) async fn failed_afterwards(
    tenancy: &Tenancy,
    message: &Message,
    verdict: Verdict,
    failure: &Failure,
    at: Timestamp,
    now: Timestamp,
) -> Result<bool, Busy> {
    let (id, left) = (message.channel_id, left_at(message).map_or(at, |left| left.min(at)));
    match verdict {
        Verdict::StopsNumber(remedy) => refused(tenancy, id, Refusal::OfMessage { left }, remedy, failure, now).await,
        Verdict::SlowsNumber(pace) => {
            let channel = tenancy.channel(id).await?;
            // It has waited since.
            let is_outdated = |it: &Channel| it.knows_better_than(left) || it.slowdown(left).is_some();
            if channel.is_some_and(|channel| !is_outdated(&channel)) {
                slow_down(tenancy, id, pace, SignedDuration::ZERO, now).await?;
            }
            Ok(false)
        }
        Verdict::Waits(..) | Verdict::Fails => Ok(false),
    }
}

/// When Meta took the message, as far as that is known.
pub(crate) fn left_at(message: &Message) -> Option<Timestamp> {
    let mut steps = message.delivery()?.steps().iter();
    steps.find(|step| step.status == Status::Sent).map(|step| step.at)
}

/// Meta took a message by the channel as it was `read`: what had to be repaired is, as far as that tells.
pub(crate) async fn recovered(tenancy: &Tenancy, read: &Channel, now: Timestamp) -> Result<(), Busy> {
    if read.trouble().is_none() {
        return Ok(());
    }
    let repaired = || Notice { at: now, about: About::NumberRepaired { channel_id: read.id } };
    change(tenancy, read.id, |channel| Changed::by(channel.recover(now), repaired)).await.map(|_| ())
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

impl Changed {
    fn by(met: Met, notice: impl FnOnce() -> Notice) -> Self {
        match met {
            Met::Nothing => Self::No,
            Met::Known => Self::Yes(None),
            Met::News => Self::Yes(Some(notice())),
        }
    }
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
