//! One configuration for every AWS client of a function, over one HTTPS client.

mod call;

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::config::{BehaviorVersion, Region};
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use http_body_util::BodyExt as _;

pub(crate) use call::Call;

/// What Lambda puts into the environment for the function's role.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

/// The way to AWS: a configuration for its clients, and the one HTTPS client under all of them.
#[derive(Clone, Debug)]
pub(crate) struct Sdk {
    pub(crate) config: SdkConfig,
    connector: SharedHttpConnector,
}

/// The roots that AWS's endpoints are certified by, so that no system bundle is read at the start: that alone costs a
/// plain function two thirds of its start. (AWS in China is certified by others; it needs another file here.)
const TRUST_ANCHORS: &str = include_str!("sdk/amazon-trust-services.pem");

/// The SDK's default first retry waits up to a second, but Meta wants its answer within 250 ms in the median.
const FIRST_RETRY: Duration = Duration::from_millis(25);
/// Retries are the SDK's alone: nothing above it repeats a call that failed. (`queues` hangs up on SQS early and calls anew.)
const ATTEMPTS: u32 = 4;
/// The SDK waits a random part of a time that doubles, up to this: within what all attempts together may take.
const LONGEST_RETRY: Duration = Duration::from_secs(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// All attempts together; below the shortest timeout of a function.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
/// What the connections themselves allow: a client whose bodies are large may give its attempts more time than others have.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

impl Sdk {
    /// Credentials and region come straight from the environment: aws-config's chain would look at files and endpoints
    /// that a Lambda function does not have.
    pub(crate) fn new(credentials: Credentials, region: String, endpoint: Option<String>) -> Self {
        let credentials = aws_credential_types::Credentials::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            credentials.session_token,
            None,
            "lambda environment",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let connector = connector();
        let shared = connector.clone();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(region))
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(ATTEMPTS)
                    .with_initial_backoff(FIRST_RETRY)
                    .with_max_backoff(LONGEST_RETRY),
            )
            .timeout_config(timeouts)
            .http_client(http_client_fn(move |_, _| shared.clone()));
        config.set_endpoint_url(endpoint);
        Self { config: config.build(), connector }
    }

    /// Opens a connection to a service of this region, which its first call then finds open. Any answer will do: the
    /// request is not signed, counts as no call of the service's API and needs no permission.
    pub(crate) async fn connect(&self, service: &str) -> Result<(), BoxError> {
        // A stand-in is near, and answers for all services at one address.
        if self.config.endpoint_url().is_some() {
            return Ok(());
        }
        let region = self.config.region().map_or("", Region::as_ref);
        self.visit(&format!("https://{service}.{region}.amazonaws.com/ping")).await
    }

    async fn visit(&self, url: &str) -> Result<(), BoxError> {
        let answer = self.connector.call(HttpRequest::get(url)?).await?;
        // A connection is free for the next call when its answer was read to the end.
        answer.into_body().collect().await?;
        Ok(())
    }
}

/// One connector whatever a client's settings are: it holds the connections.
fn connector() -> SharedHttpConnector {
    let trust_store = tls::TrustStore::empty().with_pem_certificate(TRUST_ANCHORS);
    let context = tls::TlsContext::builder().with_trust_store(trust_store).build();
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .tls_context(context.expect("a context of roots only is always valid"))
        .build();
    SharedHttpConnector::new(connector)
}

#[cfg(test)]
mod tests;
