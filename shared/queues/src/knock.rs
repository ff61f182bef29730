//! Telling who works that there is work: the sender about a conversation, the downloader about files.

use std::time::Duration;

use uuid::Uuid;

use crate::jobs::{CampaignJob, MediaJob, OutboundJob, encode};
use crate::queue::{Entry, Queue, SendError};

impl Queue {
    /// Through the FIFO queue, in the conversation's own group. Every knock counts: with an id of its own, SQS does not
    /// swallow it for one of the last five minutes.
    ///
    /// # Errors
    /// When SQS has not confirmed it.
    pub async fn knock(&self, job: &OutboundJob) -> Result<(), SendError> {
        let group = format!("{}.{}", job.channel_id, job.contact_id);
        self.send(Entry::fifo(encode(job), group, Uuid::new_v4().to_string())).await
    }

    /// Through the standard queue, after `delay`: a FIFO queue delays no single message.
    ///
    /// # Errors
    /// When SQS has not confirmed it.
    pub async fn knock_later(&self, job: &OutboundJob, delay: Duration) -> Result<(), SendError> {
        self.send(Entry { delay: Some(delay), ..Entry::of_tenant(job.tenant_id, encode(job)) }).await
    }

    /// The same at once for many that waited, ten in a call: thousands of them stand in nobody's way in the FIFO queue.
    ///
    /// # Errors
    /// When SQS has not confirmed all of them.
    pub async fn knock_of_all(&self, jobs: &[OutboundJob]) -> Result<(), SendError> {
        self.send_all(jobs.iter().map(|job| Entry::of_tenant(job.tenant_id, encode(job))).collect()).await
    }

    /// The same of a template on its way to many.
    ///
    /// # Errors
    /// When SQS has not confirmed it.
    pub async fn tell_of_campaign(&self, job: &CampaignJob, delay: Duration) -> Result<(), SendError> {
        self.send(Entry { delay: Some(delay), ..Entry::of_tenant(job.tenant_id, encode(job)) }).await
    }

    /// Through the media queue, ten in a call.
    ///
    /// # Errors
    /// When SQS has not confirmed all of them.
    pub async fn tell_of_files(&self, jobs: &[MediaJob]) -> Result<(), SendError> {
        self.send_all(jobs.iter().map(|job| Entry::of_tenant(job.tenant_id, encode(job))).collect()).await
    }
}
