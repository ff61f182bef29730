//! A number that sent too much sends more slowly for a while; others do not (F30).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Channel;

/// Meta asked a number to slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slowdown {
    since: Timestamp,
    until: Timestamp,
    /// How often it was asked again soon after it had gone on.
    again: u32,
}

/// Who is not refused for so long after a wait has begun anew.
const LULL: SignedDuration = SignedDuration::from_mins(2);

impl Slowdown {
    /// When the number goes on.
    pub fn until(self) -> Timestamp {
        self.until
    }

    /// When one of the many who wait goes on, by a `chance` of its own: they are spread over as long again as they have
    /// waited, so that they do not all come at once.
    pub fn turn(self, chance: u64) -> Timestamp {
        let most = self.until.duration_since(self.since).as_millis().max(0);
        let later = i64::try_from(i128::from(chance) % (most + 1)).unwrap_or(0);
        self.until.saturating_add(SignedDuration::from_millis(later)).unwrap_or(self.until)
    }

    fn is_over(self, now: Timestamp) -> bool {
        now >= self.until
    }

    /// Whether a refusal at `now` tells that the wait was too short.
    fn was_too_short(self, now: Timestamp) -> bool {
        now.duration_since(self.until) < self.until.duration_since(self.since).max(LULL)
    }
}

impl Channel {
    /// What keeps it back at `now`.
    pub fn slowdown(&self, now: Timestamp) -> Option<Slowdown> {
        self.slowdown.filter(|slowdown| !slowdown.is_over(now))
    }

    /// Meta refused a message since the number sends too much. `wait` says how long to wait after so many waits in a row that
    /// were too short. Of the many that are refused at once, the first one counts. Says whether anything changed.
    pub fn slow_down(&mut self, wait: impl FnOnce(u32) -> SignedDuration, now: Timestamp) -> bool {
        if self.slowdown(now).is_some() {
            return false;
        }
        let again = self.slowdown.filter(|last| last.was_too_short(now)).map_or(0, |last| last.again.saturating_add(1));
        let until = now.saturating_add(wait(again)).unwrap_or(now);
        self.slowdown = Some(Slowdown { since: now, until, again });
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{at, channel};
    use super::*;

    fn doubling(again: u32) -> SignedDuration {
        SignedDuration::from_secs(1 << again.min(6))
    }

    #[test]
    fn many_refusals_at_once_are_one_and_the_next_wait_is_longer() {
        let mut channel = channel();
        assert!(channel.slow_down(doubling, at(0)));
        assert!(!channel.slow_down(doubling, at(1)) && !channel.slow_down(doubling, at(999)));
        assert_eq!(channel.slowdown(at(999)).map(Slowdown::until), Some(at(1_000)));
        assert_eq!(channel.slowdown(at(1_000)), None);

        assert!(channel.slow_down(doubling, at(1_500)));
        assert_eq!(channel.slowdown(at(1_500)).map(Slowdown::until), Some(at(3_500)));
    }

    #[test]
    fn after_a_lull_it_begins_anew() {
        let mut channel = channel();
        for now in [0, 1_000, 3_000] {
            channel.slow_down(doubling, at(now));
        }
        assert_eq!(channel.slowdown(at(3_000)).map(Slowdown::until), Some(at(7_000)));
        channel.slow_down(doubling, at(7_000 + 120_000));
        assert_eq!(channel.slowdown(at(127_000)).map(Slowdown::until), Some(at(128_000)));
    }

    proptest! {
        #[test]
        fn everybody_has_a_turn_within_as_long_again(chance in any::<u64>(), wait in 0i64..4_000_000) {
            let mut channel = channel();
            channel.slow_down(|_| SignedDuration::from_millis(wait), at(5));
            let slowdown = channel.slowdown.expect("it was slowed down");
            prop_assert!((slowdown.until()..=slowdown.until() + SignedDuration::from_millis(wait)).contains(&slowdown.turn(chance)));
        }
    }
}
