#![doc = include_str!("../README.md")]

mod clock;
mod environment;
mod invocation;
mod sdk;
mod seal;
mod secrets;
mod serve;
mod telemetry;
mod tokens;

pub use clock::Clock;
pub use environment::{MissingVariable, Runtime, sdk_config_from_environment};
pub use invocation::Invocation;
pub use seal::{Purpose, Seal, SealError};
pub use secrets::{MetaSecrets, Secrets, SecretsError};
pub use serve::{serve, time_left};
pub use telemetry::{Item, outcome};
pub use tokens::Tokens;
