#![doc = include_str!("../README.md")]

mod gateway;
mod intake;
mod secrets;
mod sorting;

use std::convert::Infallible;

use lambda_runtime::{LambdaEvent, service_fn};
use queues::Queue;
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
        Ok::<_, Infallible>(intake.handle(event.payload, clock.now()).await)
    });
    lambda_runtime::run(serve).await.map_err(anyhow::Error::from_boxed)
}

async fn from_environment(runtime: &Runtime) -> anyhow::Result<WebhookIntake> {
    let config = runtime.sdk_config();
    let destinations = Destinations {
        inbound: Queue::new(config, runtime.variable("INBOUND_QUEUE_URL")?),
        statuses: Queue::new(config, runtime.variable("STATUSES_QUEUE_URL")?),
        account_events: Queue::new(config, runtime.variable("ACCOUNT_EVENTS_QUEUE_URL")?),
        spill: Objects::new(config, runtime.variable("BUCKET_NAME")?),
    };
    let stored = runtime.secrets()?;
    let read: ReadSecrets = Box::new(move || {
        let stored = stored.clone();
        Box::pin(async move { stored.meta().await })
    });
    Ok(WebhookIntake::new(LiveSecrets::read(read, runtime.clock().now()).await?, destinations))
}
