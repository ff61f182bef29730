//! What AWS and Meta do on a bad day: calls of a function that are answered otherwise than honestly.

use jiff::SignedDuration;
use local::sites::Site;
use serde_json::{Value, json};

use crate::world::World;

/// One place at which a function goes out of itself: its `ordinal`th call of this kind during a journey.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub function: String,
    pub service: String,
    pub operation: String,
    /// Kinds of items with their changes and conditions, a queue, a folder of the bucket, a key; nothing for any.
    pub about: Option<String>,
    pub ordinal: u64,
}

impl World {
    /// From now on, calls are counted from nothing.
    pub async fn counts_calls_anew(&self) {
        self.control_delete("sites").await;
    }

    /// Every call that functions made since, one point each.
    pub async fn points(&self) -> Vec<Point> {
        let sites = self.control_get("sites").await["data"].as_array().cloned().unwrap_or_default();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let points = sites.iter().flat_map(|row| {
            (0..row["calls"].as_u64().unwrap_or(0)).map(|ordinal| Point {
                function: text(row, "function"),
                service: text(row, "service"),
                operation: text(row, "operation"),
                about: Some(text(row, "about")),
                ordinal,
            })
        });
        points.filter(|point| !["owner", "links"].contains(&point.function.as_str())).collect()
    }

    /// The call at this point, and the `times - 1` of its kind after it, meet `then`.
    pub async fn arms(&self, point: &Point, times: u32, then: &str) {
        let Point { function, service, operation, about, ordinal } = point;
        let fault = json!({
            "function": function, "service": service, "operation": operation, "about": about, "after": ordinal,
            "times": times, "then": then,
        });
        self.control_post("faults", fault).await;
    }

    /// The next `times` calls of an operation of the table, whatever they are about, meet `then`.
    pub async fn arms_all(&self, function: &str, operation: &str, times: u32, then: &str) {
        let fault = json!({
            "function": function, "service": "dynamodb", "operation": operation, "times": times, "then": then,
        });
        self.control_post("faults", fault).await;
    }

    /// From now on, no call of a function to AWS is answered.
    pub async fn hangs(&self, function: &str) {
        let fault = json!({ "function": function, "times": u32::MAX, "then": "hang" });
        self.control_post("faults", fault).await;
    }

    /// From now on, the first call of each kind meets the next of these that suits it.
    pub async fn arms_everywhere(&self, then: &[&str]) {
        self.control_post("faults/everywhere", json!({ "then": then })).await;
    }

    /// Whether every chosen call has met its fault, or meets it at this moment.
    pub async fn is_met(&self) -> bool {
        let left = self.control_get("faults").await["data"].as_array().cloned().unwrap_or_default();
        left.iter().all(|fault| fault["met"] == true)
    }

    /// No chosen call meets anything any more, of AWS or of Meta. Says how many of AWS's faults were not met.
    pub async fn disarms(&self) -> usize {
        let unmet = self.unmet().await;
        self.control_delete("faults").await;
        self.simulator_delete("faults").await;
        unmet
    }

    /// How many of AWS's faults no call has met yet.
    pub async fn unmet(&self) -> usize {
        let left = self.control_get("faults").await["data"].as_array().cloned().unwrap_or_default();
        left.iter().filter(|fault| fault["met"] == false).count()
    }

    /// Runs a schedule now, and whether its function answered as it should.
    pub async fn tries_schedule(&self, name: &str) -> bool {
        let url = format!("{}/schedules/{name}/run", self.stack_file().control);
        let answer = self.http().post(&url).send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        answer.status().is_success()
    }

    /// How long that invocation of a function has been at work that began first; nothing if none is.
    pub async fn longest_work_of(&self, function: &str) -> Option<SignedDuration> {
        self.work_of(function).await.into_iter().map(|(takes, _)| takes).max()
    }

    /// How many invocations of a function were killed since the stack's start because they took longer than its timeout.
    pub fn overdue(&self, function: &str) -> usize {
        let name = format!("\"{function}\"");
        let told = |line: &&str| line.contains("an invocation took longer than its timeout") && line.contains(&name);
        self.stack_log().lines().filter(told).count()
    }
}

impl Point {
    /// What it is a call of.
    pub fn site(&self) -> Site {
        let Self { function, service, operation, about, .. } = self.clone();
        Site { function, service, operation, about: about.unwrap_or_default() }
    }

    /// The first call of its kind.
    #[must_use]
    pub fn kind(&self) -> Self {
        Self { ordinal: 0, ..self.clone() }
    }
}
