//! Writes that are made together or not at all.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};
use uuid::Uuid;

use crate::error::{CommitError, StorageError};
use crate::item::Attributes;
use crate::key::Key;
use crate::table::Tenancy;

/// Collects writes; nothing happens before [`Transaction::commit`].
///
/// DynamoDB takes at most 100 of them (its limit); the callers stay far below. Each has a token, so that the SDK's own retry
/// after a lost answer is answered and not applied again. It comes from the system's random numbers: the SDK's own tokens
/// follow from the moment at which a process began, and two that began together would refuse each other's transactions.
#[derive(Debug)]
#[must_use = "a transaction that is not committed changes nothing"]
pub struct Transaction {
    pub(crate) tenancy: Tenancy,
    writes: Vec<TransactWriteItem>,
    /// The writes that a limit may refuse, by their places.
    counted: Vec<(usize, Limit)>,
    error: Option<StorageError>,
}

/// What may have no room for what is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Limit {
    Allowance,
    Starts,
}

/// Why nothing was written.
pub(crate) struct Refused {
    pub(crate) error: CommitError,
    /// The writes whose conditions did not hold, if nothing else was in the way.
    places: Vec<usize>,
}

impl Transaction {
    pub(crate) fn new(tenancy: Tenancy) -> Self {
        Self { tenancy, writes: Vec::new(), counted: Vec::new(), error: None }
    }

    /// Makes all writes, or none.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when one of the conditions does not hold (any more).
    pub async fn commit(self) -> Result<(), CommitError> {
        self.commit_telling().await.map_err(|refused| refused.error)
    }

    /// Makes all writes, or none, and says if only limits were in the way, and which.
    pub(crate) async fn commit_within_limits(self) -> Result<(), (CommitError, Option<Limit>)> {
        let counted = self.counted.clone();
        self.commit_telling().await.map_err(|Refused { error, places }| {
            let limit_at = |place: &usize| counted.iter().find(|(at, _)| at == place).map(|(_, limit)| *limit);
            let limits: Option<Vec<Limit>> = places.iter().map(limit_at).collect();
            (error, limits.and_then(|limits| limits.into_iter().min()))
        })
    }

    async fn commit_telling(self) -> Result<(), Refused> {
        if let Some(error) = self.error {
            return Err(Refused { error: error.into(), places: Vec::new() });
        }
        let client = &self.tenancy.table.client;
        let write = client.transact_write_items().set_transact_items(Some(self.writes));
        let answer = write.client_request_token(Uuid::new_v4().to_string()).send().await;
        answer.map(|_| ()).map_err(|error| match error.as_service_error() {
            Some(refused) if is_lost_race(refused) => {
                Refused { error: CommitError::Conflict, places: refused_places(refused) }
            }
            _ => Refused { error: StorageError::unavailable("TransactWriteItems")(error).into(), places: Vec::new() },
        })
    }

    /// What `write` adds is what this limit may refuse.
    pub(crate) fn counted(&mut self, limit: Limit, write: impl FnOnce(&mut Self)) {
        self.counted.push((self.writes.len(), limit));
        write(self);
    }

    /// Nothing of it will be made.
    pub(crate) fn fail(&mut self, error: StorageError) {
        self.error.get_or_insert(error);
    }

    /// An item that must not exist yet.
    pub(crate) fn create(&mut self, item: Result<Attributes, StorageError>) {
        self.put(item, "attribute_not_exists(pk)", None);
    }

    /// An item that must still have the version that was read.
    pub(crate) fn replace(&mut self, item: Result<Attributes, StorageError>, version: u64) {
        self.put(item, "version = :read", Some(version));
    }

    /// An item, on a condition on what is there; `read` is the version that it names, if it names one.
    pub(crate) fn put(&mut self, item: Result<Attributes, StorageError>, condition: &str, read: Option<u64>) {
        let Some(item) = self.keep(item) else { return };
        let mut put = Put::builder().table_name(self.table_name()).set_item(Some(item)).condition_expression(condition);
        if let Some(version) = read {
            put = put.expression_attribute_values(":read", AttributeValue::N(version.to_string()));
        }
        self.push(put.build(), |put| TransactWriteItem::builder().put(put).build());
    }

    /// An item that is the same whoever writes it.
    pub(crate) fn put_always(&mut self, item: Result<Attributes, StorageError>) {
        if let Some(item) = self.keep(item) {
            let put = Put::builder().table_name(self.table_name()).set_item(Some(item)).build();
            self.push(put, |put| TransactWriteItem::builder().put(put).build());
        }
    }

    pub(crate) fn delete(&mut self, key: &Key) {
        let delete = Delete::builder().table_name(self.table_name()).set_key(Some(key.attributes())).build();
        self.push(delete, |delete| TransactWriteItem::builder().delete(delete).build());
    }

    /// An item that must be there.
    pub(crate) fn delete_existing(&mut self, key: &Key) {
        let delete = Delete::builder()
            .table_name(self.table_name())
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(pk)")
            .build();
        self.push(delete, |delete| TransactWriteItem::builder().delete(delete).build());
    }

    /// An item on a condition of its own, as of [`Self::put_if`].
    pub(crate) fn delete_if(
        &mut self,
        key: &Key,
        condition: &str,
        (name, stands_for): (&str, &str),
        (value, is): (&str, AttributeValue),
    ) {
        let delete = Delete::builder()
            .table_name(self.table_name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .expression_attribute_names(name, stands_for)
            .expression_attribute_values(value, is);
        self.push(delete.build(), |delete| TransactWriteItem::builder().delete(delete).build());
    }

    /// An item, on a condition of its own on what is there.
    pub(crate) fn put_if(
        &mut self,
        item: Result<Attributes, StorageError>,
        condition: &str,
        (name, stands_for): (&str, &str),
        (value, is): (&str, AttributeValue),
    ) {
        let Some(item) = self.keep(item) else { return };
        let put = Put::builder()
            .table_name(self.table_name())
            .set_item(Some(item))
            .condition_expression(condition)
            .expression_attribute_names(name, stands_for)
            .expression_attribute_values(value, is);
        self.push(put.build(), |put| TransactWriteItem::builder().put(put).build());
    }

    /// The item must still have the version that was read, though it is not written.
    pub(crate) fn check(&mut self, key: &Key, version: u64) {
        let check = ConditionCheck::builder()
            .table_name(self.table_name())
            .set_key(Some(key.attributes()))
            .condition_expression("version = :read")
            .expression_attribute_values(":read", AttributeValue::N(version.to_string()))
            .build();
        self.push(check, |check| TransactWriteItem::builder().condition_check(check).build());
    }

    /// There must be no such item.
    pub(crate) fn check_absent(&mut self, key: &Key) {
        let check = ConditionCheck::builder()
            .table_name(self.table_name())
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_not_exists(pk)")
            .build();
        self.push(check, |check| TransactWriteItem::builder().condition_check(check).build());
    }

    pub(crate) fn update(
        &mut self,
        key: &Key,
        expression: &str,
        condition: Option<&str>,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) {
        let mut update = Update::builder()
            .table_name(self.table_name())
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .set_condition_expression(condition.map(str::to_owned));
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        self.push(update.build(), |update| TransactWriteItem::builder().update(update).build());
    }

    /// An update without a condition, in which names stand for attributes that DynamoDB has words of its own for.
    pub(crate) fn update_naming(
        &mut self,
        key: &Key,
        expression: &str,
        names: impl IntoIterator<Item = (&'static str, &'static str)>,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) {
        let mut update = Update::builder()
            .table_name(self.table_name())
            .set_key(Some(key.attributes()))
            .update_expression(expression);
        for (name, stands_for) in names {
            update = update.expression_attribute_names(name, stands_for);
        }
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        self.push(update.build(), |update| TransactWriteItem::builder().update(update).build());
    }

    fn table_name(&self) -> String {
        self.tenancy.table.name.clone()
    }

    fn keep(&mut self, item: Result<Attributes, StorageError>) -> Option<Attributes> {
        item.map_err(|error| self.error.get_or_insert(error).to_string()).ok()
    }

    fn push<T, E>(&mut self, write: Result<T, E>, wrap: impl FnOnce(T) -> TransactWriteItem)
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match write {
            Ok(write) => self.writes.push(wrap(write)),
            Err(error) => {
                self.error.get_or_insert(StorageError::unreadable("write")(error));
            }
        }
    }
}

/// A condition that did not hold, or another transaction on the same item at the same moment: both mean that the
/// decision rests on what is no longer so. Throttling and the like are not.
fn is_lost_race(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return false };
    cancelled
        .cancellation_reasons()
        .iter()
        .any(|reason| matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict")))
}

/// The places of the writes that were refused by their conditions; none if anything else was in the way.
fn refused_places(error: &TransactWriteItemsError) -> Vec<usize> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return Vec::new() };
    let reasons = cancelled.cancellation_reasons().iter().map(CancellationReason::code).enumerate();
    let refused: Vec<_> = reasons.filter(|(_, code)| !matches!(code, None | Some("None"))).collect();
    if refused.iter().all(|(_, code)| *code == Some("ConditionalCheckFailed")) {
        refused.into_iter().map(|(place, _)| place).collect()
    } else {
        Vec::new()
    }
}
