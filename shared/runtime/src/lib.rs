#![doc = include_str!("../README.md")]

mod clock;
mod environment;
mod sdk;
mod secrets;
mod telemetry;

pub use clock::Clock;
pub use environment::{MissingVariable, Runtime};
pub use secrets::{MetaSecrets, Secrets, SecretsError};
pub use telemetry::{Item, metric, outcome};
