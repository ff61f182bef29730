#![doc = include_str!("../README.md")]

mod clock;
mod environment;
mod sdk;
mod secrets;
mod telemetry;

use std::time::{Duration, SystemTime};

pub use clock::Clock;
pub use environment::{MissingVariable, Runtime};
pub use secrets::{MetaSecrets, Secrets, SecretsError};
pub use telemetry::{Item, metric, outcome};

/// How long an invocation may still take, given the deadline that Lambda set it.
#[expect(clippy::disallowed_methods, reason = "a deadline is a matter of the machine's clock, not of the product's")]
pub fn time_left(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}
