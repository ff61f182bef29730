//! Which webhook is tried when. Pure: told what happened, it says what is next.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use super::{PendingWebhook, Queued, WebhookId};

/// A webhook nobody answers holds back those behind it this often; then order matters less than progress.
const UNANSWERED_HOLDS: u32 = 5;

/// All undelivered webhooks. In a lane, one follows when the one before it was answered, whatever the answer.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    entries: HashMap<WebhookId, Entry>,
    /// Those not answered yet; the first holds back the rest.
    lanes: HashMap<String, VecDeque<WebhookId>>,
    due: BTreeSet<(Timestamp, WebhookId)>,
}

#[derive(Debug)]
struct Entry {
    lane: String,
    attempts: u32,
    unanswered: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Held,
    Due(Timestamp),
    InFlight(Timestamp),
}

impl Schedule {
    pub(super) fn add(&mut self, webhook: Queued, now: Timestamp) {
        let lane = self.lanes.entry(webhook.lane.clone()).or_default();
        lane.push_back(webhook.id);
        let is_first = lane.len() == 1;
        self.entries.insert(webhook.id, Entry { lane: webhook.lane, attempts: 0, unanswered: 0, state: State::Held });
        if is_first {
            self.set_due(webhook.id, now);
        }
    }

    /// Takes up to `room` webhooks whose time has come; they are in flight from now on.
    pub(super) fn take_due(&mut self, now: Timestamp, room: usize) -> Vec<WebhookId> {
        let mut taken = Vec::new();
        while taken.len() < room {
            let Some(&(at, id)) = self.due.first().filter(|(at, _)| *at <= now) else { break };
            self.due.remove(&(at, id));
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.state = State::InFlight(now);
                entry.attempts += 1;
                taken.push(id);
            }
        }
        taken
    }

    /// Delivered, or given up.
    pub(super) fn done(&mut self, id: WebhookId, now: Timestamp) {
        self.release_lane(id, now);
        self.entries.remove(&id);
    }

    /// Answered, but not with 200.
    pub(super) fn refused(&mut self, id: WebhookId, retry_at: Timestamp, now: Timestamp) {
        self.release_lane(id, now);
        self.set_due(id, retry_at);
    }

    /// Not answered at all; returns those that it holds back now.
    pub(super) fn unanswered(&mut self, id: WebhookId, retry_at: Timestamp, now: Timestamp) -> Vec<WebhookId> {
        self.set_due(id, retry_at);
        let Some(entry) = self.entries.get_mut(&id) else { return Vec::new() };
        entry.unanswered += 1;
        if entry.unanswered >= UNANSWERED_HOLDS {
            self.release_lane(id, now);
            return Vec::new();
        }
        let lane = self.lanes.get(&entry.lane);
        lane.filter(|lane| lane.front() == Some(&id))
            .map_or_else(Vec::new, |lane| lane.iter().skip(1).copied().collect())
    }

    /// Whether the webhook waits for another one that is not due yet.
    pub(super) fn is_held_for_later(&self, id: WebhookId, now: Timestamp) -> bool {
        self.entries.get(&id).is_some_and(|entry| {
            entry.state == State::Held && matches!(self.front_state(entry), Some(State::Due(at)) if at > now)
        })
    }

    pub(super) fn attempts(&self, id: WebhookId) -> u32 {
        self.entries.get(&id).map_or(0, |entry| entry.attempts)
    }

    /// The receiver is back: whatever waits for its next try is tried now, and counts anew.
    pub(super) fn retry_all(&mut self, now: Timestamp) {
        let waiting: Vec<_> = std::mem::take(&mut self.due).into_iter().collect();
        for entry in self.entries.values_mut() {
            entry.attempts = 0;
        }
        for (at, id) in waiting {
            self.set_due(id, at.min(now));
        }
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// In the order they were made.
    pub(super) fn pending(&self) -> Vec<PendingWebhook> {
        let ordered: BTreeMap<_, _> = self.entries.iter().collect();
        ordered.into_iter().map(|(id, entry)| self.pending_one(*id, entry)).collect()
    }

    fn pending_one(&self, id: WebhookId, entry: &Entry) -> PendingWebhook {
        let state = match entry.state {
            State::Held => self.front_state(entry).unwrap_or(State::Held),
            state => state,
        };
        let due_at = match state {
            State::Due(at) | State::InFlight(at) => at,
            State::Held => Timestamp::UNIX_EPOCH,
        };
        let in_flight = matches!(entry.state, State::InFlight(_));
        PendingWebhook { id, lane: entry.lane.clone(), in_flight, due_at }
    }

    fn front_state(&self, entry: &Entry) -> Option<State> {
        let front = self.lanes.get(&entry.lane)?.front()?;
        self.entries.get(front).map(|entry| entry.state)
    }

    fn set_due(&mut self, id: WebhookId, at: Timestamp) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.state = State::Due(at);
            self.due.insert((at, id));
        }
    }

    /// If `id` is at the front of its lane, it steps out and the next one is due.
    fn release_lane(&mut self, id: WebhookId, now: Timestamp) {
        let Some(entry) = self.entries.get(&id) else { return };
        let Some(lane) = self.lanes.get_mut(&entry.lane).filter(|lane| lane.front() == Some(&id)) else { return };
        lane.pop_front();
        match lane.front().copied() {
            Some(next) => self.set_due(next, now),
            None => {
                let lane = entry.lane.clone();
                self.lanes.remove(&lane);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Queued, Schedule, UNANSWERED_HOLDS};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn schedule(webhooks: &[(i64, &str)]) -> Schedule {
        let mut schedule = Schedule::default();
        for (id, lane) in webhooks {
            schedule.add(Queued { id: *id, lane: (*lane).to_owned() }, NOW);
        }
        schedule
    }

    #[test]
    fn lanes_run_side_by_side_and_each_one_after_the_other() {
        let mut schedule = schedule(&[(1, "a"), (2, "a"), (3, "b")]);

        assert_eq!(schedule.take_due(NOW, 10), [1, 3]);
        assert_eq!(schedule.take_due(NOW, 10), [0; 0]);
        schedule.done(1, NOW);
        assert_eq!(schedule.take_due(NOW, 10), [2]);
    }

    #[test]
    fn a_refused_webhook_comes_again_without_holding_back_the_next() {
        let mut schedule = schedule(&[(1, "a"), (2, "a")]);
        let later = NOW + SignedDuration::from_secs(1);
        schedule.take_due(NOW, 10);

        schedule.refused(1, later, NOW);

        assert_eq!(schedule.take_due(NOW, 10), [2]);
        assert_eq!(schedule.take_due(later, 10), [1]);
    }

    #[test]
    fn an_unanswered_webhook_holds_back_the_next_for_a_while_only() {
        let mut schedule = schedule(&[(1, "a"), (2, "a")]);
        for _ in 1..UNANSWERED_HOLDS {
            assert_eq!(schedule.take_due(NOW, 10), [1]);
            assert_eq!(schedule.unanswered(1, NOW, NOW), [2]);
        }
        assert_eq!(schedule.take_due(NOW, 10), [1]);

        schedule.unanswered(1, NOW, NOW);

        assert_eq!(schedule.take_due(NOW, 10), [1, 2]);
    }

    #[test]
    fn a_held_webhook_is_due_when_the_one_before_it_is() {
        let mut schedule = schedule(&[(1, "a"), (2, "a")]);
        let later = NOW + SignedDuration::from_secs(1);
        schedule.take_due(NOW, 10);
        schedule.unanswered(1, later, NOW);

        assert!(schedule.is_held_for_later(2, NOW));
        assert!(schedule.pending().iter().all(|webhook| webhook.due_at == later && !webhook.in_flight));
    }
}
