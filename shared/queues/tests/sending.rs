//! Sending through the real AWS SDK to a server that speaks SQS and can be told how to answer.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Router, body::Bytes};
use domain::{Position, TenantId};
use jiff::Timestamp;
use queues::jobs::{CampaignJob, MediaJob, OutboundJob};
use queues::{Entry, Queue, SendError};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What the server does with one entry of a call: takes it, or refuses it with a code.
type Judge = Arc<dyn Fn(&Value, usize) -> Option<(&'static str, bool)> + Send + Sync>;

/// A server that speaks `SendMessageBatch`, and the calls it got.
struct Sqs {
    url: String,
    calls: Arc<Mutex<Vec<Vec<Value>>>>,
}

impl Sqs {
    /// `judge` gets an entry and how often its body came before.
    async fn start(judge: impl Fn(&Value, usize) -> Option<(&'static str, bool)> + Send + Sync + 'static) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (judge, seen): (Judge, _) = (Arc::new(judge), calls.clone());
        let app = Router::new().fallback(move |body: Bytes| {
            let (judge, seen) = (judge.clone(), seen.clone());
            async move { answer(&body, &judge, &seen).into_response() }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, calls }
    }

    fn queue(&self) -> Queue {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
            .endpoint_url(&self.url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Queue::new(&config, format!("{}/000000000000/inbound.fifo", self.url))
    }

    /// The bodies of every call, in the order of arrival.
    fn calls(&self) -> Vec<Vec<String>> {
        let body = |entry: &Value| entry["MessageBody"].as_str().expect("a body").to_owned();
        self.calls.lock().expect("a lock").iter().map(|call| call.iter().map(body).collect()).collect()
    }
}

fn answer(body: &[u8], judge: &Judge, calls: &Mutex<Vec<Vec<Value>>>) -> impl IntoResponse {
    let request: Value = serde_json::from_slice(body).expect("JSON");
    let entries = request["Entries"].as_array().expect("entries").clone();
    let mut calls = calls.lock().expect("a lock");
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for entry in &entries {
        let before = calls.iter().flatten().filter(|other| other["MessageBody"] == entry["MessageBody"]).count();
        match judge(entry, before) {
            None => taken.push(json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "0"})),
            Some((code, sender)) => refused.push(json!({"Id": entry["Id"], "Code": code, "SenderFault": sender})),
        }
    }
    calls.push(entries);
    (StatusCode::OK, json!({"Successful": taken, "Failed": refused}).to_string())
}

fn entries(count: usize) -> Vec<Entry> {
    (0..count)
        .map(|number| Entry::fifo(format!("job {number}"), format!("group {number}"), format!("id {number}")))
        .collect()
}

#[tokio::test]
async fn every_job_is_sent_once_ten_to_a_call() {
    let sqs = Sqs::start(|_, _| None).await;
    sqs.queue().send_all(entries(95)).await.expect("all taken");
    let calls = sqs.calls();
    let bodies: BTreeSet<&String> = calls.iter().flatten().collect();
    assert_eq!((calls.len(), bodies.len(), calls.iter().flatten().count()), (10, 95, 95));
}

#[tokio::test]
async fn group_dedup_id_and_delay_are_told_to_sqs() {
    let sqs = Sqs::start(|_, _| None).await;
    sqs.queue().send(Entry::fifo("job".into(), "g".into(), "d".into())).await.expect("taken");
    let delayed = Entry { delay: Some(Duration::from_secs(7)), ..Entry::standard("later".into()) };
    sqs.queue().send(delayed).await.expect("taken");
    let calls = sqs.calls.lock().expect("a lock");
    assert_eq!((&calls[0][0]["MessageGroupId"], &calls[0][0]["MessageDeduplicationId"]), (&json!("g"), &json!("d")));
    assert_eq!((&calls[1][0]["DelaySeconds"], &calls[1][0]["MessageGroupId"]), (&json!(7), &Value::Null));
}

#[tokio::test]
async fn whoever_waits_in_a_standard_queue_takes_a_share_of_their_tenants() {
    let sqs = Sqs::start(|_, _| None).await;
    let (queue, id) = (sqs.queue(), Uuid::from_u128(7));
    let tenant_id = TenantId::from(id);
    let conversation = OutboundJob { tenant_id, channel_id: id.into(), contact_id: id.into() };
    queue.knock_later(&conversation, Duration::from_secs(1)).await.expect("taken");
    queue.knock_of_all(&[conversation, conversation]).await.expect("taken");
    queue.tell_of_campaign(&CampaignJob { tenant_id, campaign_id: id.into() }, Duration::ZERO).await.expect("taken");
    let file = MediaJob { tenant_id, thread_id: id.into(), position: Position::new(Timestamp::UNIX_EPOCH, 1) };
    queue.tell_of_files(&[file]).await.expect("taken");
    let calls = sqs.calls.lock().expect("a lock");
    let shares: Vec<&Value> = calls.iter().flatten().map(|entry| &entry["MessageGroupId"]).collect();
    assert_eq!(shares, [&json!(tenant_id.to_string()); 5]);
}

#[tokio::test]
async fn only_what_sqs_refused_for_the_moment_is_sent_again() {
    let sqs = Sqs::start(|entry, before| {
        (entry["MessageBody"] == "job 3" && before < 2).then_some(("ServiceUnavailable", false))
    })
    .await;
    sqs.queue().send_all(entries(5)).await.expect("all taken in the end");
    let again = vec!["job 3".to_owned()];
    assert_eq!(sqs.calls()[1..], [again.clone(), again]);
}

#[tokio::test]
async fn what_sqs_keeps_refusing_is_an_error_after_a_few_tries() {
    let sqs = Sqs::start(|entry, _| (entry["MessageBody"] == "job 1").then_some(("ThrottlingException", false))).await;
    let error = sqs.queue().send_all(entries(3)).await.expect_err("one is missing");
    assert!(matches!(&error, SendError::Busy { count: 1, code } if code == "ThrottlingException"), "{error:?}");
    assert_eq!(sqs.calls().len(), 4);
}

#[tokio::test]
async fn what_sqs_will_never_take_is_an_error_at_once() {
    let sqs = Sqs::start(|_, _| Some(("InvalidMessageContents", true))).await;
    let error = sqs.queue().send_all(entries(1)).await.expect_err("refused");
    assert!(matches!(&error, SendError::Rejected { code } if code == "InvalidMessageContents"), "{error:?}");
    assert_eq!(sqs.calls().len(), 1);
}

#[tokio::test]
async fn a_queue_that_cannot_be_reached_is_an_error() {
    let sqs = Sqs { url: "http://127.0.0.1:1".into(), calls: Arc::default() };
    let error = sqs.queue().send_all(entries(1)).await.expect_err("nobody there");
    assert!(matches!(error, SendError::Unavailable(_)), "{error:?}");
}
