//! What the template keeps things in: the table and the queues.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Template, intrinsic};

/// A queue of the template.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in the account.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its attributes as `CreateQueue` takes them.
    pub attributes: BTreeMap<String, String>,
}

/// The table of the template.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name in the account.
    pub name: String,
    /// The body of `CreateTable`.
    pub create: Value,
    /// The attribute that tells when an item expires, in seconds since 1970.
    pub ttl_attribute: Option<String>,
}

/// Who may read the bucket from a browser's page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    /// Origins, separated by commas: a list parameter is a text here.
    pub allowed_origins: String,
    /// Methods.
    pub allowed_methods: Vec<String>,
    /// Headers of answers that the page may read.
    #[serde(default)]
    pub exposed_headers: Vec<String>,
    /// How long a browser remembers this, in seconds.
    pub max_age: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BucketProperties {
    cors_configuration: CorsConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CorsConfiguration {
    cors_rules: Vec<CorsRule>,
}

const QUEUE: &str = "AWS::SQS::Queue";
const TABLE: &str = "AWS::DynamoDB::Table";

impl Queue {
    /// Whether it is where failed messages end.
    pub fn is_dead_letter_queue(&self) -> bool {
        !self.attributes.contains_key("RedrivePolicy")
    }
}

impl Template {
    /// The queues, those of dead letters first, since the others refer to them.
    ///
    /// # Errors
    /// When a queue has a property of another shape.
    pub fn queues(&self) -> anyhow::Result<Vec<Queue>> {
        let mut queues = Vec::new();
        for (logical_id, mut properties) in self.all::<Map<String, Value>>(QUEUE)? {
            let resolved = Value::Object(properties.clone());
            let name = properties.remove("QueueName").and_then(|name| name.as_str().map(str::to_owned));
            properties.remove("Tags");
            queues.push(Queue {
                logical_id: logical_id.to_owned(),
                name: name.ok_or_else(|| anyhow!("{logical_id} has no QueueName"))?,
                arn: intrinsic::arn(&self.place, logical_id, QUEUE, &resolved),
                attributes: properties.into_iter().map(|(key, value)| (key, attribute(&value))).collect(),
            });
        }
        queues.sort_by_key(|queue| !queue.is_dead_letter_queue());
        Ok(queues)
    }

    /// The table.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn table(&self) -> anyhow::Result<Table> {
        let (logical_id, mut create) =
            self.all::<Map<String, Value>>(TABLE)?.into_iter().next().context("the template has no table")?;
        let ttl = create.remove("TimeToLiveSpecification");
        create.remove("PointInTimeRecoverySpecification");
        create.remove("Tags");
        // Nothing here reads the stream yet, and dynoxide looks through a whole day of it at each write.
        create.remove("StreamSpecification");
        Ok(Table {
            name: self.name_of(logical_id)?,
            create: Value::Object(create),
            ttl_attribute: ttl.and_then(|ttl| ttl["AttributeName"].as_str().map(str::to_owned)),
        })
    }

    /// The name of the bucket.
    ///
    /// # Errors
    /// When there is none.
    pub fn bucket(&self) -> anyhow::Result<String> {
        let (logical_id, _) =
            self.all::<Value>("AWS::S3::Bucket")?.into_iter().next().context("the template has no bucket")?;
        self.name_of(logical_id)
    }

    /// Who may read the bucket from a browser's page.
    ///
    /// # Errors
    /// When that is not said.
    pub fn bucket_cors(&self) -> anyhow::Result<Vec<CorsRule>> {
        let buckets = self.all::<BucketProperties>("AWS::S3::Bucket")?;
        let (_, properties) = buckets.into_iter().next().context("the template has no bucket")?;
        Ok(properties.cors_configuration.cors_rules)
    }
}

/// SQS takes every attribute as a string, policies as JSON in one.
fn attribute(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
