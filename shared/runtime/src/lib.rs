#![doc = include_str!("../README.md")]

mod clock;
mod environment;
mod invocation;
mod sdk;
mod seal;
mod secrets;
mod telemetry;

use std::time::{Duration, SystemTime};

pub use clock::Clock;
pub use environment::{MissingVariable, Runtime};
pub use invocation::Invocation;
pub use seal::{Purpose, Seal, SealError};
pub use secrets::{MetaSecrets, Secrets, SecretsError};
pub use telemetry::{Item, outcome};

/// How long an invocation may still take, given the deadline that Lambda set it.
#[expect(clippy::disallowed_methods, reason = "a deadline is a matter of the machine's clock, not of the product's")]
pub fn time_left(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}
