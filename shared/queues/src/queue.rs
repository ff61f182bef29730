//! Sending jobs.

mod batches;

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{DisplayErrorContext, SdkError};
use aws_sdk_sqs::operation::send_message_batch::builders::SendMessageBatchFluentBuilder;
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput};
use aws_sdk_sqs::types::{
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use domain::TenantId;
use futures::{StreamExt, TryStreamExt, stream};

use crate::trace::Trace;
use batches::{Batch, lanes};

/// A message for a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub body: String,
    /// For a FIFO queue.
    pub fifo: Option<Fifo>,
    /// For a standard queue: whose it is. SQS lets the jobs of those who have few under way go before the thousands of
    /// another (its fair queues); unlike a FIFO queue's group, they are neither in order nor one after the other.
    pub tenant: Option<TenantId>,
    /// How long it stays hidden, up to 15 minutes, whole seconds. SQS takes it for standard queues only.
    pub delay: Option<Duration>,
}

/// Where a message stands in a FIFO queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fifo {
    /// Messages of one group come out one after the other, in order.
    pub group: String,
    /// SQS swallows a second message with this id for five minutes: a job that goes back to its queue on purpose needs a
    /// new one.
    pub dedup_id: String,
}

impl Entry {
    /// A message for a FIFO queue.
    pub fn fifo(body: String, group: String, dedup_id: String) -> Self {
        Self { fifo: Some(Fifo { group, dedup_id }), ..Self::standard(body) }
    }

    /// A message for a standard queue.
    pub fn standard(body: String) -> Self {
        Self { body, fifo: None, tenant: None, delay: None }
    }

    /// A message for a standard queue in which no tenant's messages wait for all those of another.
    pub fn of_tenant(tenant: TenantId, body: String) -> Self {
        Self { tenant: Some(tenant), ..Self::standard(body) }
    }
}

/// A queue to send to.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

/// Why not every job is known to be in the queue. Some may be: sending all again is always right.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("SQS cannot be reached or is failing: {0}")]
    Unavailable(String),
    #[error("SQS keeps refusing {count} jobs for the moment: {code}")]
    Busy { count: usize, code: String },
    /// It will refuse the same job again.
    #[error("SQS does not take a job as it is: {code}")]
    Rejected { code: String },
}

/// Batches in flight at once.
const LANES: usize = 8;

/// How long the first tries of a call wait for its answer; SQS answers within a tenth of it. An answer that never comes
/// must cost its sender neither the second in which Meta wants its own, nor the SDK's patience with one that is slow. What
/// was taken already is taken twice then, which every consumer expects.
const IMPATIENT: [Duration; 2] = [Duration::from_millis(300); 2];

/// How often what SQS refused of a batch is sent once more. (Calls that fail whole are repeated by the SDK.)
const TRIES: u32 = 4;

/// The longest wait before the second try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(25);

impl Queue {
    /// The queue at `url`.
    pub fn new(config: &aws_types::SdkConfig, url: impl Into<String>) -> Self {
        Self { client: Client::new(config), url: url.into() }
    }

    /// The queue at `url`, through the client of this one.
    #[must_use]
    pub fn beside(&self, url: impl Into<String>) -> Self {
        Self { client: self.client.clone(), url: url.into() }
    }

    /// Sends one job.
    ///
    /// # Errors
    /// When SQS has not confirmed it.
    pub async fn send(&self, entry: Entry) -> Result<(), SendError> {
        self.send_all(vec![entry]).await
    }

    /// Sends jobs in as few calls as they fit, several calls at once, those of one group one after the other.
    ///
    /// # Errors
    /// When SQS has not confirmed all of them.
    pub async fn send_all(&self, entries: Vec<Entry>) -> Result<(), SendError> {
        let lanes = stream::iter(lanes(entries)).map(Ok);
        lanes.try_for_each_concurrent(LANES, |lane| self.send_lane(lane)).await
    }

    async fn send_lane(&self, lane: Vec<Batch>) -> Result<(), SendError> {
        for batch in lane {
            self.send_batch(batch).await?;
        }
        Ok(())
    }

    async fn send_batch(&self, mut batch: Batch) -> Result<(), SendError> {
        for failures in 0.. {
            let Some(code) = self.try_batch(&mut batch).await? else { break };
            if failures + 1 == TRIES {
                return Err(SendError::Busy { count: batch.len(), code });
            }
            tokio::time::sleep(jittered(FIRST_WAIT * 2_u32.pow(failures))).await;
        }
        Ok(())
    }

    /// Sends a batch once and leaves in it what SQS refused for the moment, with SQS's word for why.
    async fn try_batch(&self, batch: &mut Batch) -> Result<Option<String>, SendError> {
        let trace = Trace::current();
        let entries = batch.iter().enumerate().map(|(index, entry)| request(index, entry, trace.as_ref())).collect();
        let call = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        let answer =
            answer(call).await.map_err(|error| SendError::Unavailable(DisplayErrorContext(error).to_string()))?;
        if let Some(failed) = answer.failed().iter().find(|failed| failed.sender_fault()) {
            return Err(SendError::Rejected { code: failed.code().to_owned() });
        }
        // What is not confirmed by name counts as refused, whatever else the answer says.
        let confirmed: Vec<&str> = answer.successful().iter().map(|sent| sent.id()).collect();
        let mut index = 0;
        batch.retain(|_| {
            index += 1;
            !confirmed.contains(&(index - 1).to_string().as_str())
        });
        let word = || answer.failed().first().map_or("no answer for it", |failed| failed.code()).to_owned();
        Ok((!batch.is_empty()).then(word))
    }
}

/// What SQS says to a call, which is made again while nothing is heard.
async fn answer(
    call: SendMessageBatchFluentBuilder,
) -> Result<SendMessageBatchOutput, SdkError<SendMessageBatchError>> {
    for patience in IMPATIENT {
        if let Ok(answer) = tokio::time::timeout(patience, call.clone().send()).await {
            return answer;
        }
    }
    call.send().await
}

fn request(index: usize, entry: &Entry, trace: Option<&Trace>) -> SendMessageBatchRequestEntry {
    let seconds = entry.delay.map(|delay| i32::try_from(delay.as_secs()).unwrap_or(i32::MAX));
    let group = entry.fifo.as_ref().map(|fifo| fifo.group.clone());
    let request = match trace {
        Some(trace) => SendMessageBatchRequestEntry::builder()
            .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, attribute(trace.header())),
        None => SendMessageBatchRequestEntry::builder(),
    };
    request
        .id(index.to_string())
        .message_body(&entry.body)
        .set_delay_seconds(seconds)
        .set_message_group_id(group.or_else(|| entry.tenant.map(|tenant| tenant.to_string())))
        .set_message_deduplication_id(entry.fifo.as_ref().map(|fifo| fifo.dedup_id.clone()))
        .build()
        .expect("an entry has an id and a body")
}

fn attribute(text: &str) -> MessageSystemAttributeValue {
    let value = MessageSystemAttributeValue::builder().data_type("String").string_value(text).build();
    value.expect("an attribute has a type")
}

/// Anything up to `most`, so that senders that failed together do not come back together.
fn jittered(most: Duration) -> Duration {
    use std::hash::BuildHasher as _;

    let random = std::hash::RandomState::new().hash_one(0) >> 32;
    let share = u32::try_from(random).unwrap_or(u32::MAX);
    most.mul_f64(f64::from(share) / f64::from(u32::MAX))
}
