//! Handing events to a function until Lambda ends the process.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

/// Gives each event to `handle`, with the time that is left for it, and Lambda what it answers. The answer tells itself what
/// failed, as a partial batch response does.
///
/// # Errors
/// When Lambda's runtime API fails.
pub async fn serve<E, A>(handle: impl AsyncFn(E, Duration) -> A) -> Result<(), lambda_runtime::Error>
where
    E: for<'de> Deserialize<'de>,
    A: Serialize,
{
    let handle = &handle;
    let service = service_fn(async move |event: LambdaEvent<E>| {
        let time_left = time_left(event.context.deadline());
        Ok::<_, Infallible>(handle(event.payload, time_left).await)
    });
    lambda_runtime::run(service).await
}

/// How long an invocation may still take, given the deadline that Lambda set it.
#[expect(clippy::disallowed_methods, reason = "a deadline is a matter of the machine's clock, not of the product's")]
pub fn time_left(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}
