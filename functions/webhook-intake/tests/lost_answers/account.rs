//! SQS and Secrets Manager at one address, where some of SQS's answers are lost after it has done what it was asked.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use local_sqs::Queues;
use serde_json::{Value, json};

use crate::world::{queues_in, serve};

/// The app secret.
pub(super) const SECRET: &str = "secret";
/// One answer of so many is lost.
const ONE_OF: u64 = 10;

/// How an answer is lost.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loss {
    BreaksOff,
    NeverComes,
}

pub(super) struct Account {
    url: String,
    queues: Queues,
    faults: Arc<Faults>,
    _folder: tempfile::TempDir,
}

struct Faults {
    loss: Loss,
    answers: AtomicU64,
    lost: AtomicUsize,
}

impl Account {
    pub(super) async fn start(loss: Loss) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let queues = queues_in(&folder, Arc::new(AtomicI64::new(1_794_000_000))).await;
        let faults = Arc::new(Faults { loss, answers: AtomicU64::default(), lost: AtomicUsize::default() });
        let sqs = local_sqs::router(queues.clone()).layer(from_fn_with_state(faults.clone(), lose));
        let app = Router::new().fallback_service(sqs).layer(axum::middleware::from_fn(secrets));
        Self { url: serve(app).await, queues, faults, _folder: folder }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn lost_answers(&self) -> usize {
        self.faults.lost.load(Ordering::Relaxed)
    }

    /// Meta's ids of the messages in the queue, as often as they are there.
    pub(super) async fn queued_messages(&self) -> Vec<String> {
        let jobs = self.queues.messages("inbound.fifo").await.expect("a queue");
        let jobs = jobs.iter().map(|job| serde_json::from_str::<Value>(&job.body).expect("a job"));
        let items = jobs.flat_map(|job| job["items"].as_array().expect("items").clone());
        items.map(|item| item["message"]["id"].as_str().expect("an id").to_owned()).collect()
    }
}

async fn lose(State(faults): State<Arc<Faults>>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    if !is_chosen(faults.answers.fetch_add(1, Ordering::Relaxed)) {
        return answer;
    }
    faults.lost.fetch_add(1, Ordering::Relaxed);
    match faults.loss {
        Loss::NeverComes => std::future::pending().await,
        Loss::BreaksOff => {
            let (parts, _) = answer.into_parts();
            let end = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("the connection broke"))]);
            Response::from_parts(parts, Body::from_stream(end))
        }
    }
}

/// The same answers in every run, without a pattern that a retry could fall in step with (splitmix64).
fn is_chosen(number: u64) -> bool {
    let mut mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)).is_multiple_of(ONE_OF)
}

async fn secrets(request: Request, next: Next) -> Result<Response, Infallible> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if target != "secretsmanager.GetSecretValue" {
        return Ok(next.run(request).await);
    }
    let value = json!({"app_secrets": [SECRET], "verify_tokens": ["verify-me"]}).to_string();
    Ok(Json(json!({"ARN": "arn", "Name": "meta", "SecretString": value})).into_response())
}
