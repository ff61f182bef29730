#![doc = include_str!("../README.md")]

use std::error::Error;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use domain::{InboundMessage, MessageId};
use helpdesk::{Origin, Receipt, Receiving, Recording, Sealing};
use queues::jobs::{InboundItem, InboundJob};
use queues::{Disposition, Queue, Trace, consume_jobs};
use runtime::{Clock, Invocation, Item, Purpose, Runtime, Seal};
use secrecy::SecretString;
use storage::directory::Route;
use storage::{Directory, Objects, Table};
use whatsapp::webhook::message::parse;

/// The name under which its metrics are counted.
const FUNCTION: &str = "ticket-creation";
/// The field in which Meta sends messages.
const FIELD: &str = "messages";
/// Why an item is kept that came for a number that nobody has connected.
const UNROUTED: &str = "unrouted";

/// The function, built once a process.
#[derive(Clone, Debug)]
pub struct TicketCreation {
    directory: Directory,
    objects: Objects,
    media: Queue,
    /// Tells the sender that a customer has answered what something waited for.
    outbound: Queue,
    /// Seals what hidden messages say; nothing here can open it again.
    seal: Seal,
    clock: Clock,
}

/// Builds the function from its environment and runs it.
///
/// # Errors
/// When the environment is incomplete, or Lambda's runtime API fails.
pub async fn run(runtime: Runtime) -> anyhow::Result<()> {
    let function = TicketCreation::new(&runtime)?;
    runtime.connect("dynamodb").await;
    let handle = async |event, time_left| function.handle(event, time_left).await;
    runtime::serve(handle).await.map_err(anyhow::Error::from_boxed)
}

impl TicketCreation {
    /// The function with the table, bucket, queue and key that its environment names.
    ///
    /// # Errors
    /// When a variable is missing.
    pub fn new(runtime: &Runtime) -> anyhow::Result<Self> {
        let table = Table::new(runtime.sdk_config(), runtime.variable("TABLE_NAME")?);
        Ok(Self {
            directory: Directory::new(table),
            objects: Objects::new(runtime.sdk_config(), runtime.variable("BUCKET_NAME")?),
            media: Queue::new(runtime.sdk_config(), runtime.variable("MEDIA_QUEUE_URL")?),
            outbound: Queue::new(runtime.sdk_config(), runtime.variable("OUTBOUND_QUEUE_URL")?),
            seal: runtime.seal()?,
            clock: runtime.clock().clone(),
        })
    }

    /// Takes the messages of a batch into their threads.
    pub async fn handle(&self, event: SqsEvent, time_left: Duration) -> SqsBatchResponse {
        let read_spilled = async |key: &str| self.objects.get(key).await;
        let invocation = Invocation::of(FUNCTION);
        let work = async |job: InboundJob| self.take(job, &invocation).await;
        let keep = async |not_done| helpdesk::keep_failure(&self.directory, not_done, self.clock.now()).await;
        let response = consume_jobs(event, time_left, read_spilled, work, keep).await;
        invocation.tell(self.clock.now());
        response
    }

    async fn take(&self, job: InboundJob, invocation: &Invocation) -> Disposition {
        invocation.concerns("webhook.id", [job.webhook_id]);
        invocation.concerns("trace.id", Trace::current_id());
        let taken = match self.directory.last_route(&job.phone_number_id).await {
            Ok(Some(route)) => self.receive(&job, &route, invocation).await,
            Ok(None) => self.record_all(&job, invocation).await,
            Err(error) => Err(error.into()),
        };
        match taken {
            Ok(()) => Disposition::Done,
            Err(error) => Disposition::retry(&*error),
        }
    }

    /// One item that cannot be read never costs its neighbours anything: it is recorded, they are received. Of a number
    /// that was disconnected meanwhile, what was written before is received; all else came for a number nobody has.
    async fn receive(&self, job: &InboundJob, route: &Route, invocation: &Invocation) -> Result<(), Box<dyn Error>> {
        let is_connected = route.channel.is_connected();
        let mut messages: Vec<InboundMessage> = Vec::new();
        let mut items: Vec<&InboundItem> = Vec::new();
        for item in &job.items {
            match parse(&item.message, item.contact.as_ref()) {
                Ok(message) => {
                    messages.push(message);
                    items.push(item);
                }
                Err(_) if !is_connected => self.record(job, item, UNROUTED, invocation).await?,
                Err(reason) => self.record(job, item, reason.reason(), invocation).await?,
            }
        }
        let trace_id = Trace::current_id();
        let tenant = route.tenancy.tenant_id();
        let seal = &|id: MessageId, content: SecretString| -> Sealing<'_> {
            let purpose = Purpose::content_of(tenant, id);
            Box::pin(async move { self.seal.seal(&content, purpose).await.map_err(Into::into) })
        };
        let Self { objects, media, outbound, .. } = self;
        let receiving = Receiving { route, objects, media, outbound, seal, now: self.clock.now(), trace_id };
        let receipts = helpdesk::receive(receiving, messages).await?;
        for (item, receipt) in items.into_iter().zip(receipts) {
            match receipt {
                Receipt::NoThread => self.record(job, item, "no_thread", invocation).await?,
                Receipt::Stored(id) => report(job, item, ("message", Some(id), ""), invocation),
                Receipt::Hidden(id) => report(job, item, ("hidden", Some(id), "moderated"), invocation),
                Receipt::Duplicate(id) => report(job, item, ("duplicate", Some(id), ""), invocation),
                Receipt::BeforeConnection if !is_connected => self.record(job, item, UNROUTED, invocation).await?,
                Receipt::BeforeConnection => report(job, item, ("dropped", None, "before_connection"), invocation),
                Receipt::Blocked => report(job, item, ("dropped", None, "blocked"), invocation),
            }
        }
        Ok(())
    }

    async fn record_all(&self, job: &InboundJob, invocation: &Invocation) -> Result<(), Box<dyn Error>> {
        for item in &job.items {
            self.record(job, item, UNROUTED, invocation).await?;
        }
        Ok(())
    }

    async fn record(
        &self,
        job: &InboundJob,
        item: &InboundItem,
        reason: &str,
        invocation: &Invocation,
    ) -> Result<(), Box<dyn Error>> {
        let recording = Recording { directory: &self.directory, objects: &self.objects };
        let recorded = helpdesk::record(recording, Origin::of_message(job, item), reason, &item.message).await?;
        invocation.count(recorded.metric());
        let webhook = job.webhook_id.to_string();
        runtime::outcome(Item { webhook: &webhook, at: &item.at, field: FIELD }, recorded.name(), "", reason);
        Ok(())
    }
}

/// Tells what became of an item: the outcome, the message that it is now, the reason.
fn report(
    job: &InboundJob,
    item: &InboundItem,
    (outcome, message, reason): (&'static str, Option<MessageId>, &str),
    invocation: &Invocation,
) {
    invocation.count(outcome);
    invocation.concerns("message.id", message);
    let became = message.map(|id| id.to_string()).unwrap_or_default();
    let webhook = job.webhook_id.to_string();
    runtime::outcome(Item { webhook: &webhook, at: &item.at, field: FIELD }, outcome, &became, reason);
}
