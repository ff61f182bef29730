use serde::{Deserialize, Serialize};

use super::{
    batch::{Batch, BatchReply, Entry},
    call::{Call, Reply, done, reply},
    problem::Problem,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deletion {
    #[serde(default)]
    id: String,
    receipt_handle: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deleted {
    id: String,
}

pub(super) async fn delete(call: &Call<'_>) -> Result<Reply, Problem> {
    let deletion: Deletion = call.parameters()?;
    call.queues.delete(&call.queue()?, &deletion.receipt_handle).await?;
    Ok(done())
}

pub(super) async fn delete_batch(call: &Call<'_>) -> Result<Reply, Problem> {
    let entries = call.parameters::<Batch<Deletion>>()?.into_entries()?;
    let (ids, handles) = entries.into_iter().map(|entry| (entry.id, entry.receipt_handle)).unzip();
    let results = call.queues.delete_batch(&call.queue()?, handles).await?;
    reply(&BatchReply::new(ids, results, |id, ()| Deleted { id }))
}

impl Entry for Deletion {
    fn id(&self) -> &str {
        &self.id
    }
}
