//! What was counted of a tenant's allowance, and the ledger behind it (F20–F23).
//!
//! The count of a period is one number that every reservation moves by a condition, so that it is never above the limit.
//! How much of it was really sent is counted beside it, in [`USED_SHARDS`] parts, so that senders do not meet at the item
//! that those who accept meet at. A message, its line and both numbers change in one transaction.

mod block;
mod ledger;

use domain::allowance::{ChargeState, LedgerEntry, Period, PeriodId, Reversal, Settlement, Subject, Threshold, Usage};
use domain::notice::About;
use domain::{Message, MessageId, Notice};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, number, text};
use crate::table::Tenancy;
use crate::transaction::{Limit, Transaction};

pub use ledger::LedgerCursor;

/// The parts in which the messages that were sent are counted.
const USED_SHARDS: u8 = 8;

/// Why a reservation was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// There is not so much left, in the period or in what was set aside.
    #[error("the allowance is used up")]
    Exhausted,
    /// Meta's limit: so many conversations were begun in the last 24 hours, as far as anybody has counted.
    #[error("too many conversations were begun")]
    TooManyBegun,
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What was counted in a period, and since when the admins are warned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub usage: Usage,
    /// How much campaigns have set aside, what they have used of it included: what they have not comes back soon.
    aside: u64,
    warned_75: Option<Timestamp>,
    warned_100: Option<Timestamp>,
}

impl Counted {
    /// Whether there is not so much left, and there may be more when campaigns have given back what they do not need.
    pub fn holds_back(&self, wanted: u64, limit: u32) -> bool {
        let without = self.usage.taken().saturating_sub(self.aside);
        self.aside > 0 && self.usage.remaining(limit) < wanted && without < u64::from(limit)
    }

    /// When this threshold was first seen to be reached in the period.
    pub fn warned_at(&self, threshold: Threshold) -> Option<Timestamp> {
        match threshold {
            Threshold::ThreeQuarters => self.warned_75,
            Threshold::All => self.warned_100,
        }
    }
}

#[derive(Default, Deserialize)]
struct Taken {
    #[serde(default)]
    taken: u64,
    #[serde(default)]
    aside: u64,
    #[serde(default)]
    warned_75: Option<Timestamp>,
    #[serde(default)]
    warned_100: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Used {
    used: u64,
}

impl Tenancy {
    /// What was counted in a period so far.
    pub async fn counted(&self, period: PeriodId) -> Result<Counted, StorageError> {
        // First what was sent: what is accepted in between is then rather reserved than missing.
        let used = self.used(period).await?;
        let Taken { taken, aside, warned_75, warned_100 } =
            self.table.get("count of an allowance", self.keys.taken(period)).await?.unwrap_or_default();
        Ok(Counted { usage: Usage { used, reserved: taken.saturating_sub(used) }, aside, warned_75, warned_100 })
    }

    async fn used(&self, period: PeriodId) -> Result<u64, StorageError> {
        let partition = self.keys.used(period, 0).pk;
        let answer = self.query(partition, "USED#").send().await.map_err(StorageError::unavailable("Query"))?;
        let parts =
            answer.items.unwrap_or_default().into_iter().map(|found| item::read::<Used>("count of sent", found));
        parts.map(|part| part.map(|part| part.used)).sum()
    }

    /// The admins are warned of a threshold of this period since `at`, and hear of it. Says whether nobody had noticed it
    /// before; whom another overtook at this moment leaves it to whoever looks next.
    pub async fn warn(&self, period: &Period, threshold: Threshold, at: Timestamp) -> Result<bool, StorageError> {
        let (percent, resets_at) = (threshold.percent(), period.ends_at);
        let mut transaction = self.transaction();
        let change = format!("SET warned_{percent} = :at");
        let condition = format!("attribute_not_exists(warned_{percent})");
        let now = [(":at", text(at.to_string()))];
        transaction.update(&self.keys.taken(period.id), &change, Some(&condition), now);
        transaction.record_notice(&Notice { at, about: About::AllowanceReached { percent, resets_at } });
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(CommitError::Storage(error)) => Err(error),
        }
    }
}

impl Transaction {
    /// Takes for these lines, all of one period, what they count, if `limit` leaves room for all of them.
    pub fn reserve(&mut self, period: PeriodId, entries: &[LedgerEntry], limit: u32) {
        let count: u64 = entries.iter().map(LedgerEntry::counts).sum();
        let room = i128::from(limit) - i128::from(count);
        // Nothing was taken yet, or little enough; what is more than the whole limit never fits.
        let condition = if room < 0 {
            "attribute_exists(taken) AND taken <= :room"
        } else {
            "attribute_not_exists(taken) OR taken <= :room"
        };
        let mut values = vec![
            (":none", number(0)),
            (":more", number(count)),
            (":most", number(limit.into())),
            (":room", item::signed(room)),
        ];
        let mut change = "SET taken = if_not_exists(taken, :none) + :more, most = :most".to_owned();
        let aside: u64 = entries.iter().filter_map(|entry| entry.aside).sum();
        if aside > 0 {
            change.push_str(", aside = if_not_exists(aside, :none) + :aside");
            values.push((":aside", number(aside)));
        }
        let key = self.tenancy.keys.taken(period);
        self.counted(Limit::Allowance, |transaction| {
            transaction.update(&key, &change, Some(condition), values);
        });
        self.enter_ledger(entries);
    }

    /// The count follows what became of a message; `message` is as it is written with this.
    pub fn settle_charge(&mut self, message: &Message, settlement: Settlement) {
        let Settlement { period, from, to } = settlement;
        let taken = i128::from(to != ChargeState::Released) - i128::from(from != ChargeState::Released);
        let used = i128::from(to == ChargeState::Used) - i128::from(from == ChargeState::Used);
        let keys = self.tenancy.keys;
        if taken != 0 {
            let key = keys.taken(period);
            let values = [(":change", item::signed(taken))];
            if settlement.takes_again() {
                let room = Some("taken < most");
                self.counted(Limit::Allowance, |transaction| {
                    transaction.update(&key, "SET taken = taken + :change", room, values);
                });
            } else {
                self.update(&key, "SET taken = taken + :change", None, values);
            }
        }
        if used != 0 {
            self.update(
                &keys.used(period, shard(message.id)),
                "ADD used :change",
                None,
                [(":change", item::signed(used))],
            );
        }
        self.settle_entry(message, settlement);
    }

    fn settle_entry(&mut self, message: &Message, Settlement { period, to, .. }: Settlement) {
        let key = self.tenancy.keys.ledger(period, message.id.into());
        let state = match item::value("charge", &to) {
            Ok(state) => (":state", state),
            Err(error) => return self.fail(error),
        };
        let at = message.delivery().map_or(message.sent_at, domain::Delivery::since);
        match Reversal::of(message).map(|reversal| item::value("reversal", &reversal)) {
            Some(Ok(reversal)) => {
                let values = [state, (":reversal", reversal)];
                self.update(&key, "SET charge_state = :state, reversal = :reversal", None, values);
            }
            Some(Err(error)) => self.fail(error),
            None => {
                let values = [state, (":at", text(at.to_string()))];
                self.update(&key, "SET charge_state = :state, used_at = :at REMOVE reversal", None, values);
            }
        }
    }

    fn enter_ledger(&mut self, entries: &[LedgerEntry]) {
        for entry in entries {
            let key = self.tenancy.keys.ledger(entry.period, id(entry));
            self.create(item::write(&key, "line of the ledger", entry));
        }
    }

    /// Makes all writes, or none.
    ///
    /// # Errors
    /// [`ReserveError::Exhausted`] or [`ReserveError::TooManyBegun`] when nothing but limits is in the way.
    pub async fn commit_reserving(self) -> Result<(), ReserveError> {
        self.commit_within_limits().await.map_err(|refused| match refused {
            (CommitError::Conflict, Some(Limit::Allowance)) => ReserveError::Exhausted,
            (CommitError::Conflict, Some(Limit::Starts)) => ReserveError::TooManyBegun,
            (error, _) => error.into(),
        })
    }
}

/// What a line is found by: the id of what it is for.
fn id(entry: &LedgerEntry) -> Uuid {
    match entry.subject {
        Subject::Message { message_id, .. } => message_id.into(),
        Subject::Block { block_id } => block_id.into(),
    }
}

/// A message is always counted in the same part, so that none falls below nothing.
fn shard(id: MessageId) -> u8 {
    let [.., last] = Uuid::from(id).into_bytes();
    last % USED_SHARDS
}

fn read_entry(found: Attributes) -> Result<LedgerEntry, StorageError> {
    item::read("line of the ledger", found)
}
