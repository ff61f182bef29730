//! New periods of allowances are seen, and reported (F22). What is counted does not depend on it: whether this runs late,
//! twice at once or not at all for months, a period begins by the clock.

use std::time::Instant;

use domain::TenantId;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use storage::periods::{Turning, TurningCursor};
use storage::{Directory, StorageError, Table};

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turned {
    /// Tenants that were seen in a new period.
    pub tenants: u64,
    /// Periods that began and ended without being seen, of all of these together.
    pub missed: u64,
    /// Tenants that could not be read, and will not be until somebody repairs them.
    pub unreadable: u64,
    /// How long after its beginning the oldest of these periods was seen, in milliseconds.
    pub latest_ms: u64,
    /// Whether time ran out before everything due was looked at; the next run goes on.
    pub more: bool,
}

/// So many tenants are asked for with one query.
const AT_ONCE: i32 = 100;
/// So many are worked on at the same time: enough that one waits for the table while others compute.
const SIDE_BY_SIDE: usize = 16;

/// Sees every tenant whose period is over at `now` in its new one, until `until`; one page of each shard is always done.
///
/// The shards take turns: a tenant's mark moves within its own, and one alone would have to bear all writes.
///
/// # Errors
/// When storage fails; the next run finds what is left.
pub async fn turn_periods(table: &Table, now: Timestamp, until: Instant) -> Result<Turned, StorageError> {
    let directory = Directory::new(table.clone());
    let mut turned = Turned::default();
    let mut left: Vec<(u8, Option<TurningCursor>)> = (0..Directory::DUE_SHARDS).map(|shard| (shard, None)).collect();
    while !left.is_empty() {
        let (mut due, mut further) = (Vec::new(), Vec::new());
        for (shard, after) in left {
            let (found, next) = directory.turning(shard, now, AT_ONCE, after).await?;
            due.extend(found);
            further.extend(next.map(|next| (shard, Some(next))));
        }
        let each = stream::iter(due).map(|turning| turn(table, turning, now)).buffer_unordered(SIDE_BY_SIDE);
        turned = each.try_fold(turned, async |sum, one| Ok(sum.and(&one))).await?;
        left = further;
        if Instant::now() >= until {
            break;
        }
    }
    Ok(Turned { more: !left.is_empty(), ..turned })
}

async fn turn(table: &Table, due: Turning, now: Timestamp) -> Result<Turned, StorageError> {
    let tenancy = table.of(due.tenant_id);
    let tenant = match tenancy.tenant().await {
        Ok(Some(tenant)) => tenant,
        // One that nobody can read must not hold up a million others.
        Ok(None) => return Ok(unreadable(due.tenant_id, "it is not there")),
        Err(error @ StorageError::Unreadable { .. }) => {
            return Ok(unreadable(due.tenant_id, &domain::chain(&error)));
        }
        Err(error) => return Err(error),
    };
    let period = tenant.period(now);
    // Whose mark for the daily look was lost is looked through again from then on.
    tenancy.begin_gap_checks().await?;
    if !tenancy.turn_period(due.ended_at, &period, now).await? {
        return Ok(Turned::default());
    }
    let missed = tenant.periods_since(due.ended_at, &period).into();
    let late = u64::try_from(now.duration_since(due.ended_at).as_millis()).unwrap_or(0);
    Ok(Turned { tenants: 1, missed, latest_ms: late, ..Turned::default() })
}

fn unreadable(tenant: TenantId, error: &str) -> Turned {
    tracing::error!(tenant.id = %tenant, error, "a tenant's period is not seen");
    Turned { unreadable: 1, ..Turned::default() }
}

impl Turned {
    fn and(self, other: &Self) -> Self {
        Self {
            tenants: self.tenants + other.tenants,
            missed: self.missed + other.missed,
            unreadable: self.unreadable + other.unreadable,
            latest_ms: self.latest_ms.max(other.latest_ms),
            more: self.more || other.more,
        }
    }
}
