//! The one place that waits: until something holds, or a deadline has passed.

use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
/// Far longer than anything takes that does not wait for a time.
const SOON: Duration = Duration::from_secs(10);

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
pub async fn within<T, F: Future<Output = Option<T>>>(deadline: Duration, what: &str, look: impl FnMut() -> F) -> T {
    by(deadline, look).await.unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// The same for what may have to wait for its time: nothing if the answer does not come by itself.
pub(crate) async fn soon<T, F: Future<Output = Option<T>>>(look: impl FnMut() -> F) -> Option<T> {
    by(SOON, look).await
}

async fn by<T, F: Future<Output = Option<T>>>(deadline: Duration, mut look: impl FnMut() -> F) -> Option<T> {
    let started = Instant::now();
    while started.elapsed() < deadline {
        if let Some(found) = look().await {
            return Some(found);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}
