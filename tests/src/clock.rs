//! The stack's clock.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::World;

/// Reads and moves it.
pub struct Clock<'w> {
    pub(crate) world: &'w World,
}

impl Clock<'_> {
    /// What it shows.
    pub async fn now(&self) -> Timestamp {
        time(&self.world.control_get("clock").await)
    }

    /// Lets everything happen that is due, moves by an ISO 8601 duration such as `PT25H`, and lets happen what is due then.
    pub async fn advance(&self, by: &str) -> Timestamp {
        self.world.settles().await;
        let now = self.shift(json!({ "advance": by })).await;
        self.world.settles().await;
        now
    }

    /// Moves it to a moment and comes back at once.
    pub async fn set(&self, to: Timestamp) -> Timestamp {
        self.shift(json!({ "set": to })).await
    }

    /// Moves it to just before a moment, so that a person acts in the last second before it.
    pub async fn set_to_the_last_second_before(&self, moment: Timestamp) -> Timestamp {
        self.set(moment - SignedDuration::from_secs(1)).await
    }

    async fn shift(&self, shift: Value) -> Timestamp {
        time(&self.world.control_post("clock", shift).await)
    }
}

impl World {
    /// Runs a schedule now and gives what its function answers.
    pub async fn runs_schedule(&self, name: &str) -> Value {
        self.control_post(&format!("schedules/{name}/run"), json!({})).await
    }

    /// What the functions used since the stack started, by function, service and operation.
    pub async fn metering(&self) -> Vec<Value> {
        self.control_get("metering").await["data"].as_array().cloned().unwrap_or_default()
    }
}

fn time(answer: &Value) -> Timestamp {
    answer["now"].as_str().and_then(|now| now.parse().ok()).unwrap_or_else(|| panic!("no time in {answer}"))
}
