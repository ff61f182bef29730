//! A refusal that is not final: how long the message waits, and what its number learns from it.

use domain::delivery::Obstacle;
use domain::{Channel, Message};
use jiff::{SignedDuration, Timestamp};
use storage::Tenancy;
use whatsapp::graph::GraphError;
use whatsapp::graph::errors::{Class, Pace, Until};

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

/// Nothing when the refusal is final.
pub(super) async fn setback(
    tenancy: &Tenancy,
    channel: &Channel,
    message: &Message,
    error: &GraphError,
    now: Timestamp,
) -> Result<Option<Setback>, Busy> {
    let asked = error.retry_after.and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or_default();
    let setback = match error.row.class {
        Class::Retry(pace) if pace.slows_number() => {
            let not_before = number::slow_down(tenancy, channel.id, pace, asked, now).await?;
            Some(Setback { obstacle: Obstacle::Number, not_before, is_news: false })
        }
        Class::Retry(pace) => {
            let obstacle = obstacle(pace);
            let earlier = message.delivery().map_or(0, |delivery| delivery.obstructed_by(obstacle));
            let wait = pace.wait(earlier).and_then(|wait| SignedDuration::try_from(wait).ok());
            wait.map(|wait| Setback { obstacle, not_before: now + wait.max(asked), is_news: false })
        }
        Class::Account(remedy) => {
            let is_news = number::refused(tenancy, channel, remedy, error.failure(), now).await?;
            // Whether and when it goes on, the number says.
            Some(Setback { obstacle: Obstacle::Number, not_before: now, is_news })
        }
        Class::Wait(Until::MetaLifts | Until::Passed(_) | Until::CustomerWrites)
        | Class::Fix
        | Class::Permanent
        | Class::Notice => None,
    };
    if let Some(Setback { not_before, .. }) = setback {
        let wait_s = not_before.duration_since(now).as_secs();
        tracing::info!(message.id = %message.id, graph.code = error.code, wait_s, "Graph put a message off");
    }
    Ok(setback)
}

fn obstacle(pace: Pace) -> Obstacle {
    match pace {
        Pace::Pair => Obstacle::Pair,
        Pace::Number | Pace::App => Obstacle::Number,
        Pace::Maintenance => Obstacle::Maintenance,
        Pace::Few => Obstacle::Fault,
    }
}
