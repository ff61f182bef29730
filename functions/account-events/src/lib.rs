#![doc = include_str!("../README.md")]

mod portfolio;
mod preferences;
mod templates;

use std::error::Error;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use helpdesk::{Origin, Recorded, Recording};
use queues::jobs::{EventItem, EventsJob};
use queues::{Disposition, Trace, consume_jobs};
use runtime::{Clock, Invocation, Item, Runtime};
use storage::{Directory, Objects, Table};
use templates::Heard;

/// The name under which its metrics are counted.
const FUNCTION: &str = "account-events";

/// The function, built once a process.
#[derive(Clone, Debug)]
pub struct AccountEvents {
    directory: Directory,
    objects: Objects,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let function = AccountEvents::new(&runtime)?;
    runtime.connect("dynamodb").await;
    let handle = async |event, time_left| function.handle(event, time_left).await;
    runtime::serve(handle).await.map_err(anyhow::Error::from_boxed)
}

impl AccountEvents {
    /// The function with the table and bucket that its environment names.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn new(runtime: &Runtime) -> anyhow::Result<Self> {
        let table = Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?);
        Ok(Self {
            directory: Directory::new(table),
            objects: Objects::new(runtime.sdk_config(), runtime.variable("BUCKET_NAME")?),
            clock: runtime.clock().clone(),
        })
    }

    /// Applies and records the items of a batch.
    pub async fn handle(&self, event: SqsEvent, time_left: Duration) -> SqsBatchResponse {
        let read_spilled = async |key: &str| self.objects.get(key).await;
        let invocation = Invocation::of(FUNCTION);
        let work = async |job: EventsJob| self.record_all(job, &invocation).await;
        let keep = async |not_done| helpdesk::keep_failure(&self.directory, not_done, self.clock.now()).await;
        let response = consume_jobs(event, time_left, read_spilled, work, keep).await;
        invocation.tell(self.clock.now());
        response
    }

    /// Goes through all of a job even when one fails: they are of many accounts, and none waits for another's trouble.
    async fn record_all(&self, job: EventsJob, invocation: &Invocation) -> Disposition {
        invocation.concerns("webhook.id", [job.webhook_id]);
        invocation.concerns("trace.id", Trace::current_id());
        let mut failed = None;
        for item in &job.items {
            if let Err(error) = self.record(&job, item, invocation).await {
                failed = failed.or(Some(error));
            }
        }
        failed.map_or(Disposition::Done, |error| Disposition::retry(&*error))
    }

    async fn record(&self, job: &EventsJob, item: &EventItem, invocation: &Invocation) -> Result<(), Box<dyn Error>> {
        let recording = Recording { directory: &self.directory, objects: &self.objects };
        // What it changes comes first: a record alone would look as if it had been done.
        let heard = templates::hear(&self.directory, item, job.received_at).await?;
        let portfolio = portfolio::hear(&self.directory, item, job.received_at).await?;
        let preferences = preferences::hear(&self.directory, item, job.received_at).await?;
        let recorded = helpdesk::record(recording, Origin::of_event(job, item), "recorded", &item.value).await?;
        invocation.count(recorded.metric());
        let reason = match recorded {
            Recorded::Event if portfolio == Some(false) => "outdated",
            Recorded::Event => preferences.reason().unwrap_or(heard.reason()),
            Recorded::Unrouted => "unrouted",
            Recorded::Dropped(reason) => reason,
        };
        if let Heard::Applied(id) = heard {
            invocation.count("template_changed");
            invocation.concerns("template.id", [id]);
        }
        if portfolio == Some(true) {
            invocation.count("portfolio_changed");
        }
        for contact in preferences.kept {
            invocation.count("preference_changed");
            invocation.concerns("contact.id", [contact]);
        }
        let webhook = job.webhook_id.to_string();
        let item = Item { webhook: &webhook, at: &item.at, field: &item.field };
        runtime::outcome(item, recorded.name(), &heard.became(), reason);
        Ok(())
    }
}
