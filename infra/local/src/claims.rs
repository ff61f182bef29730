//! Which messages are claimed: the one call to Graph for each is a sender's to make, or was when that sender died.

use std::path::Path;

use domain::delivery::Turn;
use domain::{Delivery, MessageId};
use jiff::Timestamp;
use queues::jobs::OutboundJob;
use serde::Deserialize as _;
use serde_json::Value;
use storage::Table;

use crate::account;

/// A message that is claimed, and of which nobody stored yet what came of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The message.
    pub message_id: MessageId,
    /// When it was claimed, by the stack's clock.
    pub at: Timestamp,
}

/// Those among the first messages of the conversations that these jobs are about, in the running stack with this data
/// folder. A conversation's claimed message is always its first.
///
/// # Errors
/// When no stack runs there, or its table does not answer.
pub async fn among(jobs: &[Value], data: &Path) -> anyhow::Result<Vec<Claim>> {
    let table = Table::new(&account::of_running(data)?, account::table_of(account::STACK));
    let mut claims = Vec::new();
    // The sender's other jobs, of campaigns, claim nothing.
    for job in jobs.iter().filter_map(|job| OutboundJob::deserialize(job).ok()) {
        let tenancy = table.of(job.tenant_id);
        let Some(first) = tenancy.next_in_outbox(job.channel_id, job.contact_id).await? else { continue };
        let Some(message) = tenancy.message_at(&first).await? else { continue };
        let claimed = message.delivery().filter(|delivery| matches!(delivery.turn(), Turn::UnderWay { .. }));
        claims.extend(claimed.map(Delivery::since).map(|at| Claim { message_id: message.id, at }));
    }
    Ok(claims)
}
