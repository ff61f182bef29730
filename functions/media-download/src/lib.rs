#![doc = include_str!("../README.md")]

use std::time::Duration;

use anyhow::Context;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use domain::{ChannelId, Sealed};
use helpdesk::{Fetched, Fetching, Obstacle, Opening, Outcome};
use queues::jobs::MediaJob;
use queues::{Disposition, Trace, consume_jobs};
use runtime::{Clock, Invocation, Purpose, Runtime, Tokens};
use storage::{Directory, Objects, Table};
use whatsapp::graph::{Downloads, Graph};

/// The name under which its metrics are counted.
const FUNCTION: &str = "media-download";
/// A look-up may take this long; a download may take as long as the function.
const GRAPH_TIMEOUT: Duration = Duration::from_secs(15);

/// The function, built once a process.
#[derive(Debug)]
pub struct MediaDownload {
    table: Table,
    objects: Objects,
    graph: Graph,
    downloads: Downloads,
    tokens: Tokens,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let function = MediaDownload::new(&runtime)?;
    runtime.connect("dynamodb").await;
    let handle = async |event, time_left| function.handle(event, time_left).await;
    runtime::serve(handle).await.map_err(anyhow::Error::from_boxed)
}

impl MediaDownload {
    /// The function with the table, bucket, Graph version and hosts that its environment names.
    ///
    /// # Errors
    /// When a variable is missing, or TLS cannot be set up.
    pub fn new(runtime: &Runtime) -> anyhow::Result<Self> {
        let (base_url, version) = (runtime.variable("GRAPH_BASE_URL")?, runtime.variable("GRAPH_API_VERSION")?);
        let hosts = runtime.variable("MEDIA_HOSTS")?;
        Ok(Self {
            table: Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?),
            objects: Objects::new(runtime.sdk_config(), runtime.variable("BUCKET_NAME")?),
            graph: Graph::new(&base_url, &version, GRAPH_TIMEOUT).context("no client for the Graph API")?,
            downloads: Downloads::new(&base_url, &hosts).context("no client for downloads")?,
            tokens: Tokens::new(runtime.seal()?),
            clock: runtime.clock().clone(),
        })
    }

    /// Fetches the files of a batch.
    pub async fn handle(&self, event: SqsEvent, time_left: Duration) -> SqsBatchResponse {
        let never_spilled = async |_: &str| Err::<Vec<u8>, _>(NeverSpilled);
        let invocation = Invocation::of(FUNCTION);
        let work = async |job: MediaJob| self.fetch(job, &invocation).await;
        let directory = &Directory::new(self.table.clone());
        let keep = async |not_done| helpdesk::keep_failure(directory, not_done, self.clock.now()).await;
        let response = consume_jobs(event, time_left, never_spilled, work, keep).await;
        invocation.tell(self.clock.now());
        response
    }

    async fn fetch(&self, job: MediaJob, invocation: &Invocation) -> Disposition {
        let tenancy = &self.table.of(job.tenant_id);
        let open = &|channel: ChannelId, sealed: Sealed| -> Opening<'_> {
            let purpose = Purpose::token_of(job.tenant_id, channel);
            Box::pin(async move { self.tokens.open(purpose, sealed).await.map_err(Into::into) })
        };
        let (objects, graph, downloads) = (&self.objects, &self.graph, &self.downloads);
        let now = &|| self.clock.now();
        let fetching = Fetching { tenancy, objects, graph, downloads, open, now };
        match helpdesk::fetch(fetching, job.thread_id, job.position).await {
            Ok(fetched) => {
                tell(invocation, &fetched);
                Disposition::Done
            }
            Err(error) => Disposition::retry(&error),
        }
    }
}

fn tell(invocation: &Invocation, fetched: &Fetched) {
    let message = fetched.message.as_ref();
    let (outcome, reason) = match fetched.outcome {
        Outcome::NothingToDo => ("file_done_already", None),
        Outcome::Stored => ("file_stored", None),
        Outcome::Unavailable(reason) => ("FilesUnavailable", Some(reason.name())),
        Outcome::DueAt(_, Obstacle::OtherHost) => ("FilesFromOtherHosts", None),
        Outcome::DueAt(_, obstacle) => ("FilesPostponed", Some(obstacle.name())),
    };
    invocation.count(outcome);
    if let Some(channel) = fetched.new_trouble {
        invocation.count("NumbersInTrouble");
        invocation.concerns("channel.id", [channel]);
    }
    invocation.concerns("message.id", message.map(|message| message.id));
    invocation
        .concerns("trace.id", Trace::current_id().into_iter().chain(message.and_then(|message| message.trace_id)));
    invocation.concerns("file.reason", reason);
}

/// A job of a few ids is never too large for SQS.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a job of this queue is never in the bucket")]
struct NeverSpilled;
