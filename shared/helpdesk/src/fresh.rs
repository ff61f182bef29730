//! New ids.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// A new id that sorts by `now` (UUID version 7).
pub fn fresh_id<T: From<Uuid>>(now: Timestamp) -> T {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    T::from(Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds)))
}
