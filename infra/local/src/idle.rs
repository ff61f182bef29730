//! Whether anything is left to do now, and what waits until when.

use std::time::Duration;

use graph_simulator::Simulator;
use jiff::Timestamp;
use local_sqs::Queues;
use serde::Serialize;
use storage::Directory;
use storage::directory::Work;
use tokio::time::{Instant, sleep, timeout};

use crate::clock::StackClock;
use crate::event_source::EventSources;
use crate::function::Functions;
use crate::schedule::Schedules;
use crate::template::Queue;

/// Who works when an item's time has come.
const DUE_WORK: &str = "due-work";
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(15);
/// Enough to see whether a queue has something to receive at once.
const GLANCE: Duration = Duration::from_millis(250);

/// Everything that can be at work.
#[derive(Clone)]
pub struct Watch {
    /// Meta's side.
    pub simulator: Simulator,
    /// The queues.
    pub queues: Queues,
    /// Those that functions take from.
    pub sources: Vec<Queue>,
    /// The functions.
    pub functions: Functions,
    /// What takes messages to them.
    pub event_sources: EventSources,
    /// What starts them in time.
    pub schedules: Schedules,
    /// What waits in the table.
    pub directory: Directory,
    /// The stack's clock.
    pub clock: StackClock,
}

/// What is left, or what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// In words.
    pub what: String,
    /// Until when it waits; absent for what is at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What one look finds.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// At work, or about to be.
    pub left: Vec<Item>,
    /// Due in the table and left to [`DUE_WORK`].
    pub due: Vec<Item>,
    /// Waits for a time.
    pub waiting: Vec<Item>,
}

/// Which work counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Nothing is in flight.
    Settled,
    /// Nothing is in flight and nothing is due: what is due is worked on at once.
    Idle,
}

impl Look {
    fn left(&mut self, what: String) {
        self.left.push(Item { what, until: None });
    }

    fn waits(&mut self, what: String, until: Timestamp) {
        self.waiting.push(Item { what, until: Some(until) });
    }
}

impl Watch {
    /// Waits until nothing is left, at most so long, and tells what the last look found.
    ///
    /// # Errors
    /// When a queue or the table cannot be looked at.
    pub async fn wait(&self, until: Until, patience: Duration) -> anyhow::Result<Look> {
        let deadline = Instant::now() + patience;
        let mut quiet_since = None;
        loop {
            let before = self.progress();
            let look = self.look(until).await?;
            if look.left.is_empty() && look.due.is_empty() {
                // One look takes time: work may have moved from where it had not looked yet to where it had.
                if quiet_since == Some(before) {
                    return Ok(look);
                }
                quiet_since = Some(before);
            } else {
                quiet_since = None;
            }
            if Instant::now() >= deadline {
                return Ok(look);
            }
            if look.left.is_empty() && !look.due.is_empty() {
                self.schedules.run_now(DUE_WORK).await;
            }
            sleep(PAUSE).await;
        }
    }

    /// Grows with everything that is done.
    fn progress(&self) -> (u64, u64) {
        (*self.functions.changes().borrow(), self.event_sources.finished())
    }

    async fn look(&self, until: Until) -> anyhow::Result<Look> {
        let mut look = Look::default();
        self.look_at_simulator(&mut look);
        for queue in &self.sources {
            self.look_at_queue(queue, &mut look).await?;
        }
        self.look_at_functions(&mut look);
        if until == Until::Idle && look.left.is_empty() {
            self.look_at_table(&mut look).await?;
        }
        look.waiting.sort_by_key(|item| item.until);
        Ok(look)
    }

    fn look_at_simulator(&self, look: &mut Look) {
        let state = self.simulator.idle_state();
        if state.requests_in_progress > 0 {
            look.left(format!("{} Graph requests", state.requests_in_progress));
        }
        if !state.due.is_empty() {
            look.left(format!("{} webhooks of Meta's", state.due.len()));
        }
        for webhook in state.later {
            look.waits(format!("webhook {} of Meta's, to be sent again", webhook.id), webhook.due_at);
        }
    }

    async fn look_at_queue(&self, queue: &Queue, look: &mut Look) -> anyhow::Result<()> {
        let counts = self.queues.counts(&queue.name).await?;
        let name = &queue.logical_id;
        // In a FIFO queue, what is available may wait behind what is in flight.
        let blocked = counts.in_flight > 0 && timeout(GLANCE, self.queues.wait_for_message(&queue.name)).await.is_err();
        if counts.available > 0 && !blocked {
            look.left(format!("{} messages in {name}", counts.available));
        }
        let hidden = counts.in_flight + counts.delayed;
        if let (1.., Some(until)) = (hidden, self.queues.next_change_at(&queue.name).await?) {
            look.waits(format!("{hidden} messages in {name}, delayed or to come again"), until);
        }
        Ok(())
    }

    /// After the queues: a message that was taken from them is counted here.
    fn look_at_functions(&self, look: &mut Look) {
        for (function, count) in self.functions.busy() {
            look.left(format!("{count} invocations of {function}"));
        }
        if self.event_sources.batches() > 0 {
            look.left(format!("{} batches of messages", self.event_sources.batches()));
        }
        let now = self.clock.now();
        for run in self.schedules.next_runs() {
            if run.at <= now {
                look.left(format!("the scheduled run of {}", run.function));
            } else {
                look.waits(format!("the scheduled run of {}", run.function), run.at);
            }
        }
    }

    async fn look_at_table(&self, look: &mut Look) -> anyhow::Result<()> {
        let now = self.clock.now();
        for shard in 0..Directory::DUE_SHARDS {
            for due in self.directory.due(shard, Timestamp::MAX, 100).await? {
                let what = match due.work {
                    Work::Conversation { channel_id, contact_id } => {
                        format!("work for contact {contact_id} on channel {channel_id}")
                    }
                    Work::Channel { channel_id } => format!("who waits for channel {channel_id}"),
                    Work::GapCheck => format!("the look for gaps of {}", due.tenant_id),
                    Work::Status { alias } => format!("a status that waits for {alias}"),
                    Work::Message { thread_id, position } => format!("message {position} in {thread_id}"),
                    Work::Campaign { campaign_id } => format!("the next people of {campaign_id}"),
                    Work::Session { ticket_id } => format!("the end of the session of {ticket_id}"),
                };
                let list = if due.at <= now { &mut look.due } else { &mut look.waiting };
                list.push(Item { what, until: Some(due.at) });
            }
        }
        Ok(())
    }
}
