//! What was given up, for operators: to be looked at, and sent back to where it came from when the reason is gone.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};
use aws_types::SdkConfig;
use jiff::Timestamp;

/// The dead-letter queues of an account, through one client.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: Client,
}

/// A dead-letter queue.
#[derive(Clone, Debug)]
pub struct DeadLetterQueue {
    pub name: String,
    url: String,
    arn: String,
    /// How many dead letters it holds, roughly.
    pub size: u64,
}

/// A job that was given up. What it says is not shown: it may be a customer's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// SQS's id, the same as before it was given up.
    pub id: String,
    pub sent_at: Option<Timestamp>,
}

/// SQS did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("SQS did not answer to {operation}")]
pub struct DeadLettersError {
    operation: &'static str,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

fn failed<E: std::error::Error + Send + Sync + 'static>(operation: &'static str) -> impl Fn(E) -> DeadLettersError {
    move |error| DeadLettersError { operation, source: Box::new(error) }
}

/// SQS hands out at most ten at once.
const AT_ONCE: i32 = 10;
/// Nobody reads more.
const MOST: usize = 1_000;
/// What is looked at is hidden for as long as the look may take; if it ends early, it shows again after this.
const LOOK: Duration = Duration::from_secs(60);
const LONG_POLL: Duration = Duration::from_secs(1);

impl DeadLetters {
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// The dead-letter queues of a stack, by name.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn queues(&self, stack: &str) -> Result<Vec<DeadLetterQueue>, DeadLettersError> {
        let listed = self.client.list_queues().queue_name_prefix(format!("{stack}-")).max_results(1_000).send().await;
        let mut queues = Vec::new();
        for url in listed.map_err(failed("ListQueues"))?.queue_urls.unwrap_or_default() {
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            if name.strip_suffix(".fifo").unwrap_or(&name).ends_with("-dlq") {
                queues.push(self.look_at(name, url).await?);
            }
        }
        queues.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(queues)
    }

    async fn look_at(&self, name: String, url: String) -> Result<DeadLetterQueue, DeadLettersError> {
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&url)
            .attribute_names(QueueAttributeName::All)
            .send()
            .await
            .map_err(failed("GetQueueAttributes"))?;
        let attribute = |name| answer.attributes.as_ref().and_then(|attributes| attributes.get(&name)).cloned();
        let size = attribute(QueueAttributeName::ApproximateNumberOfMessages).and_then(|size| size.parse().ok());
        let arn = attribute(QueueAttributeName::QueueArn).unwrap_or_default();
        Ok(DeadLetterQueue { name, url, arn, size: size.unwrap_or(0) })
    }

    /// What the queue holds; they show again at once. Of one FIFO group at most ten, since SQS hands out no more.
    ///
    /// # Errors
    /// When SQS does not answer; what was looked at shows again after a minute then.
    pub async fn list(&self, queue: &DeadLetterQueue) -> Result<Vec<DeadLetter>, DeadLettersError> {
        let mut seen: Vec<Message> = Vec::new();
        while seen.len() < MOST {
            let answer = self
                .client
                .receive_message()
                .queue_url(&queue.url)
                .max_number_of_messages(AT_ONCE)
                .visibility_timeout(LOOK.as_secs() as i32)
                // A short poll asks only some of SQS's servers, and may find nothing where there are a few (AWS).
                .wait_time_seconds(LONG_POLL.as_secs() as i32)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .map_err(failed("ReceiveMessage"))?;
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            seen.extend(messages);
        }
        for some in seen.chunks(AT_ONCE as usize) {
            self.show_again(queue, some).await?;
        }
        Ok(seen.into_iter().map(DeadLetter::from).collect())
    }

    async fn show_again(&self, queue: &DeadLetterQueue, some: &[Message]) -> Result<(), DeadLettersError> {
        let entries = some.iter().enumerate().filter_map(|(number, message)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
            entry.set_receipt_handle(message.receipt_handle.clone()).visibility_timeout(0).build().ok()
        });
        let change = self.client.change_message_visibility_batch().queue_url(&queue.url);
        let answer = change.set_entries(Some(entries.collect())).send().await;
        answer.map(|_| ()).map_err(failed("ChangeMessageVisibilityBatch"))
    }

    /// Sends all that the queue holds back to where it came from. SQS does it by itself from then on, message by message, and
    /// each is in one of the two queues at any time.
    ///
    /// # Errors
    /// When SQS does not answer, or does so already.
    pub async fn replay(&self, queue: &DeadLetterQueue) -> Result<(), DeadLettersError> {
        let task = self.client.start_message_move_task().source_arn(&queue.arn).send().await;
        task.map(|_| ()).map_err(failed("StartMessageMoveTask"))
    }
}

impl From<Message> for DeadLetter {
    fn from(message: Message) -> Self {
        let attributes = message.attributes.unwrap_or_default();
        let sent = attributes.get(&MessageSystemAttributeName::SentTimestamp).and_then(|at| at.parse().ok());
        let sent_at = sent.and_then(|at| Timestamp::from_millisecond(at).ok());
        Self { id: message.message_id.unwrap_or_default(), sent_at }
    }
}
