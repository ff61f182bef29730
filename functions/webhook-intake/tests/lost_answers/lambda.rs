//! Lambda: the function's own binary behind the Runtime API.

use std::collections::{HashMap, VecDeque};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc};

use crate::world::serve;

/// How the function answered a request.
#[derive(Debug)]
pub(super) struct Acknowledgement {
    /// Its place among the events.
    pub(super) request: usize,
    pub(super) status: u64,
    /// From the moment when a process had the event until its answer was there.
    pub(super) took: Duration,
}

/// Processes of the function, which end with this value.
pub(super) struct Lambda {
    invocations: Arc<Invocations>,
    answered: mpsc::UnboundedReceiver<Acknowledgement>,
    _processes: Vec<Child>,
}

struct Invocations {
    waiting: Mutex<VecDeque<(usize, Value)>>,
    arrived: Notify,
    begun: Mutex<HashMap<usize, Instant>>,
    answered: mpsc::UnboundedSender<Acknowledgement>,
}

/// All of them together; a hanging function must not hold up the tests.
const LONGEST: Duration = Duration::from_secs(60);

impl Lambda {
    pub(super) async fn start(aws: &str, processes: usize) -> Self {
        let (sender, answered) = mpsc::unbounded_channel();
        let invocations = Arc::new(Invocations {
            waiting: Mutex::default(),
            arrived: Notify::new(),
            begun: Mutex::default(),
            answered: sender,
        });
        let api = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request}/response", post(respond))
            .with_state(invocations.clone());
        let api = serve(api).await;
        let processes = (0..processes).map(|_| process(&api, aws)).collect();
        Self { invocations, answered, _processes: processes }
    }

    /// What became of each event.
    pub(super) async fn handles(mut self, events: Vec<Value>) -> Vec<Acknowledgement> {
        let count = events.len();
        self.invocations.waiting.lock().expect("a lock").extend(events.into_iter().enumerate());
        self.invocations.arrived.notify_waiters();
        let mut acknowledgements = Vec::with_capacity(count);
        let all = async {
            while acknowledgements.len() < count {
                acknowledgements.push(self.answered.recv().await.expect("the Runtime API"));
            }
        };
        tokio::time::timeout(LONGEST, all).await.expect("every event is answered");
        acknowledgements
    }
}

fn process(api: &str, aws: &str) -> Child {
    let queue = |name: &str| format!("{aws}/000000000000/{name}");
    Command::new(env!("CARGO_BIN_EXE_webhook-intake"))
        .env_clear()
        .envs([
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "key"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", aws),
            ("AWS_LAMBDA_RUNTIME_API", api.trim_start_matches("http://")),
            ("AWS_LAMBDA_FUNCTION_NAME", "webhook-intake"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "test"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "test"),
            ("BUCKET_NAME", "media"),
            ("META_SECRET_ID", "meta"),
            ("METRICS_NAMESPACE", "test"),
        ])
        .env("INBOUND_QUEUE_URL", queue("inbound.fifo"))
        .env("STATUSES_QUEUE_URL", queue("statuses"))
        .env("ACCOUNT_EVENTS_QUEUE_URL", queue("account-events"))
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the function's binary starts")
}

async fn next(State(invocations): State<Arc<Invocations>>) -> Response {
    loop {
        let arrived = invocations.arrived.notified();
        let event = invocations.waiting.lock().expect("a lock").pop_front();
        let Some((request, event)) = event else {
            arrived.await;
            continue;
        };
        invocations.begun.lock().expect("a lock").insert(request, Instant::now());
        let headers = [
            ("lambda-runtime-aws-request-id", request.to_string()),
            // A deadline far away.
            ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned()),
            ("lambda-runtime-trace-id", "Root=1-58406520-a006649127e371903a2de979;Sampled=0".to_owned()),
        ];
        return (headers, Json(event)).into_response();
    }
}

async fn respond(State(invocations): State<Arc<Invocations>>, Path(request): Path<usize>, answer: Bytes) -> StatusCode {
    let begun = invocations.begun.lock().expect("a lock")[&request];
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let status = answer["statusCode"].as_u64().unwrap_or_default();
    // Nobody listens any more when the test is over.
    let _ = invocations.answered.send(Acknowledgement { request, status, took: begun.elapsed() });
    StatusCode::ACCEPTED
}
