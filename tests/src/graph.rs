//! Meta's side: what reached it, and how it is told to misbehave.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::World;

/// A request that reached Graph.
#[derive(Clone, Debug)]
pub struct GraphRequest {
    /// Its place among all.
    pub seq: u64,
    /// When it came, by the stack's clock.
    pub at: Timestamp,
    pub method: String,
    pub path: String,
    /// As it is written; empty if there is none.
    pub query: String,
    pub body: Value,
    /// The status of its answer; nothing if its connection closed, or Graph died, before that.
    pub status: Option<u64>,
    /// The fault that it met.
    pub fault: Option<String>,
}

impl GraphRequest {
    /// The words of a text message.
    pub fn text(&self) -> &str {
        self.body["text"]["body"].as_str().unwrap_or_default()
    }

    /// The recipient, by number or BSUID, without the plus sign.
    fn recipient(&self) -> &str {
        let to = self.body["to"].as_str().or(self.body["recipient"].as_str()).unwrap_or_default();
        to.trim_start_matches('+')
    }
}

impl World {
    /// Every request that reached Graph, oldest first.
    pub async fn graph_requests(&self) -> Vec<GraphRequest> {
        self.graph_requests_after(0).await
    }

    /// How many have reached Graph.
    pub async fn graph_requests_so_far(&self) -> u64 {
        self.graph_requests().await.last().map_or(0, |request| request.seq)
    }

    /// Every request that reached Graph after as many others, oldest first.
    pub async fn graph_requests_after(&self, others: u64) -> Vec<GraphRequest> {
        let log = self.simulator_get(&format!("requests?after={others}")).await;
        let requests = log["requests"].as_array().cloned().unwrap_or_default();
        let read = |request: Value| GraphRequest {
            seq: request["seq"].as_u64().expect("a request has its place"),
            at: request["at"].as_str().and_then(|at| at.parse().ok()).expect("a request came at a time"),
            method: request["method"].as_str().unwrap_or_default().to_owned(),
            path: request["path"].as_str().unwrap_or_default().to_owned(),
            query: request["query"].as_str().unwrap_or_default().to_owned(),
            body: request["body"].clone(),
            status: request["status"].as_u64(),
            fault: request["fault"].as_str().map(str::to_owned),
        };
        requests.into_iter().map(read).collect()
    }

    /// The messages that Graph was asked to send to a customer, whatever it answered.
    pub async fn graph_requests_to(&self, name: &str) -> Vec<GraphRequest> {
        let customer = self.customer(name);
        let requests = self.graph_requests().await.into_iter();
        requests
            .filter(|request| {
                request.path.ends_with("/messages")
                    && request.body.get("status").is_none()
                    && request.recipient() == customer.address()
            })
            .collect()
    }

    /// Time passes until Graph has been asked so often to send something to the customer. After the fourth refusal of a pair
    /// that is too fast nobody asks for a minute.
    pub async fn passes_until_asked(&self, times: usize, name: &str) {
        while self.graph_requests_to(name).await.len() < times {
            self.clock().advance("PT20S").await;
        }
    }

    /// The body of the webhook that Meta sent last.
    pub async fn last_webhook(&self) -> Value {
        let log = self.simulator_get("webhooks?limit=1").await;
        log["webhooks"][0]["body"].clone()
    }

    /// How often files were asked for: their addresses, and their bytes.
    pub async fn file_requests(&self) -> (usize, usize) {
        let requests = self.graph_requests().await;
        let is_download = |request: &&GraphRequest| request.path.contains("/attachments");
        let downloads = requests.iter().filter(is_download).count();
        // What is asked of numbers and accounts is no file.
        let channels: Vec<_> = self.stack_file().tenants.into_iter().flat_map(|tenant| tenant.channels).collect();
        let known = |id: &str| channels.iter().any(|channel| channel.waba_id == id || channel.phone_number_id == id);
        let is_node = |request: &&GraphRequest| {
            let mut parts = request.path.split('/').skip(2);
            request.method == "GET" && parts.next().is_some_and(|id| !known(id)) && parts.next().is_none()
        };
        (requests.iter().filter(is_node).count(), downloads)
    }

    /// How many files were given to Graph.
    pub async fn uploads_to_graph(&self) -> usize {
        let requests = self.graph_requests().await;
        requests.iter().filter(|request| request.method == "POST" && request.path.ends_with("/media")).count()
    }

    /// Meta loses a file that was given to it for a number of the first tenant: somebody with its token deletes it.
    pub async fn meta_forgets(&self, media_id: &str) {
        let file = self.stack_file();
        let url = format!("{}/v24.0/{media_id}", file.graph);
        let answer =
            self.http().delete(url).bearer_auth("local-access-token-of-acme").send().await.expect("Graph answers");
        assert_eq!(answer.status(), 200, "{answer:?}");
    }

    /// The next `times` files meet this instead of an honest answer.
    pub async fn fault_of_files(&self, times: u32, then: Value) {
        self.simulator_post("faults", json!({ "match": { "path": "/media" }, "times": times, "then": then })).await;
    }

    /// The next `times` messages to the customer meet this instead of an honest answer.
    pub async fn fault(&self, name: &str, times: u32, then: Value) {
        let to = self.customer(name).address().to_owned();
        let fault = json!({ "match": { "path": "/messages", "to": to }, "times": times, "then": then });
        self.simulator_post("faults", fault).await;
    }

    /// Graph does what the fault says.
    pub async fn meta_misbehaves(&self, fault: Value) {
        self.simulator_post("faults", fault).await;
    }

    /// From now on Graph reports no status by itself.
    pub async fn no_automatic_statuses(&self) {
        self.simulator_post("statuses", json!({ "auto": "none" })).await;
    }

    /// Meta reports a status of a message of ours, named by Meta's id.
    pub async fn meta_reports(&self, wamid: &str, status: &str) {
        self.simulator_post("statuses", json!({ "message_id": wamid, "status": status })).await;
        self.settles().await;
    }

    /// Meta reports that a message of ours was not delivered.
    pub async fn meta_reports_failure(&self, wamid: &str, code: i64) {
        self.simulator_post("statuses", json!({ "message_id": wamid, "status": "failed", "code": code })).await;
        self.settles().await;
    }
}
