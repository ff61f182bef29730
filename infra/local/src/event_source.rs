//! Event sources: what Lambda does between a queue and a function.

mod batch;
mod leases;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::Context;
use bytes::Bytes;
use local_sqs::{Queues, Receive, ReceivedMessage};
use tokio::sync::Semaphore;

use crate::function::{Functions, InvocationError};
use crate::guards::Guards;
use crate::template::{EventSource, Queue, Template};
use leases::Leases;

pub(crate) use batch::bodies;

/// Batches of one queue that are at a function at once.
const CONCURRENT_BATCHES: usize = 5;
/// Where the template bounds it, so that others of the same function have processes left: the least that AWS takes.
const BOUNDED_BATCHES: usize = 2;

/// The event sources of the account. Clones share them.
#[derive(Clone, Default)]
pub struct EventSources {
    activity: Arc<Activity>,
}

/// What the event sources are at.
#[derive(Default)]
struct Activity {
    batches: AtomicUsize,
    finished: AtomicU64,
}

/// One queue and the function that it starts.
struct Poller {
    source: EventSource,
    queue: Queue,
    region: String,
    queues: Queues,
    functions: Functions,
    guards: Guards,
    leases: Leases,
    activity: Arc<Activity>,
}

impl EventSources {
    /// Starts to poll each of the template's sources.
    ///
    /// # Errors
    /// When a source is not a queue of the template.
    pub async fn start(
        &self,
        template: &Template,
        queues: &Queues,
        functions: &Functions,
        guards: &Guards,
        leases: &Path,
    ) -> anyhow::Result<()> {
        let all = template.queues()?;
        for source in template.event_sources()? {
            let queue = all.iter().find(|queue| queue.logical_id == source.queue).context("an event source's queue")?;
            let leases = Leases::open(&leases.join(&source.queue))?;
            for handle in leases.left_over() {
                // A handle that is void by now belongs to a message that is done with or available.
                let _ = queues.change_visibility(&queue.name, handle, 0).await;
            }
            let poller = Poller {
                queue: queue.clone(),
                region: template.place().region.clone(),
                queues: queues.clone(),
                functions: functions.clone(),
                guards: guards.clone(),
                leases,
                activity: Arc::clone(&self.activity),
                source,
            };
            tokio::spawn(Arc::new(poller).poll());
        }
        Ok(())
    }

    /// Batches that are received and not done with.
    pub fn batches(&self) -> usize {
        self.activity.batches.load(Ordering::SeqCst)
    }

    /// How many batches are done with since the start.
    pub fn finished(&self) -> u64 {
        self.activity.finished.load(Ordering::SeqCst)
    }
}

impl Poller {
    async fn poll(self: Arc<Self>) {
        let at_once = self.source.maximum_concurrency.map_or(CONCURRENT_BATCHES, |most| most.min(BOUNDED_BATCHES));
        let slots = Arc::new(Semaphore::new(at_once));
        while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
            if let Err(error) = self.queues.wait_for_message(&self.queue.name).await {
                tracing::error!(queue = self.queue.name, %error, "an event source stops");
                return;
            }
            // Counted before a message is taken, so that it is always seen in the queue or here.
            let under_way = UnderWay::new(&self.activity);
            let received = match self.queues.receive(&self.queue.name, self.receive()).await {
                Ok(received) => received,
                Err(error) => {
                    tracing::error!(queue = self.queue.name, %error, "an event source stops");
                    return;
                }
            };
            let poller = Arc::clone(&self);
            tokio::spawn(async move {
                poller.handle(received).await;
                drop((under_way, slot));
            });
        }
    }

    fn receive(&self) -> Receive {
        let most = u32::try_from(self.source.batch_size.min(10)).unwrap_or(10);
        Receive { wait_seconds: Some(0), ..Receive::up_to(most) }
    }

    async fn handle(&self, received: Vec<ReceivedMessage>) {
        self.leases.take(&received);
        for batch in batch::split(received) {
            if !self.invoke(&batch).await {
                // What comes after a failure in a group waits behind it.
                break;
            }
        }
        self.leases.release();
    }

    /// Runs the function on a batch. Says whether all of it succeeded.
    async fn invoke(&self, batch: &[ReceivedMessage]) -> bool {
        let event = batch::event(batch, &self.queue, &self.region);
        match self.functions.invoke(&self.source.function, Bytes::from(event.to_string())).await {
            Ok(answer) => {
                let heard = self.source.partial_responses && self.guards.hears_failures_of(&self.source.function);
                let failed = batch::failures(&answer, batch, heard);
                let done = |one: &&ReceivedMessage| !failed.contains(&one.message.message_id);
                self.delete(batch.iter().filter(done).map(|one| one.receipt_handle.clone()).collect()).await;
                failed.is_empty()
            }
            Err(InvocationError::Exited) => {
                self.give_back(batch).await;
                false
            }
            // The messages come again after their visibility timeout.
            Err(InvocationError::Failed | InvocationError::TimedOut) => false,
        }
    }

    async fn delete(&self, handles: Vec<String>) {
        match self.queues.delete_batch(&self.queue.name, handles).await {
            Ok(deleted) => {
                for error in deleted.into_iter().filter_map(Result::err) {
                    tracing::warn!(queue = self.queue.name, %error, "a message that was handled will come again");
                }
            }
            Err(error) => {
                tracing::error!(queue = self.queue.name, %error, "messages that were handled will come again");
            }
        }
    }

    /// Lambda leaves the messages of a process that ended to their visibility timeout. Here they come again at once:
    /// who kills a function to see what happens shall not wait for minutes.
    async fn give_back(&self, batch: &[ReceivedMessage]) {
        let changes = batch.iter().map(|one| (one.receipt_handle.clone(), 0)).collect();
        if let Err(error) = self.queues.change_visibility_batch(&self.queue.name, changes).await {
            tracing::error!(queue = self.queue.name, %error, "messages are not given back");
        }
    }
}

struct UnderWay(Arc<Activity>);

impl UnderWay {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.batches.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(activity))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.finished.fetch_add(1, Ordering::SeqCst);
        self.0.batches.fetch_sub(1, Ordering::SeqCst);
    }
}
