//! A refusal that is not final: how long the message waits, and what its number learns from it.

use domain::channel::{Refusal, Remedy};
use domain::delivery::Obstacle;
use domain::{Channel, Delivery, Message};
use jiff::{SignedDuration, Timestamp};
use storage::Tenancy;
use whatsapp::graph::GraphError;
use whatsapp::graph::errors::Class;

use super::Verdict;
use crate::number;
use crate::retry::Busy;

/// What keeps a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setback {
    pub(super) obstacle: Obstacle,
    pub(super) not_before: Timestamp,
    /// The number cannot send, which nobody knew before.
    pub(super) is_news: bool,
}

/// Nothing when the refusal is final. `channel` is the number as it was when Meta was asked.
pub(super) async fn setback(
    tenancy: &Tenancy,
    channel: &Channel,
    message: &Message,
    error: &GraphError,
    now: Timestamp,
) -> Result<Option<Setback>, Busy> {
    let asked = error.retry_after.and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or_default();
    let earlier = |obstacle| message.delivery().map_or(0, |delivery| delivery.obstructed_by(obstacle));
    let code = &error.failure().code;
    let is_alone = message.delivery().is_some_and(|delivery| delivery.is_refused_alone(code, channel));
    let setback = match Verdict::of(error.row.class, earlier) {
        Verdict::Waits(obstacle, wait) => Some(Setback { obstacle, not_before: now + wait.max(asked), is_news: false }),
        Verdict::SlowsNumber(pace) => {
            let not_before = number::slow_down(tenancy, channel.id, pace, asked, now).await?;
            Some(Setback { obstacle: Obstacle::Number, not_before, is_news: false })
        }
        // Others go out: it would stop them again and again.
        Verdict::StopsNumber(Remedy::Repair) if is_alone => None,
        Verdict::StopsNumber(remedy) => {
            let refusal = Refusal::OfRequest(channel);
            let is_news = number::refused(tenancy, channel.id, refusal, remedy, error.failure(), now).await?;
            // Whether and when it goes on, the number says.
            Some(Setback { obstacle: Obstacle::Number, not_before: now, is_news })
        }
        Verdict::Fails => None,
    };
    if let Some(Setback { not_before, .. }) = setback {
        let wait_s = not_before.duration_since(now).as_secs();
        tracing::info!(message.id = %message.id, graph.code = error.code, wait_s, "Graph put a message off");
    }
    Ok(setback)
}

/// The message remembers a refusal that was put down to its number.
pub(super) fn remember(delivery: &mut Delivery, error: &GraphError, channel: &Channel) {
    if error.row.class == Class::Account(Remedy::Repair) {
        delivery.refused_with_number(&error.failure().code, channel);
    }
}
