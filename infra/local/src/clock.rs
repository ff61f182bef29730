//! The stack's clock: wall time plus an offset that survives a restart and only grows.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use runtime::Clock;
use tokio::sync::watch;

/// The movable clock that functions, queues, schedules, expiry and Meta's side follow.
#[derive(Clone, Debug)]
pub struct StackClock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    offset_ms: AtomicI64,
    file: PathBuf,
    moves: watch::Sender<u64>,
}

/// How the clock is asked to move.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// By so much.
    Advance(Span),
    /// To that moment.
    Set(Timestamp),
}

/// Why the clock does not move so.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Time only goes forward.
    #[error("the clock never goes backwards: it is {now}, and {to} is before that")]
    Backwards {
        /// What the clock shows.
        now: Timestamp,
        /// What was asked for.
        to: Timestamp,
    },
    /// Past the end of the calendar.
    #[error("the clock cannot go that far")]
    TooFar,
    /// The offset could not be kept.
    #[error("the clock's offset cannot be written")]
    Write(#[source] std::io::Error),
}

impl StackClock {
    /// The clock as an earlier run left it; a new one is `behind` wall time, until it is to [`Self::catch_up`].
    ///
    /// # Errors
    /// When the offset cannot be read or written.
    pub fn open(file: &Path, behind: SignedDuration) -> std::io::Result<Self> {
        let offset_ms =
            if file.exists() { read_offset(file)? } else { 0 - i64::try_from(behind.as_millis()).unwrap_or(0) };
        write_offset(file, offset_ms)?;
        let inner = Inner { offset_ms: AtomicI64::new(offset_ms), file: file.to_owned(), moves: watch::Sender::new(0) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        shifted(self.inner.offset_ms.load(Ordering::SeqCst))
    }

    /// The same clock as a plain function, for stand-ins.
    pub fn as_fn(&self) -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    /// Tells of each move; what waits for a moment looks again.
    pub fn moves(&self) -> watch::Receiver<u64> {
        self.inner.moves.subscribe()
    }

    /// Moves the clock forward and answers what it shows then.
    ///
    /// # Errors
    /// When the move goes backwards or too far, or cannot be kept.
    pub fn shift(&self, shift: Move) -> Result<Timestamp, ClockError> {
        let now = self.now();
        let to = match shift {
            Move::Set(to) => to,
            Move::Advance(span) => {
                now.to_zoned_datetime(TimeZone::UTC).checked_add(span).map_err(|_| ClockError::TooFar)?.timestamp()
            }
        };
        if to < now {
            return Err(ClockError::Backwards { now, to });
        }
        let by = i64::try_from(to.duration_since(now).as_millis()).map_err(|_| ClockError::TooFar)?;
        let offset = self.inner.offset_ms.load(Ordering::SeqCst).checked_add(by).ok_or(ClockError::TooFar)?;
        write_offset(&self.inner.file, offset).map_err(ClockError::Write)?;
        self.inner.offset_ms.store(offset, Ordering::SeqCst);
        self.inner.moves.send_modify(|count| *count += 1);
        Ok(self.now())
    }

    /// Moves the clock to wall time if it is behind. Says whether it was.
    ///
    /// # Errors
    /// When the move cannot be kept.
    pub fn catch_up(&self) -> Result<bool, ClockError> {
        let (now, wall) = (self.now(), Clock::system().now());
        if now < wall { self.shift(Move::Set(wall)).map(|_| true) } else { Ok(false) }
    }

    /// Returns when the clock shows `moment`, by waiting or by being moved.
    pub async fn reaches(&self, moment: Timestamp) {
        let mut moves = self.moves();
        while let Ok(left) = std::time::Duration::try_from(moment.duration_since(self.now()))
            && !left.is_zero()
        {
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = moves.changed() => {}
            }
        }
    }
}

/// The clock of a function's process, which reads the stack's offset each time it is asked.
pub fn of_function(file: PathBuf) -> Clock {
    Clock::from_fn(move || shifted(read_offset(&file).unwrap_or(0)))
}

fn shifted(offset_ms: i64) -> Timestamp {
    let wall = Clock::system().now();
    wall.checked_add(SignedDuration::from_millis(offset_ms)).unwrap_or(Timestamp::MAX)
}

fn read_offset(file: &Path) -> std::io::Result<i64> {
    fs::read_to_string(file)?.trim().parse().map_err(std::io::Error::other)
}

/// A reader sees the old offset or the new one, never half of one.
fn write_offset(file: &Path, offset_ms: i64) -> std::io::Result<()> {
    let draft = file.with_extension("new");
    fs::write(&draft, offset_ms.to_string())?;
    fs::rename(draft, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> (tempfile::TempDir, StackClock) {
        let folder = tempfile::tempdir().unwrap();
        let clock = StackClock::open(&folder.path().join("clock"), SignedDuration::ZERO).unwrap();
        (folder, clock)
    }

    fn advance(text: &str) -> Move {
        Move::Advance(text.parse().unwrap())
    }

    #[test]
    fn it_advances_by_hours_and_by_days() {
        let (_folder, clock) = clock();
        let before = clock.now();

        clock.shift(advance("PT25H")).unwrap();
        clock.shift(advance("P2D")).unwrap();

        let gone = clock.now().duration_since(before);
        assert_eq!(gone.as_hours(), 25 + 48);
    }

    #[test]
    fn it_never_goes_backwards() {
        let (_folder, clock) = clock();
        let earlier = clock.now() - SignedDuration::from_secs(1);

        assert!(matches!(clock.shift(Move::Set(earlier)), Err(ClockError::Backwards { .. })));
        assert!(matches!(clock.shift(advance("-PT1S")), Err(ClockError::Backwards { .. })));
    }

    #[test]
    fn a_new_clock_may_begin_in_the_past_and_catches_up_once() {
        let folder = tempfile::tempdir().unwrap();
        let clock = StackClock::open(&folder.path().join("clock"), SignedDuration::from_hours(24)).unwrap();
        let wall = Clock::system().now();

        assert_eq!(wall.duration_since(clock.now()).as_hours(), 24);
        assert!(clock.catch_up().unwrap());
        assert!(clock.now() >= wall);
        clock.shift(advance("PT1H")).unwrap();
        assert!(!clock.catch_up().unwrap());
    }

    #[test]
    fn its_offset_survives_a_restart() {
        let (folder, clock) = clock();
        let moved = clock.shift(advance("P3D")).unwrap();

        let again = StackClock::open(&folder.path().join("clock"), SignedDuration::ZERO).unwrap();

        assert!(again.now() >= moved);
    }

    #[test]
    fn a_functions_process_follows_each_move() {
        let (folder, clock) = clock();
        let function = of_function(folder.path().join("clock"));

        let moved = clock.shift(advance("PT24H")).unwrap();

        assert!(function.now() >= moved);
    }

    #[tokio::test]
    async fn what_waits_for_a_moment_goes_on_when_the_clock_jumps_past_it() {
        let (_folder, clock) = clock();
        let tomorrow = clock.now() + SignedDuration::from_hours(24);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.reaches(tomorrow).await }
        });

        clock.shift(advance("PT24H")).unwrap();

        waiting.await.unwrap();
    }
}
