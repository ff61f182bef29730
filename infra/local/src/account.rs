//! The account as the stack itself uses it: its queues, and an SDK configuration for its owner.

use std::path::Path;

use anyhow::Context;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use local_sqs::{QueueSettings, Queues};
use serde::Deserialize;

use crate::endpoint::OWNER;
use crate::template::{Place, Template};

/// The stack's name in the account.
pub const STACK: &str = "local";

/// Where the account stands.
pub fn place(aws_url: &str, api_url: &str) -> Place {
    Place {
        region: local_sqs::REGION.to_owned(),
        account: local_sqs::ACCOUNT_ID.to_owned(),
        stack: STACK.to_owned(),
        aws_url: aws_url.to_owned(),
        api_url: api_url.to_owned(),
    }
}

/// Makes the template's queues, or gives those that are there the template's settings.
///
/// # Errors
/// When the template asks for what SQS does not take.
pub async fn create_queues(template: &Template, queues: &Queues) -> anyhow::Result<()> {
    let there = queues.names("").await?;
    for queue in template.queues()? {
        let settings = QueueSettings::from_attributes(&queue.attributes)?;
        if there.contains(&queue.name) {
            queues.set_queue(&queue.name, settings).await?;
        } else {
            queues.create_queue(&queue.name, settings).await?;
        }
    }
    Ok(())
}

/// The SDK's configuration for the account's owner.
pub fn sdk_config(place: &Place) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(OWNER, OWNER, None, None, "owner")))
        .region(Region::new(place.region.clone()))
        .endpoint_url(&place.aws_url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// The same for the account of the running stack with this data folder.
///
/// # Errors
/// When no stack runs there.
pub fn of_running(data: &Path) -> anyhow::Result<SdkConfig> {
    #[derive(Deserialize)]
    struct Running {
        aws: String,
    }
    let running = std::fs::read(data.join("stack.json"))
        .with_context(|| format!("no stack runs on {}; start one with `cargo run`", data.display()))?;
    let Running { aws } = serde_json::from_slice(&running)?;
    Ok(sdk_config(&place(&aws, "")))
}

/// The name of a stack's table.
pub fn table_of(stack: &str) -> String {
    format!("{stack}-helpdesk")
}
