#![doc = include_str!("../README.md")]

use std::error::Error;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use helpdesk::{Origin, Recording, StatusOutcome};
use queues::jobs::{StatusItem, StatusesJob};
use queues::{Disposition, Queue, Trace, consume_jobs};
use runtime::{Clock, Invocation, Item, Runtime};
use storage::{Directory, Objects, Table};
use whatsapp::webhook::status::parse;

/// The name under which its metrics are counted.
const FUNCTION: &str = "status-updates";
/// The field in which Meta sends statuses.
const FIELD: &str = "messages";

/// The function, built once a process.
#[derive(Clone, Debug)]
pub struct StatusUpdates {
    directory: Directory,
    objects: Objects,
    outbound: Queue,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let function = StatusUpdates::new(&runtime)?;
    runtime.connect("dynamodb").await;
    let handle = async |event, time_left| function.handle(event, time_left).await;
    runtime::serve(handle).await.map_err(anyhow::Error::from_boxed)
}

impl StatusUpdates {
    /// The function with the table, bucket and queue that its environment names.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn new(runtime: &Runtime) -> anyhow::Result<Self> {
        let table = Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?);
        Ok(Self {
            directory: Directory::new(table),
            objects: Objects::new(runtime.sdk_config(), runtime.variable("BUCKET_NAME")?),
            outbound: Queue::new(runtime.sdk_config(), runtime.variable("OUTBOUND_QUEUE_URL")?),
            clock: runtime.clock().clone(),
        })
    }

    /// Applies the statuses of a batch.
    pub async fn handle(&self, event: SqsEvent, time_left: Duration) -> SqsBatchResponse {
        let read_spilled = async |key: &str| self.objects.get(key).await;
        let invocation = Invocation::of(FUNCTION);
        let work = async |job: StatusesJob| self.apply(job, &invocation).await;
        let keep = async |not_done| helpdesk::keep_failure(&self.directory, not_done, self.clock.now()).await;
        let response = consume_jobs(event, time_left, read_spilled, work, keep).await;
        invocation.tell(self.clock.now());
        response
    }

    /// Goes through all of a job even when one fails, so that the next run finds most of it done.
    async fn apply(&self, job: StatusesJob, invocation: &Invocation) -> Disposition {
        invocation.concerns("webhook.id", [job.webhook_id]);
        invocation.concerns("trace.id", Trace::current_id());
        let mut failed = None;
        for item in &job.items {
            if let Err(error) = self.apply_one(&job, item, invocation).await {
                failed = Some(error);
            }
        }
        failed.map_or(Disposition::Done, |error| Disposition::retry(&*error))
    }

    async fn apply_one(
        &self,
        job: &StatusesJob,
        item: &StatusItem,
        invocation: &Invocation,
    ) -> Result<(), Box<dyn Error>> {
        // What was sent while the number was connected moves forward, too, when it is not any more.
        let Some(route) = self.directory.last_route(&item.phone_number_id).await? else {
            return self.record(job, item, "unrouted", invocation).await;
        };
        let update = match parse(&item.status, item.contact.as_ref()) {
            Ok(update) => update,
            Err(reason) => return self.record(job, item, reason.reason(), invocation).await,
        };
        match Box::pin(helpdesk::apply_status(&route, &self.outbound, update, self.clock.now())).await? {
            StatusOutcome::Applied { id, trace_id, new_trouble } => {
                invocation.count("status_applied");
                if let Some(channel) = new_trouble {
                    invocation.count("NumbersInTrouble");
                    invocation.concerns("channel.id", [channel]);
                }
                invocation.concerns("message.id", [id]);
                invocation.concerns("trace.id", trace_id);
                report(job, item, "status_applied", &id.to_string(), "");
            }
            StatusOutcome::Parked => {
                invocation.count("status_parked");
                report(job, item, "status_parked", "", "message_unknown");
            }
            StatusOutcome::Unknown(_) => self.record(job, item, "unknown_status", invocation).await?,
        }
        Ok(())
    }

    async fn record(
        &self,
        job: &StatusesJob,
        item: &StatusItem,
        reason: &str,
        invocation: &Invocation,
    ) -> Result<(), Box<dyn Error>> {
        let recording = Recording { directory: &self.directory, objects: &self.objects };
        let recorded = helpdesk::record(recording, Origin::of_status(job, item), reason, &item.status).await?;
        invocation.count(recorded.metric());
        report(job, item, recorded.name(), "", reason);
        Ok(())
    }
}

fn report(job: &StatusesJob, item: &StatusItem, outcome: &str, became: &str, reason: &str) {
    let webhook = job.webhook_id.to_string();
    runtime::outcome(Item { webhook: &webhook, at: &item.at, field: FIELD }, outcome, became, reason);
}
