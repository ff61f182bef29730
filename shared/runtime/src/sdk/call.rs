//! Calls without a client. A client of the SDK reads the table of AWS's partitions when it is made, which is a fifth of a
//! start: too much for the one call of a service that a process makes. What is hard about it, the signature and the
//! connection, are the SDK's own here, too.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;

use super::{ATTEMPT_TIMEOUT, ATTEMPTS, FIRST_RETRY, OPERATION_TIMEOUT, Sdk};

/// A call of a service that speaks AWS's JSON 1.1.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// As in its host and in signatures: `secretsmanager`.
    pub(crate) service: &'a str,
    /// The operation with its prefix: `secretsmanager.GetSecretValue`.
    pub(crate) target: &'a str,
    pub(crate) body: &'a str,
}

/// What is wrong with an answer, without its words: they may hold what nobody should read.
#[derive(Debug, thiserror::Error)]
#[error("the answer has the status {0}")]
struct Refused(u16);

impl Sdk {
    /// Calls, and calls again if the answer was lost or the service was not able to give one: an operation that changes
    /// nothing.
    pub(crate) async fn ask(&self, call: Call<'_>) -> Result<Vec<u8>, BoxError> {
        self.ask_within(OPERATION_TIMEOUT, call).await
    }

    /// The same, all attempts together within `limit`.
    pub(super) async fn ask_within(&self, limit: Duration, call: Call<'_>) -> Result<Vec<u8>, BoxError> {
        let answered = tokio::time::timeout(limit, self.ask_again_and_again(call)).await;
        answered.unwrap_or_else(|late| Err(late.into()))
    }

    async fn ask_again_and_again(&self, call: Call<'_>) -> Result<Vec<u8>, BoxError> {
        let mut attempt = 1;
        loop {
            let answered = tokio::time::timeout(ATTEMPT_TIMEOUT, self.ask_once(call)).await;
            match answered.unwrap_or_else(|late| Err(late.into())) {
                Ok(answer) => return Ok(answer),
                Err(error) if attempt >= ATTEMPTS || !is_worth_another(&error) => return Err(error),
                Err(_) => tokio::time::sleep(pause(attempt)).await,
            }
            attempt += 1;
        }
    }

    async fn ask_once(&self, call: Call<'_>) -> Result<Vec<u8>, BoxError> {
        let answer = self.connector.call(self.signed(call).await?).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if status.is_success() { Ok(body.to_vec()) } else { Err(Refused(status.as_u16()).into()) }
    }

    async fn signed(&self, call: Call<'_>) -> Result<HttpRequest, BoxError> {
        let region = self.config.region().map_or("", |region| region.as_ref());
        let stand_in = self.config.endpoint_url().map(|url| format!("{}/", url.trim_end_matches('/')));
        let url = stand_in.unwrap_or_else(|| format!("https://{}.{region}.amazonaws.com/", call.service));
        let provider = self.config.credentials_provider().ok_or("no credentials")?;
        let identity = provider.provide_credentials().await?.into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(call.service)
            .time(wall_time())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", call.target)];
        let body = SignableBody::Bytes(call.body.as_bytes());
        let signable = SignableRequest::new("POST", url.as_str(), headers.into_iter(), body)?;
        let (signature, _) = sign(signable, &parameters)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(call.body));
        request.set_method("POST")?;
        request.set_uri(url)?;
        for (name, value) in headers.into_iter().chain(signature.headers()) {
            request.headers_mut().try_insert(name.to_owned(), value.to_owned())?;
        }
        Ok(request)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a signature is a matter of the world's clock, wherever the product's stands"
)]
fn wall_time() -> SystemTime {
    SystemTime::now()
}

/// Throttled, or the service's own fault. What it refuses it refuses again.
fn is_worth_another(error: &BoxError) -> bool {
    error.downcast_ref::<Refused>().is_none_or(|Refused(status)| *status == 429 || *status >= 500)
}

/// Exponential, full jitter.
fn pause(attempt: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1 << attempt.min(8)).mul_f64(fastrand::f64())
}
