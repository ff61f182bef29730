//! What a tenant's daily check found, and how far it is.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Gap;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::contacts::ContactCursor;
use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// A gap goes so long after it was found last: the next check may be late by a day.
const KEPT: SignedDuration = SignedDuration::from_hours(50);

/// The gap after which a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapCursor(String);

impl GapCursor {
    const KIND: &str = "g1";
}

impl fmt::Display for GapCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0))
    }
}

impl FromStr for GapCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        page::decode(Self::KIND, text).map(Self)
    }
}

/// Where the walk through all contacts goes on, which takes several days.
#[derive(Deserialize)]
struct Progress {
    #[serde(default)]
    contacts_after: Option<String>,
}

impl Tenancy {
    /// So many are kept together.
    pub const GAPS_AT_ONCE: usize = 25;

    /// Keeps what was found, each a gap of its own, for 50 hours after it was found last; what was not known before, the
    /// admins hear of.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when somebody else found one of them at the same moment.
    pub async fn record_gaps(&self, gaps: &[Gap]) -> Result<(), CommitError> {
        let known = try_join_all(gaps.iter().map(|gap| self.find_again(gap))).await?;
        let new: Vec<&Gap> = gaps.iter().zip(known).filter_map(|(gap, known)| (!known).then_some(gap)).collect();
        let Some(found_at) = new.iter().map(|gap| gap.found_at).max() else { return Ok(()) };
        let mut transaction = self.transaction();
        for gap in &new {
            transaction.create(self.gap_item(gap));
        }
        transaction.notice_gaps(found_at, new.len() as u64);
        transaction.commit().await
    }

    /// Keeps one that is known already for longer. Says whether it is.
    async fn find_again(&self, gap: &Gap) -> Result<bool, StorageError> {
        if self.table.get_item(self.keys.gap(&gap.name())).await?.is_none() {
            return Ok(false);
        }
        self.table.put(self.gap_item(gap)?).await.map(|()| true)
    }

    fn gap_item(&self, gap: &Gap) -> Result<Attributes, StorageError> {
        let mut item = item::write(&self.keys.gap(&gap.name()), "gap", gap)?;
        item::expire(&mut item, gap.found_at + KEPT);
        Ok(item)
    }

    /// What was found, by kind.
    pub async fn gaps(&self, limit: u16, after: Option<&GapCursor>) -> Result<Page<Gap, GapCursor>, StorageError> {
        let start = after.map(|GapCursor(name)| self.keys.gap(name).attributes());
        let query = self.query(self.keys.gap("").pk, "GAP#");
        let read = |found| item::read("gap", found);
        Page::of(query, limit, start, read, |last: &Gap| GapCursor(last.name())).await
    }

    /// The contact after which the walk goes on.
    pub async fn gap_progress(&self) -> Result<Option<ContactCursor>, StorageError> {
        let found: Option<Progress> = self.table.get("gap check", self.keys.gap_check()).await?;
        Ok(found.and_then(|progress| progress.contacts_after?.parse().ok()))
    }

    /// The walk goes on after this contact, or begins anew.
    pub async fn keep_gap_progress(&self, after: Option<&ContactCursor>) -> Result<(), StorageError> {
        let update = self.table.client.update_item().table_name(&self.table.name);
        let update = update.set_key(Some(self.keys.gap_check().attributes()));
        let update = match after {
            Some(after) => update
                .update_expression("SET contacts_after = :after")
                .expression_attribute_values(":after", text(after.to_string())),
            None => update.update_expression("REMOVE contacts_after"),
        };
        update.send().await.map(|_| ()).map_err(StorageError::unavailable("UpdateItem"))
    }

    /// See [`Transaction::begin_gap_checks`].
    pub async fn begin_gap_checks(&self) -> Result<(), StorageError> {
        let update = self.table.client.update_item().table_name(&self.table.name);
        let update = update.set_key(Some(self.keys.gap_check().attributes())).update_expression(BEGIN);
        let update = begin(self)
            .into_iter()
            .fold(update, |update, (name, value)| update.expression_attribute_values(name, value));
        update.send().await.map(|_| ()).map_err(StorageError::unavailable("UpdateItem"))
    }
}

impl Transaction {
    /// From now on `due-work` looks for gaps of the tenant's, once a day, if it does not already.
    pub(crate) fn begin_gap_checks(&mut self) {
        let (key, values) = (self.tenancy.keys.gap_check(), begin(&self.tenancy));
        self.update(&key, BEGIN, None, values);
    }
}

const BEGIN: &str = "SET due_pk = if_not_exists(due_pk, :shard), due_sk = if_not_exists(due_sk, :time)";

/// The first look is due at once.
fn begin(tenancy: &Tenancy) -> [(&'static str, AttributeValue); 2] {
    let (shard, time) = directory::due(tenancy.tenant, Timestamp::UNIX_EPOCH);
    [(":shard", text(shard)), (":time", text(time))]
}
