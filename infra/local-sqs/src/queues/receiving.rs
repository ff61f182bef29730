//! Receiving, and waiting for something to receive.

use std::{pin::pin, time::Duration};

use rusqlite::Transaction;
use tokio::{sync::watch, time};

use super::Queues;
use crate::{
    Error, Receive, ReceivedMessage,
    store::{self, Millis, Outlook, Queue, Received},
};

impl Queues {
    /// Receives what is there, or waits for it as long as said. Dropped while it runs, it may have hidden messages already
    /// until their visibility timeout; who must not has [`Queues::wait_for_message`] to drop.
    ///
    /// # Errors
    /// No such queue, or a number out of its range.
    pub async fn receive(&self, queue: &str, receive: Receive) -> Result<Vec<ReceivedMessage>, Error> {
        receive.check()?;
        let wait = match receive.wait_seconds {
            Some(seconds) => seconds,
            None => self.settings(queue).await?.receive_wait_seconds,
        };
        if wait == 0 {
            return self.receive_now(queue, receive).await;
        }
        self.receive_within(Duration::from_secs(wait.into()), queue, receive).await
    }

    /// Returns when there is something to receive, or to give up to the dead-letter queue by receiving. It can be
    /// dropped at any time.
    ///
    /// # Errors
    /// No such queue, maybe not any more.
    pub async fn wait_for_message(&self, queue: &str) -> Result<(), Error> {
        let mut changes = self.shared.changes.of(queue);
        loop {
            match self.on(queue, store::outlook).await? {
                Outlook::Ready => return Ok(()),
                Outlook::At(then) => self.wait_until(then, &mut changes).await,
                Outlook::Idle => changed(&mut changes).await,
            }
        }
    }

    /// Only the waiting is cut off when the time is over, never a receive, which would hide messages from everybody.
    async fn receive_within(
        &self,
        wait: Duration,
        queue: &str,
        receive: Receive,
    ) -> Result<Vec<ReceivedMessage>, Error> {
        let mut time_over = pin!(time::sleep(wait));
        loop {
            tokio::select! {
                ready = self.wait_for_message(queue) => ready?,
                () = &mut time_over => return Ok(Vec::new()),
            }
            let received = self.receive_now(queue, receive).await?;
            if !received.is_empty() {
                return Ok(received);
            }
        }
    }

    async fn receive_now(&self, queue: &str, receive: Receive) -> Result<Vec<ReceivedMessage>, Error> {
        let work = move |tx: &Transaction<'_>, queue: &Queue, now| {
            let seconds = receive.visibility_timeout_seconds.unwrap_or(queue.settings.visibility_timeout_seconds);
            let received = store::receive(tx, queue, receive.max_messages, now + store::seconds(seconds), now)?;
            Ok((received, queue.settings.redrive.as_ref().map(|policy| policy.dead_letter_queue.clone())))
        };
        let given_up_to = |(received, dead_letter_queue): &(Received, Option<String>)| {
            dead_letter_queue.iter().filter(|_| received.given_up > 0).cloned().collect()
        };
        let (received, _) = self.change_of(queue, work, given_up_to).await?;
        Ok(received.messages)
    }

    /// Until then by the clock, which runs at its usual pace unless it is moved, or until something changes.
    async fn wait_until(&self, then: Millis, changes: &mut watch::Receiver<()>) {
        let left = Duration::from_millis(u64::try_from(then - self.now()).unwrap_or_default());
        tokio::select! {
            () = time::sleep(left) => {}
            () = changed(changes) => {}
        }
    }
}

async fn changed(changes: &mut watch::Receiver<()>) {
    if changes.changed().await.is_err() {
        // Nobody is left to announce anything.
        std::future::pending::<()>().await;
    }
}
