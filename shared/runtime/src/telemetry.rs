//! Logs and outcomes on standard output, where CloudWatch takes them from.

use std::fmt;
use std::sync::OnceLock;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::clock::Clock;

/// Starts the JSON logs at a level, or at levels by target such as `info,outcome=debug`. A second call in one process changes nothing.
pub(crate) fn start(level: &str) {
    let filter = level.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_timer(FunctionTime)
        .with_writer(std::io::stdout);
    // An error means that a subscriber is set already: a test's, or an earlier call's.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// From now on the logs tell the time of `clock`.
pub(crate) fn follow(clock: Clock) {
    // The first clock stays: a process has one.
    let _ = CLOCK.set(clock);
}

/// The clock that the logs follow; the machine's until somebody sets one.
static CLOCK: OnceLock<Clock> = OnceLock::new();

struct FunctionTime;

impl FormatTime for FunctionTime {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        write!(w, "{}", CLOCK.get().map_or_else(|| Clock::system().now(), Clock::now))
    }
}

/// Where an item of a webhook came from.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The id of the POST.
    pub webhook: &'a str,
    /// Its address in the body, such as `entry/0/changes/0/messages/2`.
    pub at: &'a str,
    /// Meta's name of the field it came in.
    pub field: &'a str,
}

/// Tells what became of one item of a webhook: the `outcome` in one word, the id it `became`, the `reason` if it was
/// parked or dropped. Off unless the log level asks for the target `outcome` at debug; the local stack does.
pub fn outcome(item: Item<'_>, outcome: &str, became: &str, reason: &str) {
    tracing::debug!(
        target: "outcome",
        webhook = item.webhook,
        at = item.at,
        field = item.field,
        outcome,
        became,
        reason,
    );
}
