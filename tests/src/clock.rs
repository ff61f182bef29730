//! The stack's clock.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::poll::soon;
use crate::world::World;

/// Longer than anything waits that is held up but for minutes.
const A_WHILE: SignedDuration = SignedDuration::from_mins(3);
/// So often may that be.
const HELD_UP: usize = 5;

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

    /// Waits for what comes by itself, or once its time has come: what a fault has held up goes on after a while.
    ///
    /// # Panics
    /// When it does not come then either, naming `what` was waited for.
    pub async fn lets_come<T, F: Future<Output = Option<T>>>(&self, what: &str, mut look: impl FnMut() -> F) -> T {
        for _ in 0..HELD_UP {
            if let Some(found) = soon(&mut look).await {
                return found;
            }
            self.set(self.now().await + A_WHILE).await;
        }
        panic!("waited in vain for {what}")
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
