mod receiving;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use jiff::Timestamp;
use rusqlite::Transaction;

use crate::{
    Clock, Error, Message, NewMessage, QueueSettings, SentMessage,
    acceptance::check_visibility_timeout,
    changes::Changes,
    queue_arn,
    settings::MAXIMUM_MESSAGE_BYTES,
    store::{self, Millis, Queue, Store},
};

/// All queues of the account. Clones share them.
#[derive(Clone)]
pub struct Queues {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    clock: Clock,
    changes: Arc<Changes>,
}

/// How many messages a queue has in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Neither delayed nor in flight. In a FIFO queue some may have to wait for one of their group that is in flight.
    pub available: u64,
    /// Received, hidden from others, not deleted.
    pub in_flight: u64,
    /// Not yet to be received for the first time.
    pub delayed: u64,
}

impl Queues {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened or is not ours.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, Error> {
        let shared = Shared { store: Store::open(path)?, clock, changes: Arc::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// To be called after the clock was moved: those who wait look again.
    pub fn clock_moved(&self) {
        self.shared.changes.announce_all();
    }

    /// Makes a queue; one that is there with the same settings stays as it is.
    ///
    /// # Errors
    /// A name that does not fit, one that is taken by a queue with other settings, a dead-letter queue that is not there
    /// or not of the same kind.
    pub async fn create_queue(&self, name: &str, settings: QueueSettings) -> Result<(), Error> {
        let (name, now) = (name.to_owned(), self.now());
        self.shared.store.transaction(move |tx| store::create(tx, &name, &settings, now)).await
    }

    /// Gives a queue other settings; what is in it stays.
    ///
    /// # Errors
    /// No such queue, a change between standard and FIFO, a dead-letter queue that does not fit.
    pub async fn set_queue(&self, queue: &str, settings: QueueSettings) -> Result<(), Error> {
        self.change(queue, move |tx, queue, now| store::set(tx, queue, &settings, now)).await
    }

    /// The queue's settings.
    ///
    /// # Errors
    /// No such queue.
    pub async fn settings(&self, queue: &str) -> Result<QueueSettings, Error> {
        self.on(queue, |_, queue, _| Ok(queue.settings.clone())).await
    }

    /// Everything that `GetQueueAttributes` knows, by SQS's names.
    ///
    /// # Errors
    /// No such queue.
    pub async fn attributes(&self, queue: &str) -> Result<BTreeMap<String, String>, Error> {
        self.on(queue, |tx, queue, now| Ok(all_attributes(queue, store::counts(tx, queue, now)?))).await
    }

    /// The names of all queues that begin so, in order.
    ///
    /// # Errors
    /// Only those of the storage.
    pub async fn names(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let prefix = prefix.to_owned();
        self.shared.store.transaction(move |tx| store::names(tx, &prefix)).await
    }

    /// Deletes the queue and its messages.
    ///
    /// # Errors
    /// No such queue.
    pub async fn delete_queue(&self, queue: &str) -> Result<(), Error> {
        self.change(queue, |tx, queue, _| store::remove(tx, queue)).await
    }

    /// Deletes all of the queue's messages, those in flight, too.
    ///
    /// # Errors
    /// No such queue.
    pub async fn purge(&self, queue: &str) -> Result<(), Error> {
        self.change(queue, |tx, queue, _| store::purge(tx, queue)).await
    }

    /// Sends one message.
    ///
    /// # Errors
    /// No such queue, or a message that it does not take.
    pub async fn send(&self, queue: &str, message: NewMessage) -> Result<SentMessage, Error> {
        self.change(queue, move |tx, queue, now| store::send(tx, queue, &message, now)).await
    }

    /// Sends several, in order, in one transaction. A message that the queue does not take fails alone; the answers are
    /// in the order of the messages.
    ///
    /// # Errors
    /// No such queue, or more than 1 MiB together.
    pub async fn send_batch(
        &self,
        queue: &str,
        messages: Vec<NewMessage>,
    ) -> Result<Vec<Result<SentMessage, Error>>, Error> {
        if messages.iter().map(NewMessage::bytes).sum::<usize>() > MAXIMUM_MESSAGE_BYTES as usize {
            return Err(Error::BatchRequestTooLong);
        }
        self.change(queue, move |tx, queue, now| each(messages, |message| store::send(tx, queue, &message, now))).await
    }

    /// Deletes a received message.
    ///
    /// # Errors
    /// No such queue, a handle that is not its own; in a FIFO queue, one whose time is over.
    pub async fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), Error> {
        let handle = receipt_handle.to_owned();
        self.change(queue, move |tx, queue, now| store::delete(tx, queue, &handle, now)).await
    }

    /// Deletes several, in one transaction; each may fail alone.
    ///
    /// # Errors
    /// No such queue.
    pub async fn delete_batch(&self, queue: &str, handles: Vec<String>) -> Result<Vec<Result<(), Error>>, Error> {
        self.change(queue, move |tx, queue, now| each(handles, |handle| store::delete(tx, queue, &handle, now))).await
    }

    /// Hides a received message for so many seconds from now; with 0 it is available at once.
    ///
    /// # Errors
    /// No such queue, more than 43,200 seconds, a handle that is not its own, a message that is not in flight any more.
    pub async fn change_visibility(&self, queue: &str, receipt_handle: &str, seconds: u32) -> Result<(), Error> {
        let one = vec![(receipt_handle.to_owned(), seconds)];
        self.change_visibility_batch(queue, one).await?.into_iter().collect()
    }

    /// Does so for several pairs of handle and seconds, in one transaction; each may fail alone.
    ///
    /// # Errors
    /// No such queue.
    pub async fn change_visibility_batch(
        &self,
        queue: &str,
        changes: Vec<(String, u32)>,
    ) -> Result<Vec<Result<(), Error>>, Error> {
        self.change(queue, move |tx, queue, now| {
            each(changes, |(handle, seconds)| {
                check_visibility_timeout(seconds)?;
                store::change_visibility(tx, queue, &handle, now + store::seconds(seconds), now)
            })
        })
        .await
    }

    /// How many messages are in which state.
    ///
    /// # Errors
    /// No such queue.
    pub async fn counts(&self, queue: &str) -> Result<Counts, Error> {
        self.on(queue, store::counts).await
    }

    /// When the next message that is delayed or in flight becomes visible.
    ///
    /// # Errors
    /// No such queue.
    pub async fn next_change_at(&self, queue: &str) -> Result<Option<Timestamp>, Error> {
        Ok(self.on(queue, store::next_change_at).await?.map(store::timestamp))
    }

    /// All messages of the queue as they are, in order, without receiving them.
    ///
    /// # Errors
    /// No such queue.
    pub async fn messages(&self, queue: &str) -> Result<Vec<Message>, Error> {
        self.on(queue, store::messages).await
    }

    /// Sends the dead letters that this queue has available back to the queues that gave them up, in order, and says how
    /// many went. They begin anew there.
    ///
    /// # Errors
    /// No such queue.
    pub async fn redrive(&self, dead_letter_queue: &str) -> Result<usize, Error> {
        let (_, moved) = self.change_of(dead_letter_queue, store::redrive, |(sources, _)| sources.clone()).await?;
        Ok(moved)
    }

    /// Does so as `StartMessageMoveTask` does, and gives the task's handle.
    ///
    /// # Errors
    /// No such queue.
    pub async fn start_move(&self, dead_letter_queue: &str) -> Result<String, Error> {
        let (_, handle) = self.change_of(dead_letter_queue, store::start_move, |(sources, _)| sources.clone()).await?;
        Ok(handle)
    }

    /// The latest moves from a dead-letter queue, at most `limit`.
    ///
    /// # Errors
    /// No such queue.
    pub async fn moves(&self, dead_letter_queue: &str, limit: u32) -> Result<Vec<store::MoveTask>, Error> {
        self.on(dead_letter_queue, move |tx, queue, _| store::moves(tx, queue, limit)).await
    }

    /// Does something to a queue that those who wait for it may have waited for.
    async fn change<T, F>(&self, name: &str, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Queue, Millis) -> Result<T, Error> + Send + 'static,
    {
        let queue = name.to_owned();
        self.change_of(name, work, |_| BTreeSet::from([queue])).await
    }

    /// Does something on a queue, and tells those who wait for the queues that it changed. They are told even if the caller
    /// stops waiting: whoever sends and is killed has sent all the same.
    async fn change_of<T, F, C>(&self, name: &str, work: F, changed: C) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Queue, Millis) -> Result<T, Error> + Send + 'static,
        C: FnOnce(&T) -> BTreeSet<String> + Send + 'static,
    {
        let (name, clock, changes) = (name.to_owned(), self.shared.clock.clone(), self.shared.changes.clone());
        let tell = move |result: &T| changed(result).iter().for_each(|queue| changes.announce(queue));
        let work = move |tx: &Transaction<'_>| work(tx, &store::find(tx, &name)?, clock().as_millisecond());
        self.shared.store.transaction_then(work, tell).await
    }

    async fn on<T, F>(&self, name: &str, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Queue, Millis) -> Result<T, Error> + Send + 'static,
    {
        self.change_of(name, work, |_| BTreeSet::new()).await
    }

    fn now(&self) -> Millis {
        (self.shared.clock)().as_millisecond()
    }
}

/// A refusal stays with its item; a failure of the storage is everybody's.
fn each<I, T>(items: Vec<I>, mut work: impl FnMut(I) -> Result<T, Error>) -> Result<Vec<Result<T, Error>>, Error> {
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        match work(item) {
            Err(error @ (Error::Storage(_) | Error::Unreadable(_) | Error::Stopped)) => return Err(error),
            result => results.push(result),
        }
    }
    Ok(results)
}

fn all_attributes(queue: &Queue, counts: Counts) -> BTreeMap<String, String> {
    let mut attributes = queue.settings.to_attributes();
    attributes.extend([
        ("QueueArn".to_owned(), queue_arn(&queue.name)),
        ("CreatedTimestamp".to_owned(), (queue.created_at / 1_000).to_string()),
        ("LastModifiedTimestamp".to_owned(), (queue.modified_at / 1_000).to_string()),
        ("ApproximateNumberOfMessages".to_owned(), counts.available.to_string()),
        ("ApproximateNumberOfMessagesNotVisible".to_owned(), counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed".to_owned(), counts.delayed.to_string()),
    ]);
    attributes
}
