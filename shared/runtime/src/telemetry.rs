//! Logs, metrics and outcomes, all on standard output, where CloudWatch takes them from.

use std::io::Write;

use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

/// Starts the JSON logs. A second call in one process changes nothing.
pub(crate) fn start(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    // An error means that a subscriber is set already: a test's, or an earlier call's.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(std::io::stdout)
        .try_init();
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

/// Counts something in CloudWatch, by its embedded metric format: `value` of `name` at `now`, for the function
/// `function`. Alarms name these metrics. No tenant or person in a dimension.
pub fn metric(now: Timestamp, function: &str, name: &str, value: u64) {
    let line = serde_json::json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "WhatsAppHelpdesk",
                "Dimensions": [["function"]],
                "Metrics": [{"Name": name, "Unit": "Count"}],
            }],
        },
        "function": function,
        name: value,
    });
    // A metric that cannot be written must not fail the work it counts.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
