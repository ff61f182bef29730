#![doc = include_str!("../README.md")]

use std::time::{Duration, Instant};

use anyhow::Context;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use domain::Sealed;
use helpdesk::{Call, Campaigning, DeliverError, Opening, Post, UPLOAD_TIMEOUT};
use queues::jobs::{CampaignJob, OutboundJob, SenderJob};
use queues::{Disposition, Queue, consume_jobs, is_from_fifo};
use runtime::{Clock, Invocation, Purpose, Runtime, Tokens};
use serde_json::json;
use storage::{Directory, Objects, Table};
use whatsapp::graph::Graph;

/// The name under which its metrics are counted.
const FUNCTION: &str = "outbound-sender";
/// One call to Graph may take this long; then its answer counts as lost.
const GRAPH_TIMEOUT: Duration = Duration::from_secs(15);
/// A conversation with more to send than fits in this lets the others have their turn, and comes again behind them.
const TURN: Duration = Duration::from_secs(5);
/// What a message may still need after its call was begun: the call, and storing what came of it.
const LAST_MESSAGE: Duration = Duration::from_secs(25);
/// What a file may need before that: its digest, for which it is read once, and its way to Meta.
const LAST_FILE: Duration = UPLOAD_TIMEOUT.saturating_add(Duration::from_secs(10));

/// The function, built once a process.
#[derive(Debug)]
pub struct OutboundSender {
    table: Table,
    objects: Objects,
    graph: Graph,
    tokens: Tokens,
    knocks: Queue,
    /// For what campaigns accept.
    outbound: Queue,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let function = OutboundSender::new(&runtime)?;
    runtime.connect("dynamodb").await;
    let handle = async |event, time_left| function.handle(event, time_left).await;
    runtime::serve(handle).await.map_err(anyhow::Error::from_boxed)
}

impl OutboundSender {
    /// The function with the table, bucket, queue and Graph version that its environment names.
    ///
    /// # Errors
    /// When a variable is missing, or TLS cannot be set up.
    pub fn new(runtime: &Runtime) -> anyhow::Result<Self> {
        let (base_url, version) = (runtime.variable("GRAPH_BASE_URL")?, runtime.variable("GRAPH_API_VERSION")?);
        let knocks = Queue::new(runtime.sdk_config(), runtime.variable("KNOCKS_QUEUE_URL")?);
        Ok(Self {
            table: Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?),
            objects: Objects::new(runtime.sdk_config(), runtime.variable("BUCKET_NAME")?),
            graph: Graph::new(&base_url, &version, GRAPH_TIMEOUT).context("no client for the Graph API")?,
            tokens: Tokens::new(runtime.seal()?),
            outbound: knocks.beside(runtime.variable("OUTBOUND_QUEUE_URL")?),
            knocks,
            clock: runtime.clock().clone(),
        })
    }

    /// Works on the conversations of a batch.
    pub async fn handle(&self, event: SqsEvent, time_left: Duration) -> SqsBatchResponse {
        let now = Instant::now();
        let until = now + time_left.saturating_sub(LAST_MESSAGE).min(TURN);
        let files_until = now + time_left.saturating_sub(LAST_MESSAGE + LAST_FILE);
        let never_spilled = async |_: &str| Err::<Vec<u8>, _>(NeverSpilled);
        let invocation = Invocation::of(FUNCTION);
        // A batch is of one queue.
        let fresh = event.records.iter().any(is_from_fifo).then_some(&self.outbound);
        let work = async |job: SenderJob| match job {
            SenderJob::Conversation(job) => self.deliver(job, fresh, [until, files_until], &invocation).await,
            SenderJob::Campaign(job) => self.advance(job, &invocation).await,
        };
        let directory = &Directory::new(self.table.clone());
        let keep = async |not_done| helpdesk::keep_failure(directory, not_done, self.clock.now()).await;
        let response = consume_jobs(event, time_left, never_spilled, work, keep).await;
        invocation.tell(self.clock.now());
        response
    }

    /// Decides the next people of a campaign, and asks to be told again when there are more.
    async fn advance(&self, job: CampaignJob, invocation: &Invocation) -> Disposition {
        let tenancy = &self.table.of(job.tenant_id);
        let now = &|| self.clock.now();
        let with = Campaigning { tenancy, objects: &self.objects, outbound: &self.outbound, now };
        invocation.count("campaign_advanced");
        invocation.concerns("campaign.id", [job.campaign_id]);
        match helpdesk::advance(with, job.campaign_id).await {
            Ok(None) => Disposition::Done,
            Ok(Some(at)) => {
                helpdesk::tell_of_campaign(&self.knocks, job, at, now()).await;
                Disposition::Done
            }
            Err(error) => Disposition::retry(&error),
        }
    }

    async fn deliver(
        &self,
        job: OutboundJob,
        fresh: Option<&Queue>,
        [until, files_until]: [Instant; 2],
        invocation: &Invocation,
    ) -> Disposition {
        let tenancy = &self.table.of(job.tenant_id);
        let OutboundJob { channel_id, contact_id, .. } = job;
        let now = &|| self.clock.now();
        let purpose = Purpose::token_of(job.tenant_id, channel_id);
        let open = &|sealed: Sealed| -> Opening<'_> {
            Box::pin(async move { self.tokens.open(purpose, sealed).await.map_err(Into::into) })
        };
        let (objects, graph, knocks) = (&self.objects, &self.graph, &self.knocks);
        let told = &|call| tell(invocation, call);
        let post = Post {
            tenancy,
            channel_id,
            contact_id,
            objects,
            graph,
            open,
            knocks,
            fresh,
            now,
            until,
            files_until,
            told,
        };
        match helpdesk::deliver(post).await {
            Ok(_) => Disposition::Done,
            Err(error @ (DeliverError::NoSuchChannel(_) | DeliverError::TokenSealed(_) | DeliverError::Busy(_))) => {
                Disposition::retry(&error)
            }
        }
    }
}

fn tell(invocation: &Invocation, call: Call) {
    let Call { message_id, trace_id, what, begun_at, answered_at, took, outcome, code, new_trouble } = call;
    invocation.count(outcome);
    if let Some(channel) = new_trouble {
        invocation.count("NumbersInTrouble");
        invocation.concerns("channel.id", [channel]);
    }
    invocation.list(
        "graph.calls",
        json!({
            "message.id": message_id,
            "trace.id": trace_id,
            "call": what,
            "begun_at": begun_at,
            "answered_at": answered_at,
            "took_ms": took.as_millis(),
            "outcome": outcome,
            "graph.code": code,
        }),
    );
}

/// A job of a few ids is never too large for SQS.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a job of this queue is never in the bucket")]
struct NeverSpilled;
