//! Whatever receivers do, a FIFO queue behaves like a simple model of itself.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use local_sqs::{NewMessage, QueueSettings, Queues, Receive, RedrivePolicy};
use proptest::prelude::*;
use proptest::test_runner::contextualize_config;
use tempfile::TempDir;

use crate::world::HandClock;

const GROUPS: usize = 3;
const MAX_RECEIVES: u32 = 3;
const VISIBILITY: SignedDuration = SignedDuration::from_secs(30);

#[derive(Clone, Debug)]
enum Step {
    Send { group: usize },
    Receive { max: u32 },
    Delete { which: prop::sample::Index },
    GiveBack { which: prop::sample::Index },
    Pass { seconds: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..GROUPS).prop_map(|group| Step::Send { group }),
        3 => (1..=10u32).prop_map(|max| Step::Receive { max }),
        3 => any::<prop::sample::Index>().prop_map(|which| Step::Delete { which }),
        1 => any::<prop::sample::Index>().prop_map(|which| Step::GiveBack { which }),
        1 => (1..40i64).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// A message as the model has it.
#[derive(Clone, Debug)]
struct Sent {
    body: String,
    receives: u32,
    hidden_until: Timestamp,
    handle: Option<String>,
}

/// The queue, and what it should be.
struct Trial {
    queues: Queues,
    clock: HandClock,
    groups: Vec<VecDeque<Sent>>,
    dead: Vec<Vec<String>>,
    sent: usize,
    _folder: TempDir,
}

impl Trial {
    async fn begin() -> Self {
        let (clock, folder) = (HandClock::new(), TempDir::new().unwrap());
        let queues = Queues::open(&folder.path().join("queues.sqlite"), clock.as_clock()).unwrap();
        let redrive = RedrivePolicy { dead_letter_queue: "dead.fifo".to_owned(), max_receive_count: MAX_RECEIVES };
        queues.create_queue("dead.fifo", QueueSettings::fifo()).await.unwrap();
        let settings = QueueSettings { redrive: Some(redrive), ..QueueSettings::fifo() };
        queues.create_queue("jobs.fifo", settings).await.unwrap();
        let (groups, dead) = (vec![VecDeque::new(); GROUPS], vec![Vec::new(); GROUPS]);
        Self { queues, clock, groups, dead, sent: 0, _folder: folder }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Send { group } => self.send(group).await,
            Step::Receive { max } => {
                self.receive(max).await;
            }
            Step::Delete { which } => self.delete(&which).await,
            Step::GiveBack { which } => self.give_back(&which).await,
            Step::Pass { seconds } => self.clock.advance(SignedDuration::from_secs(seconds)),
        }
    }

    async fn send(&mut self, group: usize) {
        let body = self.sent.to_string();
        self.sent += 1;
        let message = NewMessage::new(&body).in_group(group.to_string()).deduplicated_by(&body);
        self.queues.send("jobs.fifo", message).await.unwrap();
        self.groups[group].push_back(Sent { body, receives: 0, hidden_until: self.clock.now(), handle: None });
    }

    /// What comes is the beginning of groups of which nothing is in flight, and as much of them as was asked for.
    async fn receive(&mut self, max: u32) -> usize {
        self.bury_the_exhausted();
        let now = self.clock.now();
        let open: Vec<bool> = self.groups.iter().map(|group| is_open(group, now)).collect();
        let expected: usize =
            self.groups.iter().zip(&open).filter(|(_, open)| **open).map(|(group, _)| group.len()).sum();

        let received = self.queues.receive("jobs.fifo", Receive::up_to(max)).await.unwrap();

        assert_eq!(received.len(), expected.min(max as usize));
        let mut next = [0; GROUPS];
        for message in &received {
            let group: usize = message.message.group_id.as_deref().unwrap().parse().unwrap();
            assert!(open[group], "a message of group {group} was in flight");
            let sent = &mut self.groups[group][next[group]];
            next[group] += 1;
            sent.receives += 1;
            sent.hidden_until = now + VISIBILITY;
            sent.handle = Some(message.receipt_handle.clone());
            assert_eq!((&message.message.body, message.message.receive_count), (&sent.body, sent.receives));
        }
        received.len()
    }

    fn bury_the_exhausted(&mut self) {
        let now = self.clock.now();
        for (group, dead) in self.groups.iter_mut().zip(&mut self.dead) {
            if is_open(group, now) {
                dead.extend(group.iter().filter(|sent| sent.receives >= MAX_RECEIVES).map(|sent| sent.body.clone()));
                group.retain(|sent| sent.receives < MAX_RECEIVES);
            }
        }
    }

    /// Deleting works while the message is in flight, and not after.
    async fn delete(&mut self, which: &prop::sample::Index) {
        let Some((group, place)) = self.once_received(which) else { return };
        let sent = self.groups[group][place].clone();
        let deleted = self.queues.delete("jobs.fifo", &sent.handle.unwrap()).await;
        assert_eq!(deleted.is_ok(), sent.hidden_until > self.clock.now());
        if deleted.is_ok() {
            self.groups[group].remove(place);
        }
    }

    async fn give_back(&mut self, which: &prop::sample::Index) {
        let Some((group, place)) = self.once_received(which) else { return };
        let now = self.clock.now();
        let sent = &mut self.groups[group][place];
        let given_back = self.queues.change_visibility("jobs.fifo", sent.handle.as_deref().unwrap(), 0).await;
        assert_eq!(given_back.is_ok(), sent.hidden_until > now);
        sent.hidden_until = sent.hidden_until.min(now);
    }

    fn once_received(&self, which: &prop::sample::Index) -> Option<(usize, usize)> {
        let places = self.groups.iter().enumerate().flat_map(|(number, group)| {
            group.iter().enumerate().filter(|(_, sent)| sent.handle.is_some()).map(move |(place, _)| (number, place))
        });
        let places: Vec<_> = places.collect();
        (!places.is_empty()).then(|| *which.get(&places))
    }

    /// Nothing is lost: all that was sent and not deleted can be had in order, or is dead, in order.
    async fn end(mut self) {
        self.clock.advance(VISIBILITY);
        while self.receive(10).await > 0 {
            self.delete_what_is_in_flight().await;
        }
        assert!(self.queues.messages("jobs.fifo").await.unwrap().is_empty());
        let mut dead = vec![Vec::new(); GROUPS];
        for message in self.queues.messages("dead.fifo").await.unwrap() {
            dead[message.group_id.unwrap().parse::<usize>().unwrap()].push(message.body);
        }
        assert_eq!(dead, self.dead);
    }

    async fn delete_what_is_in_flight(&mut self) {
        let now = self.clock.now();
        for group in &mut self.groups {
            for sent in group.iter().filter(|sent| sent.hidden_until > now) {
                self.queues.delete("jobs.fifo", sent.handle.as_deref().unwrap()).await.unwrap();
            }
            group.retain(|sent| sent.hidden_until <= now);
        }
    }
}

fn is_open(group: &VecDeque<Sent>, now: Timestamp) -> bool {
    group.iter().all(|sent| sent.hidden_until <= now)
}

proptest! {
    #![proptest_config(contextualize_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) }))]

    #[test]
    fn each_group_keeps_its_order_whatever_receivers_do(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut trial = Trial::begin().await;
            for step in steps {
                trial.take(step).await;
            }
            trial.end().await;
        });
    }
}
