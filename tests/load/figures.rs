//! What is counted and timed while everybody is at work.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::options::Options;

/// Counts and times, filled by many at once.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) written: AtomicUsize,
    pub(crate) accepted: AtomicUsize,
    /// From a customer's message to our 200.
    acknowledged: Times,
    /// From an agent's request to our 202.
    taken: Times,
    oldest_ms: AtomicU64,
}

/// How long something took, each time.
#[derive(Default)]
pub(crate) struct Times(Mutex<Vec<Duration>>);

impl Figures {
    /// A line is on the phone; how long its answer took, if there was one.
    pub(crate) fn wrote(&self, took: Option<Duration>) {
        self.written.fetch_add(1, Ordering::Relaxed);
        took.into_iter().for_each(|took| self.acknowledged.add(took));
    }

    pub(crate) fn replied(&self, took: Duration) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        self.taken.add(took);
    }

    /// The age of the oldest job in any queue, seen just now.
    pub(crate) fn saw_oldest(&self, age_ms: u64) {
        self.oldest_ms.fetch_max(age_ms, Ordering::Relaxed);
    }

    pub(crate) fn report(&self, options: &Options, took: Duration, kills: usize, lost: usize) -> String {
        let (written, accepted) = (self.written.load(Ordering::Relaxed), self.accepted.load(Ordering::Relaxed));
        let a_second = |count: usize| count as f64 / took.as_secs_f64().max(0.001);
        let mut report = String::new();
        let customers = options.customers;
        let _ = writeln!(
            report,
            "{customers} customers, {kills} kills, {lost} answers of Graph's lost, {:.1} s",
            took.as_secs_f64()
        );
        let _ = writeln!(
            report,
            "messages   {written:>7}  {:>7.1} a second  acknowledged {}",
            a_second(written),
            self.acknowledged
        );
        let _ = writeln!(
            report,
            "replies    {accepted:>7}  {:>7.1} a second  accepted     {}",
            a_second(accepted),
            self.taken
        );
        let _ = write!(report, "oldest job in a queue: {} ms", self.oldest_ms.load(Ordering::Relaxed));
        report
    }
}

impl Times {
    pub(crate) fn add(&self, took: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(took);
    }

    pub(crate) fn slowest(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().max().unwrap_or_default()
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        times.sort();
        let Some(last) = times.len().checked_sub(1) else { return f.write_str("-") };
        let at = |percent: usize| times[last * percent / 100].as_millis();
        let slowest = times[last].as_millis();
        write!(f, "p50 {} ms, p95 {} ms, p99 {} ms, slowest {slowest} ms ({})", at(50), at(95), at(99), times.len())
    }
}
