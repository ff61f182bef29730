#![doc = include_str!("../README.md")]

mod gateway;
mod intake;
mod secrets;
mod sorting;

use std::convert::Infallible;

use lambda_runtime::{LambdaEvent, service_fn};
use queues::{Queue, Trace};
use runtime::Runtime;
use storage::Objects;

pub use gateway::{Request, Response};
pub use intake::{Destinations, WebhookIntake};
pub use secrets::{LiveSecrets, ReadSecrets};

/// Builds the function from its environment and serves until Lambda ends the process.
///
/// # Errors
/// When a variable is missing or the secrets cannot be read.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let (intake, clock) = (from_environment(&runtime).await?, runtime.clock());
    let intake = &intake;
    let serve = service_fn(async |event: LambdaEvent<Request>| {
        let now = clock.now();
        let trace = Trace::of_invocation(event.context.xray_trace_id.as_deref(), now);
        let time_left = runtime::time_left(event.context.deadline());
        Ok::<_, Infallible>(trace.around(intake.handle(event.payload, time_left, now)).await)
    });
    lambda_runtime::run(serve).await.map_err(anyhow::Error::from_boxed)
}

async fn from_environment(runtime: &Runtime) -> anyhow::Result<WebhookIntake> {
    let config = runtime.sdk_config();
    let inbound = Queue::new(config, runtime.variable("INBOUND_QUEUE_URL")?);
    let destinations = Destinations {
        statuses: inbound.beside(runtime.variable("STATUSES_QUEUE_URL")?),
        account_events: inbound.beside(runtime.variable("ACCOUNT_EVENTS_QUEUE_URL")?),
        inbound,
        spill: Objects::new(config, runtime.variable("BUCKET_NAME")?),
    };
    let stored = runtime.secrets()?;
    let read: ReadSecrets = Box::new(move || {
        let stored = stored.clone();
        Box::pin(async move { stored.meta().await })
    });
    let (secrets, ()) = futures::join!(LiveSecrets::read(read, runtime.clock().now()), runtime.connect("sqs"));
    Ok(WebhookIntake::new(secrets?, destinations))
}
