//! What is accepted takes its share of the allowance; what becomes of it uses the share or gives it back (F20–F23).

use domain::allowance::{LedgerEntry, Period, PeriodId, Reason, Settlement, Threshold};
use domain::{BlockId, Delivery, Message, Tenant};
use jiff::Timestamp;
use storage::allowance::Counted;
use storage::{ReserveError, StorageError, Tenancy, Transaction};

use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What a tenant's allowance is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub period: Period,
}

/// Why nothing was set aside.
#[derive(Debug, thiserror::Error)]
pub enum AllowanceError {
    #[error("the tenant is not set up")]
    NoSuchTenant,
    #[error("the allowance is used up until {resets_at}")]
    Exhausted { resets_at: Timestamp },
    /// Some of it may come back in a moment.
    #[error("campaigns have set aside what is left of the allowance")]
    HeldByOthers,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for AllowanceError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

impl Allowance {
    /// The allowance of the period that `now` is in.
    pub fn of(tenant: &Tenant, now: Timestamp) -> Self {
        Self { limit: tenant.allowance, period: tenant.period(now) }
    }

    /// The allowance as it is now; nothing if the tenant was never set up.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn load(tenancy: &Tenancy, now: Timestamp) -> Result<Option<Self>, StorageError> {
        Ok(tenancy.tenant().await?.map(|tenant| Self::of(&tenant, now)))
    }

    /// Charges messages that are about to be stored with this transaction. It is to be committed with
    /// [`Transaction::commit_reserving`].
    pub fn reserve(&self, transaction: &mut Transaction, messages: &mut [Message], reason: Reason) {
        let entries = charge(self.period.id, messages, reason);
        transaction.reserve(self.period.id, &entries, self.limit);
    }
}

/// A message is counted where it was paid for, also when the month turns in between.
fn charge(period: PeriodId, messages: &mut [Message], reason: Reason) -> Vec<LedgerEntry> {
    let charge = |message: &mut Message| {
        message.delivery_mut()?.charge_to(period);
        Some(LedgerEntry::of_message(message, period, reason))
    };
    messages.iter_mut().filter_map(charge).collect()
}

/// What a campaign has set aside. It holds for one period: what is left when that is over is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub id: BlockId,
    pub period: PeriodId,
    /// How much it was at first.
    pub count: u64,
}

impl Block {
    /// Charges messages that are about to be stored with this transaction to what was set aside. It is to be committed with
    /// [`Transaction::commit_reserving`].
    pub fn reserve(self, transaction: &mut Transaction, messages: &mut [Message], reason: Reason) {
        let entries = charge(self.period, messages, reason);
        transaction.reserve_from(self.period, self.id, &entries);
    }
}

/// What a campaign does while others hold what it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    Waits,
    TakesWhatThereIs,
}

/// Sets aside up to `wanted`: as much as there is.
///
/// # Errors
/// [`AllowanceError::Exhausted`] when there is nothing; [`AllowanceError::HeldByOthers`] for who waits. If the answer of
/// storage itself was lost, something may be set aside that nobody knows of; with the `id` it is found and given back.
pub async fn set_aside(
    tenancy: &Tenancy,
    id: BlockId,
    wanted: u64,
    patience: Patience,
    now: Timestamp,
) -> Result<Block, AllowanceError> {
    for attempt in 0..ATTEMPTS {
        let Allowance { limit, period } = Allowance::load(tenancy, now).await?.ok_or(AllowanceError::NoSuchTenant)?;
        // Asked for before: whatever was set aside then is the block.
        let before = tenancy.left_of_block(period.id, id).await?;
        if before > 0 {
            return Ok(Block { id, period: period.id, count: before });
        }
        let counted = tenancy.counted(period.id).await?;
        if patience == Patience::Waits && counted.holds_back(wanted, limit) {
            return Err(AllowanceError::HeldByOthers);
        }
        let count = wanted.min(counted.usage.remaining(limit));
        if count == 0 {
            notice(tenancy, &Allowance { limit, period }, now).await?;
            return Err(AllowanceError::Exhausted { resets_at: period.ends_at });
        }
        let mut transaction = tenancy.transaction();
        transaction.reserve(period.id, &[LedgerEntry::of_block(id, period.id, count, now)], limit);
        match transaction.commit_reserving().await {
            Ok(()) => {
                notice_later(tenancy, &Allowance { limit, period }, now).await;
                return Ok(Block { id, period: period.id, count });
            }
            // Others took of it in between.
            Err(ReserveError::Exhausted | ReserveError::TooManyBegun) => {}
            Err(ReserveError::Commit(error)) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}

/// Gives back what is left of a block, and says how much that was.
///
/// # Errors
/// When storage fails; doing it again is as doing it once.
pub async fn give_back(tenancy: &Tenancy, block: Block, now: Timestamp) -> Result<u64, Busy> {
    for attempt in 0..ATTEMPTS {
        match tenancy.give_back(block.period, block.id, now).await {
            Ok(left) => return Ok(left),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// What changes in the count as a message is written; `changed` is as it will be. Where nothing may be taken again, what
/// was given back stays so.
pub(crate) fn settlement(changed: &mut Message, may_take_again: bool) -> Option<Settlement> {
    let delivery = changed.delivery_mut()?;
    let settlement = delivery.settle_charge()?;
    if settlement.takes_again() && !may_take_again {
        Delivery::forgo_charge(delivery);
        return None;
    }
    Some(settlement)
}

/// What was counted so far, with the warnings that are due by now.
///
/// # Errors
/// When storage fails.
pub async fn notice(tenancy: &Tenancy, allowance: &Allowance, now: Timestamp) -> Result<Counted, StorageError> {
    let period = allowance.period.id;
    let mut counted = tenancy.counted(period).await?;
    for threshold in Threshold::EACH {
        let is_due = threshold.is_reached(counted.usage.taken(), allowance.limit);
        if !is_due || counted.warned_at(threshold).is_some() {
            continue;
        }
        if tenancy.warn(&allowance.period, threshold, now).await? {
            let (tenant, percent) = (tenancy.tenant_id(), threshold.percent());
            tracing::warn!(tenant.id = %tenant, allowance.percent = percent, period.id = %period, "allowance_warning");
        }
        counted = tenancy.counted(period).await?;
    }
    Ok(counted)
}

/// The same after something was stored: what fails here is made up for by whoever looks next.
pub(crate) async fn notice_later(tenancy: &Tenancy, allowance: &Allowance, now: Timestamp) {
    if let Err(error) = notice(tenancy, allowance, now).await {
        let error = domain::chain(&error);
        tracing::warn!(tenant.id = %tenancy.tenant_id(), error, "the allowance was not looked at");
    }
}
