//! The environment that the template gives a function.

use aws_types::SdkConfig;

use crate::clock::Clock;
use crate::secrets::Secrets;
use crate::{sdk, telemetry};

/// A variable that the function cannot work without.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is missing or empty: infra/template.yaml must give it to this function")]
pub struct MissingVariable(pub String);

/// What a function is built from.
#[derive(Clone, Debug)]
pub struct Runtime {
    clock: Clock,
    sdk_config: SdkConfig,
}

impl Runtime {
    /// Reads the environment and starts the logs.
    ///
    /// # Errors
    /// When one of the variables that Lambda itself sets is missing.
    pub fn from_environment() -> Result<Self, MissingVariable> {
        telemetry::start(optional("LOG_LEVEL").as_deref().unwrap_or("info"));
        let credentials = sdk::Credentials {
            access_key_id: required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
            session_token: optional("AWS_SESSION_TOKEN"),
        };
        let sdk_config = sdk::config(credentials, required("AWS_REGION")?, optional("AWS_ENDPOINT_URL"));
        Ok(Self { clock: Clock::system(), sdk_config })
    }

    /// The same with another clock: the local stack's, which can be moved.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Region, credentials, endpoint, one HTTPS client, timeouts and retries for every AWS client.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.sdk_config
    }

    /// Secrets Manager, for the secret named by `META_SECRET_ID`.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn secrets(&self) -> Result<Secrets, MissingVariable> {
        Ok(Secrets::new(&self.sdk_config, self.variable("META_SECRET_ID")?))
    }

    /// A variable of the template's.
    ///
    /// # Errors
    /// When it is missing or empty.
    pub fn variable(&self, name: &str) -> Result<String, MissingVariable> {
        required(name)
    }
}

fn required(name: &str) -> Result<String, MissingVariable> {
    optional(name).ok_or_else(|| MissingVariable(name.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "this is the home of the environment")]
fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
