//! What AWS does on a bad day: calls of a function that are answered otherwise than honestly.

use serde_json::{Value, json};

use crate::world::World;

/// One place at which a function goes out of itself: its `ordinal`th call of an operation during a journey.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub function: String,
    pub service: String,
    pub operation: String,
    pub ordinal: u64,
}

impl World {
    /// From now on, calls are counted from nothing.
    pub async fn counts_calls_anew(&self) {
        let url = format!("{}/metering", self.stack_file().control);
        self.http().delete(url).send().await.expect("the stack answers");
    }

    /// Every call that functions made since, one point each.
    pub async fn points(&self) -> Vec<Point> {
        let usage = self.control_get("metering").await["data"].as_array().cloned().unwrap_or_default();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let points = usage.iter().flat_map(|row| {
            (0..row["calls"].as_u64().unwrap_or(0)).map(|ordinal| Point {
                function: text(row, "function"),
                service: text(row, "service"),
                operation: text(row, "operation"),
                ordinal,
            })
        });
        points.filter(|point| point.function != "owner").collect()
    }

    /// The call at this point, and the `times - 1` after it, meet `then`.
    pub async fn arms(&self, point: &Point, times: u32, then: &str) {
        let Point { function, service, operation, ordinal } = point;
        let fault = json!({
            "function": function, "service": service, "operation": operation, "after": ordinal, "times": times, "then": then,
        });
        let url = format!("{}/faults", self.stack_file().control);
        let answer = self.http().post(url).json(&fault).send().await.expect("the stack answers");
        assert!(answer.status().is_success(), "{fault}");
    }

    /// Every call is answered honestly again. Says whether the fault was met at least once.
    pub async fn disarms(&self, times: u32) -> bool {
        let left = self.control_get("faults").await["data"].as_array().cloned().unwrap_or_default();
        let url = format!("{}/faults", self.stack_file().control);
        self.http().delete(url).send().await.expect("the stack answers");
        left.first().is_none_or(|fault| fault["after"] == 0 && fault["times"].as_u64() < Some(times.into()))
    }
}
