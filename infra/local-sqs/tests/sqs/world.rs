//! What the tests are told in: a server on a free port, a clock, queues.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use aws_credential_types::Credentials;
use aws_sdk_sqs::{
    Client, Config,
    config::{BehaviorVersion, Region},
    error::{ProvideErrorMetadata, SdkError},
    operation::{send_message::SendMessageOutput, send_message_batch::SendMessageBatchOutput},
    types::{
        BatchResultErrorEntry, Message, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
    },
};
use aws_smithy_http_client::Builder;
use jiff::{SignedDuration, Timestamp};
use local_sqs::{Clock, Queues};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub(crate) fn new() -> Self {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        Self(Arc::new(AtomicI64::new(start.as_millisecond())))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn as_clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

pub(crate) struct World {
    pub(crate) queues: Queues,
    pub(crate) client: Client,
    pub(crate) endpoint: String,
    clock: HandClock,
    folder: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        let (clock, folder) = (HandClock::new(), TempDir::new().unwrap());
        let queues = Queues::open(&folder.path().join("queues.sqlite"), clock.as_clock()).unwrap();
        let endpoint = serve(queues.clone()).await;
        Self { queues, client: client(&endpoint), endpoint, clock, folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.as_clock()
    }

    pub(crate) fn passes(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.queues.clock_moved();
    }

    /// Time to come back for what was received and not deleted.
    pub(crate) fn visibility_timeout_passes(&self) {
        self.passes(SignedDuration::from_secs(30));
    }

    pub(crate) async fn queue(&self, name: &str, attributes: &[(QueueAttributeName, &str)]) -> Queue {
        let mut creation = self.client.create_queue().queue_name(name);
        for (name, value) in attributes {
            creation = creation.attributes(name.clone(), *value);
        }
        let url = creation.send().await.unwrap().queue_url.unwrap();
        Queue { client: self.client.clone(), url, name: name.to_owned() }
    }

    pub(crate) async fn standard(&self) -> Queue {
        self.queue("jobs", &[]).await
    }

    pub(crate) async fn fifo(&self) -> Queue {
        self.queue("jobs.fifo", &[(QueueAttributeName::FifoQueue, "true")]).await
    }

    /// A queue that gives up after so many receives, and its dead-letter queue; FIFO by their names.
    pub(crate) async fn with_dead_letters(&self, name: &str, dead: &str, receives: u32) -> (Queue, Queue) {
        let fifo = [(QueueAttributeName::FifoQueue, "true")];
        let kind = if name.ends_with(".fifo") { fifo.as_slice() } else { &[] };
        let dead_letters = self.queue(dead, kind).await;
        let policy = format!(
            r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":{receives}}}"#,
            local_sqs::queue_arn(&dead_letters.name)
        );
        let attributes = [kind, &[(QueueAttributeName::RedrivePolicy, policy.as_str())]].concat();
        (self.queue(name, &attributes).await, dead_letters)
    }
}

#[derive(Clone)]
pub(crate) struct Queue {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) name: String,
}

impl Queue {
    pub(crate) async fn send(&self, body: &str) -> SendMessageOutput {
        self.client.send_message().queue_url(&self.url).message_body(body).send().await.unwrap()
    }

    /// Sends to a group; the body, without spaces, is the deduplication id.
    pub(crate) async fn send_to(&self, group: &str, body: &str) -> SendMessageOutput {
        self.send_as(group, &body.replace(' ', "-"), body).await
    }

    pub(crate) async fn send_as(&self, group: &str, id: &str, body: &str) -> SendMessageOutput {
        let message = self.client.send_message().queue_url(&self.url).message_body(body);
        message.message_group_id(group).message_deduplication_id(id).send().await.unwrap()
    }

    /// Sends to a standard queue, as somebody's share of it.
    pub(crate) async fn send_for(&self, group: &str, body: &str) -> SendMessageOutput {
        let message = self.client.send_message().queue_url(&self.url).message_body(body);
        message.message_group_id(group).send().await.unwrap()
    }

    pub(crate) async fn send_batch(&self, entries: Vec<SendMessageBatchRequestEntry>) -> SendMessageBatchOutput {
        self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries)).send().await.unwrap()
    }

    pub(crate) async fn receive(&self, max: i32) -> Vec<Message> {
        let receive = self.client.receive_message().queue_url(&self.url).max_number_of_messages(max);
        let everything = receive.message_attribute_names("All").message_system_attribute_names("All".into());
        everything.send().await.unwrap().messages.unwrap_or_default()
    }

    pub(crate) async fn receives(&self, max: i32) -> Vec<String> {
        bodies(&self.receive(max).await)
    }

    pub(crate) async fn delete(&self, message: &Message) {
        let deletion = self.client.delete_message().queue_url(&self.url);
        deletion.set_receipt_handle(message.receipt_handle.clone()).send().await.unwrap();
    }

    pub(crate) async fn hide(&self, message: &Message, seconds: i32) {
        let change = self.client.change_message_visibility().queue_url(&self.url).visibility_timeout(seconds);
        change.set_receipt_handle(message.receipt_handle.clone()).send().await.unwrap();
    }

    pub(crate) async fn set(&self, name: QueueAttributeName, value: &str) {
        self.client.set_queue_attributes().queue_url(&self.url).attributes(name, value).send().await.unwrap();
    }

    pub(crate) async fn attribute(&self, name: QueueAttributeName) -> String {
        let question = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone());
        question.send().await.unwrap().attributes.unwrap().remove(&name).unwrap()
    }

    /// Available, in flight, delayed.
    pub(crate) async fn counts(&self) -> [String; 3] {
        [
            self.attribute(QueueAttributeName::ApproximateNumberOfMessages).await,
            self.attribute(QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await,
            self.attribute(QueueAttributeName::ApproximateNumberOfMessagesDelayed).await,
        ]
    }
}

pub(crate) fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

pub(crate) fn bodies(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| message.body.clone().unwrap()).collect()
}

pub(crate) fn system<'a>(message: &'a Message, name: &MessageSystemAttributeName) -> Option<&'a str> {
    message.attributes.as_ref()?.get(name).map(String::as_str)
}

pub(crate) fn failures(failed: &[BatchResultErrorEntry]) -> Vec<(&str, &str)> {
    failed.iter().map(|failure| (failure.id(), failure.code())).collect()
}

/// The code of the error that a call must have ended in.
pub(crate) fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    let Err(error) = result else { panic!("the call was not refused") };
    error.code().unwrap_or_default().to_owned()
}

async fn serve(queues: Queues) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, local_sqs::router(queues)).await.unwrap() });
    endpoint
}

fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "tests"))
        .http_client(Builder::new().build_http())
        .endpoint_url(endpoint);
    Client::from_conf(config.build())
}
