//! The progress, as it is shown.

use std::sync::atomic::Ordering;
use std::time::Duration;

use acceptance::World;

use crate::figures::Figures;
use crate::options::Options;

/// One line: how far everybody is, and what waits in the queues.
pub(crate) async fn progress(world: &World, options: &Options, figures: &Figures, elapsed: Duration) {
    let queues = world.queues().await;
    let number = |value: &serde_json::Value| value.as_u64().unwrap_or(0);
    let waiting: u64 = queues.iter().map(|queue| number(&queue["available"]) + number(&queue["in_flight"])).sum();
    let oldest = queues.iter().map(|queue| number(&queue["oldest_age_ms"])).max().unwrap_or(0);
    figures.saw_oldest(oldest);
    eprintln!(
        "{:>4} s: {} of {} written, {} of {} replies accepted, {waiting} jobs, the oldest {oldest} ms old",
        elapsed.as_secs(),
        figures.written.load(Ordering::Relaxed),
        options.customers * options.messages,
        figures.accepted.load(Ordering::Relaxed),
        options.customers * options.replies,
    );
}
