//! The function among stand-ins: queues, a bucket, secrets, a clock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use axum::serve::ListenerExt as _;
use jiff::Timestamp;
use local_sqs::{DeduplicationScope, Fifo, QueueKind, QueueSettings, Queues, ThroughputLimit};
use queues::Queue;
use runtime::MetaSecrets;
use secrecy::SecretString;
use serde_json::{Value, json};
use storage::Objects;
use tokio::net::TcpListener;
use webhook_intake::{Destinations, LiveSecrets, ReadSecrets, Request, Response, WebhookIntake};
use whatsapp::webhook::signature;

/// One of the project's made-up webhooks.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/whatsapp/fixtures");
    std::fs::read(format!("{folder}/{name}.json")).expect("a fixture")
}

/// Enough for all that these tests ask of the function.
const AMPLE: Duration = Duration::from_secs(60);

pub(crate) struct World {
    intake: WebhookIntake,
    queues: Queues,
    bucket: Arc<Bucket>,
    secrets: Arc<Stored>,
    seconds: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// Objects by path; closed, it refuses; hanging, it never answers.
#[derive(Default)]
struct Bucket {
    objects: Mutex<HashMap<String, Vec<u8>>>,
    is_closed: AtomicBool,
    hangs: AtomicBool,
}

/// What Secrets Manager holds, and how often it was read.
struct Stored {
    secrets: Mutex<MetaSecrets>,
    reads: AtomicUsize,
}

fn secrets(app_secrets: &[&str], verify_tokens: &[&str]) -> MetaSecrets {
    let live = |values: &[&str]| values.iter().map(|value| SecretString::from(*value)).collect();
    MetaSecrets { app_secrets: live(app_secrets), verify_tokens: live(verify_tokens) }
}

impl World {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let seconds = Arc::new(AtomicI64::new(1_794_000_000));
        let queues = queues_in(&folder, seconds.clone()).await;
        let bucket = Arc::new(Bucket::default());
        let sqs = serve(local_sqs::router(queues.clone())).await;
        let s3 = serve(bucket_router(bucket.clone())).await;
        let stored =
            Arc::new(Stored { secrets: Mutex::new(secrets(&["secret"], &["verify-me"])), reads: AtomicUsize::new(0) });
        let queue = |name: &str| Queue::new(&config(&sqs), format!("{sqs}/000000000000/{name}"));
        let destinations = Destinations {
            inbound: queue("inbound.fifo"),
            statuses: queue("statuses"),
            account_events: queue("account-events"),
            spill: Objects::new(&config(&s3), "media".to_owned()),
        };
        let live = LiveSecrets::read(reader(stored.clone()), now(&seconds)).await.expect("secrets");
        let intake = WebhookIntake::new(live, destinations);
        Self { intake, queues, bucket, secrets: stored, seconds, _folder: folder }
    }

    /// Meta's question, with a challenge.
    pub(crate) async fn asks(&self, mode: &str, verify_token: &str) -> Response {
        let query = json!({"hub.mode": mode, "hub.verify_token": verify_token, "hub.challenge": "1158201444"});
        let event = json!({"requestContext": {"http": {"method": "GET"}}, "queryStringParameters": query, "isBase64Encoded": false});
        self.handles(event, AMPLE).await
    }

    /// A webhook of Meta's.
    pub(crate) async fn posts(&self, body: Vec<u8>) -> Response {
        self.request(&body).send().await
    }

    /// The same as API Gateway hands over what has no JSON content type.
    pub(crate) async fn posts_in_base64(&self, body: Vec<u8>) -> Response {
        self.request(&body).in_base64().send().await
    }

    /// A POST signed by Meta.
    pub(crate) fn request(&self, body: &[u8]) -> Post<'_> {
        let text = String::from_utf8(body.to_vec()).expect("text");
        let event = json!({"version": "2.0", "requestContext": {"http": {"method": "POST"}}, "headers": {}, "body": text, "isBase64Encoded": false});
        Post { world: self, event, body: body.to_vec(), time_left: AMPLE }.signed_with("secret")
    }

    async fn handles(&self, event: Value, time_left: Duration) -> Response {
        let request: Request = serde_json::from_value(event).expect("an event");
        self.intake.handle(request, time_left, now(&self.seconds)).await
    }

    /// The jobs in a queue, in order.
    pub(crate) async fn jobs(&self, queue: &str) -> Vec<Value> {
        let messages = self.queues.messages(queue).await.expect("a queue");
        messages.iter().map(|message| serde_json::from_str(&message.body).expect("a job")).collect()
    }

    pub(crate) fn object(&self, key: &str) -> Vec<u8> {
        self.bucket.objects.lock().expect("a lock")[&format!("/media/{key}")].clone()
    }

    pub(crate) fn rotates_secrets(&self, app_secrets: &[&str], verify_tokens: &[&str]) {
        *self.secrets.secrets.lock().expect("a lock") = secrets(app_secrets, verify_tokens);
    }

    pub(crate) fn secret_reads(&self) -> usize {
        self.secrets.reads.load(Ordering::Relaxed)
    }

    pub(crate) fn passes_seconds(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) async fn loses_queue(&self, queue: &str) {
        self.queues.delete_queue(queue).await.expect("a queue");
    }

    pub(crate) fn loses_bucket(&self) {
        self.bucket.is_closed.store(true, Ordering::Relaxed);
    }

    /// From now on the bucket takes whatever it is given, and never says so; or it does again.
    pub(crate) fn bucket_hangs(&self, hangs: bool) {
        self.bucket.hangs.store(hangs, Ordering::Relaxed);
    }
}

/// A POST in the making.
pub(crate) struct Post<'a> {
    world: &'a World,
    event: Value,
    body: Vec<u8>,
    time_left: Duration,
}

impl Post<'_> {
    pub(crate) fn signed_with(mut self, secret: &str) -> Self {
        let signature = signature::sign(&secret.into(), &self.body);
        self.event["headers"] = json!({"content-type": "application/json", "x-hub-signature-256": signature});
        self
    }

    pub(crate) fn unsigned(mut self) -> Self {
        self.event["headers"] = json!({});
        self
    }

    pub(crate) fn in_base64(mut self) -> Self {
        use base64::Engine as _;

        self.event["body"] = json!(base64::engine::general_purpose::STANDARD.encode(&self.body));
        self.claiming_base64()
    }

    pub(crate) fn claiming_base64(mut self) -> Self {
        self.event["isBase64Encoded"] = json!(true);
        self
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        self.event["requestContext"]["http"]["method"] = json!(method);
        self
    }

    pub(crate) fn with_time_left(mut self, time_left: Duration) -> Self {
        self.time_left = time_left;
        self
    }

    pub(crate) async fn send(self) -> Response {
        self.world.handles(self.event, self.time_left).await
    }
}

fn now(seconds: &AtomicI64) -> Timestamp {
    Timestamp::from_second(seconds.load(Ordering::Relaxed)).expect("a time")
}

fn reader(stored: Arc<Stored>) -> ReadSecrets {
    Box::new(move || {
        stored.reads.fetch_add(1, Ordering::Relaxed);
        let secrets = stored.secrets.lock().expect("a lock").clone();
        Box::pin(std::future::ready(Ok(secrets)))
    })
}

pub(crate) async fn queues_in(folder: &tempfile::TempDir, seconds: Arc<AtomicI64>) -> Queues {
    let queues = Queues::open(&folder.path().join("queues"), Arc::new(move || now(&seconds))).expect("queues");
    let fifo = Fifo {
        content_based_deduplication: false,
        deduplication_scope: DeduplicationScope::MessageGroup,
        throughput_limit: ThroughputLimit::PerMessageGroupId,
    };
    let high_throughput = QueueSettings { kind: QueueKind::Fifo(fifo), ..QueueSettings::fifo() };
    queues.create_queue("inbound.fifo", high_throughput).await.expect("a queue");
    for name in ["statuses", "account-events"] {
        queues.create_queue(name, QueueSettings::standard()).await.expect("a queue");
    }
    queues
}

/// Just enough of S3 to put an object.
fn bucket_router(bucket: Arc<Bucket>) -> Router {
    let put = async move |uri: Uri, body: Bytes| {
        if bucket.is_closed.load(Ordering::Relaxed) {
            return StatusCode::FORBIDDEN;
        }
        bucket.objects.lock().expect("a lock").insert(uri.path().to_owned(), body.to_vec());
        if bucket.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        StatusCode::OK
    };
    Router::new().fallback(put).layer(axum::extract::DefaultBodyLimit::disable())
}

pub(crate) async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // Small answers go out at once: a client that keeps its connection would wait 40 ms for many of them.
    let listener = listener.tap_io(|connection| connection.set_nodelay(true).expect("a connection"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn config(url: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}
