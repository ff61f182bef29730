use serde::Deserialize;
use serde_json::json;

use super::{
    call::{Call, Reply, reply},
    problem::Problem,
};
use crate::Error;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Start {
    source_arn: String,
    destination_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    source_arn: String,
    max_results: Option<u32>,
}

/// All goes back to where it came from, at once; AWS takes its time and can be given another destination.
pub(super) async fn start(call: &Call<'_>) -> Result<Reply, Problem> {
    let Start { source_arn, destination_arn } = call.parameters()?;
    if destination_arn.is_some() {
        return Err(Error::InvalidParameterValue("DestinationArn is not supported here".to_owned()).into());
    }
    let handle = call.queues.start_move(name(&source_arn)).await?;
    reply(&json!({ "TaskHandle": handle }))
}

pub(super) async fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    let Listing { source_arn, max_results } = call.parameters()?;
    let tasks = call.queues.moves(name(&source_arn), max_results.unwrap_or(1).clamp(1, 10)).await?;
    let results: Vec<_> = tasks
        .iter()
        .map(|task| {
            json!({
                "Status": "COMPLETED",
                "SourceArn": source_arn,
                "ApproximateNumberOfMessagesMoved": task.moved,
                "ApproximateNumberOfMessagesToMove": task.moved,
                "StartedTimestamp": task.started_at,
            })
        })
        .collect();
    reply(&json!({ "Results": results }))
}

/// A queue is found by the last segment of its ARN.
fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}
