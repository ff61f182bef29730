//! The table, and the part of it that one tenant may touch.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_types::SdkConfig;
use domain::TenantId;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::contention::Contention;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes};
use crate::key::{Key, Keys};
use crate::transaction::Transaction;

/// The one table. What can be read through it alone is in [`crate::directory`]; all else needs a tenant.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Table {
    /// The table `name`, through one client of its own.
    pub fn new(config: &SdkConfig, name: String) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(config).retry_classifier(Contention).build();
        Self { client: Client::from_conf(config), name }
    }

    /// What belongs to one tenant. The id must come from an authenticated caller or a routed channel.
    pub fn of(&self, tenant: TenantId) -> Tenancy {
        Tenancy { table: self.clone(), tenant, keys: Keys(tenant) }
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        what: &'static str,
        key: Key,
    ) -> Result<Option<T>, StorageError> {
        self.get_item(key).await?.map(|found| item::read(what, found)).transpose()
    }

    pub(crate) async fn get_item(&self, key: Key) -> Result<Option<Attributes>, StorageError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .map_err(StorageError::unavailable("GetItem"))?;
        Ok(answer.item)
    }

    /// Writes an item whatever was there before: for what is the same however often it is written.
    pub(crate) async fn put(&self, item: Attributes) -> Result<(), StorageError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put.send().await.map(|_| ()).map_err(StorageError::unavailable("PutItem"))
    }

    /// Replaces an item that still has the version that was read.
    pub(crate) async fn replace(&self, item: Attributes, version: u64) -> Result<(), CommitError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let version = AttributeValue::N(version.to_string());
        put_if(put.condition_expression("version = :read").expression_attribute_values(":read", version)).await
    }

    /// Writes an item that is not there yet.
    pub(crate) async fn create(&self, item: Attributes) -> Result<(), CommitError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        put_if(put.condition_expression("attribute_not_exists(pk)")).await
    }

    pub(crate) async fn delete(&self, key: Key) -> Result<(), StorageError> {
        let delete = self.client.delete_item().table_name(&self.name).set_key(Some(key.attributes()));
        delete.send().await.map(|_| ()).map_err(StorageError::unavailable("DeleteItem"))
    }
}

/// The id of the write that an item is from.
const WRITE: &str = "write_id";

/// Writes an item on a condition, once: when the answer is lost, the SDK repeats the write, and its repetition finds the item
/// as the first has left it. The write's own id tells that from what others wrote, though it may be the same word for word.
async fn put_if(put: PutItemFluentBuilder) -> Result<(), CommitError> {
    let id = AttributeValue::B(Blob::new(Uuid::new_v4().into_bytes()));
    let put = put.item(WRITE, id.clone()).return_values_on_condition_check_failure(AllOld);
    put.send().await.map(|_| ()).or_else(|error| match error.as_service_error() {
        Some(ConditionalCheckFailedException(refused)) => {
            let is_ours = refused.item().is_some_and(|there| there.get(WRITE) == Some(&id));
            if is_ours { Ok(()) } else { Err(CommitError::Conflict) }
        }
        _ => Err(StorageError::unavailable("PutItem")(error).into()),
    })
}

/// One tenant's part of the table.
#[derive(Clone, Debug)]
pub struct Tenancy {
    pub(crate) table: Table,
    pub(crate) tenant: TenantId,
    pub(crate) keys: Keys,
}

impl Tenancy {
    /// The items of a partition whose sort keys begin with `prefix`, in order, strongly consistent.
    pub(crate) fn query(&self, partition: String, prefix: &str) -> QueryFluentBuilder {
        self.table
            .client
            .query()
            .table_name(&self.table.name)
            .consistent_read(true)
            .key_condition_expression("pk = :partition AND begins_with(sk, :prefix)")
            .expression_attribute_values(":partition", item::text(partition))
            .expression_attribute_values(":prefix", item::text(prefix))
    }

    pub fn tenant_id(&self) -> TenantId {
        self.tenant
    }

    /// A set of writes that are made together or not at all.
    pub fn transaction(&self) -> Transaction {
        Transaction::new(self.clone())
    }
}
