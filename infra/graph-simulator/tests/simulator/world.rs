//! A simulator with one business number, a clock that stands still until it is moved, and a receiver for its webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use graph_simulator::{Number, Settings, Simulator};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub const DAY: SignedDuration = SignedDuration::from_hours(24);
pub const SECRET: &str = "an app secret";
pub const NUMBER: &str = "1000000001";
pub const TOKEN: &str = "a token";
pub const ADA: &str = "15550100123";

/// A webhook as it arrived.
pub struct Webhook {
    pub signature: String,
    pub bytes: Bytes,
}

impl Webhook {
    pub fn value(&self) -> Value {
        let body: Value = serde_json::from_slice(&self.bytes).unwrap();
        body["entry"][0]["changes"][0]["value"].clone()
    }

    /// The status in it.
    pub fn status(&self) -> Value {
        self.value()["statuses"][0].clone()
    }
}

#[derive(Clone)]
struct Receiver {
    arrived: mpsc::UnboundedSender<Webhook>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

pub struct World {
    pub simulator: Simulator,
    pub graph: String,
    pub client: reqwest::Client,
    now: Arc<Mutex<Timestamp>>,
    arrived: mpsc::UnboundedReceiver<Webhook>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    webhook_url: String,
    data: TempDir,
    serving: JoinHandle<()>,
}

impl World {
    pub async fn start() -> Self {
        let (sender, arrived) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let receiver = Receiver { arrived: sender, answers: Arc::clone(&answers) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook_url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(receive)).with_state(receiver);
        tokio::spawn(async move { axum::serve(listener, router).await });

        let now = Arc::new(Mutex::new("2026-11-23T12:00:00Z".parse().unwrap()));
        let data = TempDir::new().unwrap();
        let simulator = open(&data, &now, &webhook_url);
        let (graph, serving) = serve(&simulator).await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { simulator, graph, client, now, arrived, answers, webhook_url, data, serving }
    }

    /// The process ends, without a farewell, and a new one opens the same data.
    pub async fn restarts(&mut self) {
        self.serving.abort();
        assert!((&mut self.serving).await.unwrap_err().is_cancelled());
        self.simulator = open(&self.data, &self.now, &self.webhook_url);
        (self.graph, self.serving) = serve(&self.simulator).await;
    }

    pub fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    pub fn passes(&self, time: SignedDuration) {
        *self.now.lock().unwrap() += time;
        self.simulator.clock_moved();
    }

    pub fn receiver_is_back(&self) {
        self.simulator.set_webhook_url(&self.webhook_url);
    }

    /// The next webhooks are answered so; later ones with 200.
    pub fn webhooks_are_answered(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub async fn next_webhook(&mut self) -> Webhook {
        let next = tokio::time::timeout(Duration::from_secs(10), self.arrived.recv());
        next.await.expect("a webhook should have come").unwrap()
    }

    pub fn no_webhook_came(&mut self) -> bool {
        self.arrived.try_recv().is_err()
    }

    /// Waits until nothing more happens by itself.
    pub async fn is_idle(&self) {
        let idle = async {
            while !self.simulator.idle_state().is_idle() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), idle).await.expect("it should become idle");
    }

    /// Calls the control API and expects it to agree.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let answer = self.client.post(format!("{}/_simulator/{path}", self.graph)).json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path} answered {status}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub async fn look(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}/_simulator/{path}", self.graph)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub async fn no_automatic_statuses(&self) {
        self.control("statuses", json!({"auto": "none"})).await;
    }

    /// Ada writes, and the id of her message.
    pub async fn ada_writes(&self, text: &str) -> String {
        let answer = self
            .control(
                "messages",
                json!({"from": ADA, "to": NUMBER, "profile": "Ada", "message": {"text": {"body": text}}}),
            )
            .await;
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Sends any body to the number's messages.
    pub async fn posts(&self, body: Value) -> reqwest::Result<(StatusCode, Value)> {
        let url = format!("{}/v24.0/{NUMBER}/messages", self.graph);
        let answer = self.client.post(url).bearer_auth(TOKEN).json(&body).send().await?;
        let status = answer.status();
        Ok((status, serde_json::from_str(&answer.text().await?).unwrap_or_default()))
    }

    /// The business writes to Ada.
    pub async fn replies(&self, text: &str) -> reqwest::Result<(StatusCode, Value)> {
        self.posts(text_to(&format!("+{ADA}"), text)).await
    }

    /// What Ada's phone shows, as words.
    pub async fn adas_phone(&self) -> Vec<String> {
        let phone = self.look(&format!("phones/{ADA}")).await;
        let shows = phone["shows"].as_array().unwrap();
        shows.iter().map(|shown| format!("{}: {}", word(&shown["text"]), word(&shown["status"]))).collect()
    }

    /// The same, once it shows so many messages.
    pub async fn adas_phone_with(&self, messages: usize) -> Vec<String> {
        loop {
            let shows = self.adas_phone().await;
            if shows.len() == messages {
                return shows;
            }
        }
    }
}

pub fn text_to(to: &str, text: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}})
}

pub fn code(answer: &(StatusCode, Value)) -> i64 {
    answer.1["error"]["code"].as_i64().unwrap_or_default()
}

pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn open(data: &TempDir, now: &Arc<Mutex<Timestamp>>, webhook_url: &str) -> Simulator {
    let clock = Arc::clone(now);
    let settings = Settings { app_secret: SECRET.into(), webhook_url: Some(webhook_url.into()) };
    let clock = Arc::new(move || *clock.lock().unwrap());
    let simulator = Simulator::open(&data.path().join("graph.sqlite"), clock, settings).unwrap();
    let number = Number {
        waba_id: "2000000001".into(),
        phone_number_id: NUMBER.into(),
        display_phone_number: "+1 555-010-0100".into(),
        access_token: TOKEN.into(),
        verified_name: "Lovelace Books".into(),
    };
    simulator.register_number(&number).unwrap();
    simulator
}

async fn serve(simulator: &Simulator) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let simulator = simulator.clone();
    let serving = tokio::spawn(async move { simulator.serve(listener).await.unwrap() });
    (url, serving)
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    let signature = headers["x-hub-signature-256"].to_str().unwrap().to_owned();
    let answer = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
    receiver.arrived.send(Webhook { signature, bytes }).unwrap();
    StatusCode::from_u16(answer).unwrap()
}
