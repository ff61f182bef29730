//! One configuration for every AWS client of a function.

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;

/// What Lambda puts into the environment for the function's role.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

/// The SDK's default first retry waits up to a second, but Meta wants its answer within 250 ms in the median.
const FIRST_RETRY: Duration = Duration::from_millis(25);
/// Retries are the SDK's alone: nothing above it repeats a call that failed.
const ATTEMPTS: u32 = 4;
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// All attempts together; below the shortest timeout of a function.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);

/// Credentials and region come straight from the environment: aws-config's chain would look at files and endpoints that
/// a Lambda function does not have.
pub(crate) fn config(credentials: Credentials, region: String, endpoint: Option<String>) -> SdkConfig {
    let credentials = aws_credential_types::Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
        None,
        "lambda environment",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let https = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .region(Region::new(region))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_RETRY))
        .timeout_config(timeouts)
        .http_client(https);
    config.set_endpoint_url(endpoint);
    config.build()
}
