//! The one place that waits: until something holds, or a deadline has passed.

use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until the answer is there.
///
/// # Panics
/// After a minute without one, naming `what` was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, look: impl FnMut() -> F) -> T {
    within(DEADLINE, what, look).await
}

/// The same with a deadline of one's own, for those who have much to do.
///
/// # Panics
/// When that has passed without an answer.
pub async fn within<T, F: Future<Output = Option<T>>>(
    deadline: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < deadline, "waited in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
