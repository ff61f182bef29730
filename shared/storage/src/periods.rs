//! Which period of its allowance each tenant was last seen in, and who is due for the next one.
//!
//! What is counted does not depend on this: a period follows from the clock. The mark says when somebody should look, and
//! shows in the table's stream that a new period began.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::TenantId;
use domain::allowance::{Period, PeriodId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::directory::{Directory, time_key};
use crate::error::StorageError;
use crate::item::{Attributes, text};
use crate::key::due::read_allowance;
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// A tenant whose period is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turning {
    pub tenant_id: TenantId,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// Where a list of those who are due goes on.
#[derive(Clone, Debug)]
pub struct TurningCursor(HashMap<String, AttributeValue>);

/// What the mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen {
    /// The period that the tenant was last seen in.
    pub period: PeriodId,
    /// When it was seen that this one had begun; nothing for the one in which the tenant was set up.
    #[serde(default)]
    pub turned_at: Option<Timestamp>,
}

impl Directory {
    /// The tenants of a shard whose period is over at `now`, the longest waiting first, and where the list goes on.
    ///
    /// The index may be a little behind the table; what it misses now, it shows to the next run.
    pub async fn turning(
        &self,
        shard: u8,
        now: Timestamp,
        limit: i32,
        after: Option<TurningCursor>,
    ) -> Result<(Vec<Turning>, Option<TurningCursor>), StorageError> {
        let answer = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name("due")
            .key_condition_expression("due_pk = :shard AND due_sk <= :now")
            .expression_attribute_values(":shard", text(shard_key(shard)))
            .expression_attribute_values(":now", text(time_key(now)))
            .limit(limit)
            .set_exclusive_start_key(after.map(|TurningCursor(key)| key))
            .send()
            .await
            .map_err(StorageError::unavailable("Query"))?;
        let found = answer.items().iter().filter_map(read).collect();
        Ok((found, answer.last_evaluated_key.map(TurningCursor)))
    }
}

impl Tenancy {
    /// The period that the tenant was last seen in; nothing if nobody ever looked.
    pub async fn seen_period(&self) -> Result<Option<Seen>, StorageError> {
        self.table.get("period", self.keys.allowance()).await
    }

    /// The tenant is seen in `next`, after a period that ended at `ended_at`. Says `false`, and changes nothing, if somebody
    /// else has said so meanwhile, or the tenant's months begin on another day since.
    pub async fn turn_period(&self, ended_at: Timestamp, next: &Period, now: Timestamp) -> Result<bool, StorageError> {
        let answer = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .set_key(Some(self.keys.allowance().attributes()))
            .update_expression("SET period = :period, turned_at = :now, due_sk = :next")
            .condition_expression("due_sk = :read")
            .expression_attribute_values(":period", text(next.id))
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":next", text(time_key(next.ends_at)))
            .expression_attribute_values(":read", text(time_key(ended_at)))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(StorageError::unavailable("UpdateItem")(error)),
        }
    }
}

impl Transaction {
    /// Somebody is to look when `period` is over, if nobody was told so before.
    pub(crate) fn watch_period(&mut self, period: &Period) {
        let change = "SET period = if_not_exists(period, :period), due_pk = if_not_exists(due_pk, :shard), \
                      due_sk = if_not_exists(due_sk, :time)";
        self.set_period(period, change);
    }

    /// The tenant's months begin on another day, or in another zone: it is in `period` now.
    pub(crate) fn move_period(&mut self, period: &Period) {
        self.set_period(period, "SET period = :period, due_pk = :shard, due_sk = :time");
    }

    fn set_period(&mut self, period: &Period, change: &str) {
        let keys = self.tenancy.keys;
        let shard = shard_of(self.tenancy.tenant_id());
        let values = [
            (":period", text(period.id)),
            (":shard", text(shard_key(shard))),
            (":time", text(time_key(period.ends_at))),
        ];
        self.update(&keys.allowance(), change, None, values);
    }
}

/// Apart from what else is due: it is another function that looks here, and neither is to find the other's.
fn shard_key(shard: u8) -> String {
    format!("TURN#{shard}")
}

fn shard_of(tenant: TenantId) -> u8 {
    let [.., last] = uuid::Uuid::from(tenant).into_bytes();
    last % Directory::DUE_SHARDS
}

fn read(item: &Attributes) -> Option<Turning> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let tenant_id = read_allowance(text("pk")?, text("sk")?)?;
    let ended_at = Timestamp::from_millisecond(text("due_sk")?.parse().ok()?).ok()?;
    Some(Turning { tenant_id, ended_at })
}
