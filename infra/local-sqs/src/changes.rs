use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// Tells those who wait for a queue that something about it has changed.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    queues: Mutex<HashMap<String, watch::Sender<()>>>,
}

impl Changes {
    /// Sees every change from now on: subscribe first, look at the queue second, wait third.
    pub(crate) fn of(&self, queue: &str) -> watch::Receiver<()> {
        self.queues().entry(queue.to_owned()).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    pub(crate) fn announce(&self, queue: &str) {
        if let Some(sender) = self.queues().get(queue) {
            sender.send_replace(());
        }
    }

    pub(crate) fn announce_all(&self) {
        for sender in self.queues().values() {
            sender.send_replace(());
        }
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<()>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
