//! The schedule, shared: what is queued is announced here, and whoever wants to know the first answer waits here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Notify, oneshot};

use super::schedule::Schedule;
use super::{PendingWebhook, Queued, WebhookId};

/// Gives the HTTP status of a webhook's first attempt; an error when there was no answer or no attempt for now.
pub(crate) type FirstAnswer = oneshot::Receiver<u16>;

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    Refused { status: u16, retry_at: Timestamp },
    Unanswered { retry_at: Timestamp },
    GivenUp,
}

/// All undelivered webhooks, and those who wait for news of them.
#[derive(Default)]
pub(crate) struct Outbox {
    state: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    schedule: Schedule,
    first_answers: HashMap<WebhookId, oneshot::Sender<u16>>,
}

impl Outbox {
    /// Takes on webhooks that the store holds by now.
    pub(crate) fn announce(&self, webhooks: Vec<Queued>, now: Timestamp) -> Vec<FirstAnswer> {
        let mut state = self.lock();
        let answers = webhooks.into_iter().map(|webhook| state.add(webhook, now)).collect();
        self.changed.notify_one();
        answers
    }

    /// Whatever waits is tried now.
    pub(crate) fn retry_all(&self, now: Timestamp) {
        self.lock().schedule.retry_all(now);
        self.changed.notify_one();
    }

    /// Time may have moved.
    pub(crate) fn look_again(&self) {
        self.changed.notify_one();
    }

    pub(crate) fn pending(&self) -> Vec<PendingWebhook> {
        self.lock().schedule.pending()
    }

    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(super) fn take_due(&self, now: Timestamp, room: usize) -> Vec<WebhookId> {
        self.lock().schedule.take_due(now, room)
    }

    /// How often a webhook was tried since the start, the attempt in flight included.
    pub(super) fn attempts(&self, id: WebhookId) -> u32 {
        self.lock().schedule.attempts(id)
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.lock().schedule.next_due()
    }

    pub(super) fn attempted(&self, id: WebhookId, outcome: Outcome, now: Timestamp) {
        self.lock().attempted(id, outcome, now);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, webhook: Queued, now: Timestamp) -> FirstAnswer {
        let (answer, receiver) = oneshot::channel();
        let id = webhook.id;
        self.schedule.add(webhook, now);
        if !self.schedule.is_held_for_later(id, now) {
            self.first_answers.insert(id, answer);
        }
        receiver
    }

    fn attempted(&mut self, id: WebhookId, outcome: Outcome, now: Timestamp) {
        let first_answer = self.first_answers.remove(&id);
        let status = match outcome {
            Outcome::Delivered => {
                self.schedule.done(id, now);
                Some(200)
            }
            Outcome::Refused { status, retry_at } => {
                self.schedule.refused(id, retry_at, now);
                Some(status)
            }
            Outcome::Unanswered { retry_at } => {
                for held in self.schedule.unanswered(id, retry_at, now) {
                    self.first_answers.remove(&held);
                }
                None
            }
            Outcome::GivenUp => {
                self.schedule.done(id, now);
                None
            }
        };
        if let (Some(waiting), Some(status)) = (first_answer, status) {
            // Nobody may wait any more, which is fine.
            let _ = waiting.send(status);
        }
    }
}
