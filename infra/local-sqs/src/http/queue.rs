use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{
    call::{Call, Reply, done, reply},
    problem::Problem,
};
use crate::{Error, QueueSettings};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Creation {
    queue_name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    #[serde(default)]
    queue_name_prefix: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Question {
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewAttributes {
    attributes: BTreeMap<String, String>,
}

/// A queue that is there answers with its URL as long as the attributes given are those it has; others are not compared.
pub(super) async fn create(call: &Call<'_>) -> Result<Reply, Problem> {
    let creation: Creation = call.parameters()?;
    let settings = match call.queues.settings(&creation.queue_name).await {
        Ok(existing) => existing.with_attributes(&creation.attributes)?,
        Err(Error::QueueDoesNotExist) => QueueSettings::from_attributes(&creation.attributes)?,
        Err(error) => return Err(error.into()),
    };
    call.queues.create_queue(&creation.queue_name, settings).await?;
    reply(&json!({ "QueueUrl": call.url_of(&creation.queue_name) }))
}

pub(super) async fn url(call: &Call<'_>) -> Result<Reply, Problem> {
    let Named { queue_name } = call.parameters()?;
    call.queues.settings(&queue_name).await?;
    reply(&json!({ "QueueUrl": call.url_of(&queue_name) }))
}

/// All at once: there are never so many that they would need pages.
pub(super) async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    let Listing { queue_name_prefix } = call.parameters()?;
    let names = call.queues.names(&queue_name_prefix).await?;
    let urls: Vec<_> = names.iter().map(|name| call.url_of(name)).collect();
    reply(&json!({ "QueueUrls": urls }))
}

pub(super) async fn attributes(call: &Call<'_>) -> Result<Reply, Problem> {
    let Question { attribute_names } = call.parameters()?;
    let mut attributes = call.queues.attributes(&call.queue()?).await?;
    attributes.retain(|name, _| attribute_names.iter().any(|wanted| wanted == "All" || wanted == name));
    reply(&json!({ "Attributes": attributes }))
}

pub(super) async fn set_attributes(call: &Call<'_>) -> Result<Reply, Problem> {
    let (queue, NewAttributes { attributes }) = (call.queue()?, call.parameters()?);
    let settings = call.queues.settings(&queue).await?.with_attributes(&attributes)?;
    call.queues.set_queue(&queue, settings).await?;
    Ok(done())
}

pub(super) async fn purge(call: &Call<'_>) -> Result<Reply, Problem> {
    call.queues.purge(&call.queue()?).await?;
    Ok(done())
}

pub(super) async fn delete(call: &Call<'_>) -> Result<Reply, Problem> {
    call.queues.delete_queue(&call.queue()?).await?;
    Ok(done())
}
