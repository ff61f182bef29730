//! The environment that the template gives a function.

use aws_types::SdkConfig;

use crate::clock::Clock;
use crate::invocation;
use crate::sdk::{self, Sdk};
use crate::seal::Seal;
use crate::secrets::Secrets;
use crate::telemetry;

/// A variable that the function cannot work without.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is missing or empty: infra/template.yaml must give it to this function")]
pub struct MissingVariable(pub String);

/// What a function is built from.
#[derive(Clone, Debug)]
pub struct Runtime {
    clock: Clock,
    sdk: Sdk,
}

impl Runtime {
    /// Reads the environment and starts the logs.
    ///
    /// # Errors
    /// When one of the variables is missing that Lambda sets or the template gives to all functions.
    pub fn from_environment() -> Result<Self, MissingVariable> {
        telemetry::start(optional("LOG_LEVEL").as_deref().unwrap_or("info"));
        invocation::count_below(required("METRICS_NAMESPACE")?);
        Ok(Self { clock: Clock::system(), sdk: sdk()? })
    }

    /// The same with another clock: the local stack's, which can be moved. The logs follow it, too.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        telemetry::follow(clock.clone());
        Self { clock, ..self }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Region, credentials, endpoint, one HTTPS client, timeouts and retries for every AWS client.
    pub fn sdk_config(&self) -> &SdkConfig {
        &self.sdk.config
    }

    /// Opens a connection to a service (`sqs`, `dynamodb` …) before the first event needs it. To be called while the
    /// function starts; one that cannot be opened now is opened when it is needed.
    pub async fn connect(&self, service: &str) {
        if let Err(error) = self.sdk.connect(service).await {
            tracing::warn!(service, error = domain::chain(&*error), "no connection at the start");
        }
    }

    /// Secrets Manager, for the secret named by `META_SECRET_ID`.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn secrets(&self) -> Result<Secrets, MissingVariable> {
        Ok(Secrets::new(&self.sdk, self.variable("META_SECRET_ID")?))
    }

    /// KMS, with the key named by `KMS_KEY_ID`.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn seal(&self) -> Result<Seal, MissingVariable> {
        Ok(Seal::new(&self.sdk.config, self.variable("KMS_KEY_ID")?))
    }

    /// A variable of the template's.
    ///
    /// # Errors
    /// When it is missing or empty.
    pub fn variable(&self, name: &str) -> Result<String, MissingVariable> {
        required(name)
    }
}

/// What AWS clients of an operator's tool are built from: the same variables as Lambda's.
///
/// # Errors
/// When one of them is missing.
pub fn sdk_config_from_environment() -> Result<SdkConfig, MissingVariable> {
    Ok(sdk()?.config)
}

fn sdk() -> Result<Sdk, MissingVariable> {
    let credentials = sdk::Credentials {
        access_key_id: required("AWS_ACCESS_KEY_ID")?,
        secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
        session_token: optional("AWS_SESSION_TOKEN"),
    };
    Ok(Sdk::new(credentials, required("AWS_REGION")?, optional("AWS_ENDPOINT_URL")))
}

fn required(name: &str) -> Result<String, MissingVariable> {
    optional(name).ok_or_else(|| MissingVariable(name.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "this is the home of the environment")]
fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
