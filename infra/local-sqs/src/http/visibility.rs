use serde::{Deserialize, Serialize};

use super::{
    batch::{Batch, BatchReply, Entry},
    call::{Call, Reply, done, reply},
    problem::Problem,
};
use crate::Error;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    #[serde(default)]
    id: String,
    receipt_handle: String,
    visibility_timeout: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Changed {
    id: String,
}

pub(super) async fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let change: Change = call.parameters()?;
    let seconds = change.visibility_timeout.ok_or(Error::MissingParameter("VisibilityTimeout"))?;
    call.queues.change_visibility(&call.queue()?, &change.receipt_handle, seconds).await?;
    Ok(done())
}

/// An entry without a time makes its message available at once, like 0.
pub(super) async fn change_batch(call: &Call<'_>) -> Result<Reply, Problem> {
    let entries = call.parameters::<Batch<Change>>()?.into_entries()?;
    let (ids, changes) = entries
        .into_iter()
        .map(|entry| (entry.id, (entry.receipt_handle, entry.visibility_timeout.unwrap_or(0))))
        .unzip();
    let results = call.queues.change_visibility_batch(&call.queue()?, changes).await?;
    reply(&BatchReply::new(ids, results, |id, ()| Changed { id }))
}

impl Entry for Change {
    fn id(&self) -> &str {
        &self.id
    }
}
