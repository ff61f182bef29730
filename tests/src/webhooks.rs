//! Webhooks posted by hand, and what became of their items.

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use crate::agent::Answer;
use crate::world::World;

/// What became of one item of a webhook.
#[derive(Clone, Debug, Deserialize)]
pub struct Outcome {
    pub webhook: String,
    /// Where in the body it stood.
    pub at: String,
    pub field: String,
    pub outcome: String,
    /// The id of what it became; empty if nothing.
    pub became: String,
    /// Why, where that is not plain.
    pub reason: String,
}

/// `X-Hub-Signature-256` of a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

impl World {
    /// Posts a body in Meta's name, and the HTTP status it was answered with.
    pub async fn post_webhook(&self, body: &Value) -> u16 {
        self.post_signed(body.to_string().into_bytes()).await.status
    }

    /// Posts any bytes in Meta's name.
    pub async fn post_signed(&self, bytes: Vec<u8>) -> Answer {
        let signature = signature(&self.stack_file().app_secret, &bytes);
        self.post_with_signature(bytes, &signature, "application/json").await
    }

    /// Posts any bytes with any signature.
    pub async fn post_with_signature(&self, bytes: Vec<u8>, signature: &str, content_type: &str) -> Answer {
        let request = self
            .http()
            .post(self.stack_file().webhook)
            .header("content-type", content_type)
            .header("x-hub-signature-256", signature)
            .body(bytes);
        Answer::of(request).await.expect("the webhook's address answers")
    }

    /// Every item of every webhook so far, in the order they came.
    pub async fn outcomes(&self) -> Vec<Outcome> {
        let answer = self.control_get("outcomes").await;
        serde_json::from_value(answer["data"].clone()).unwrap_or_else(|error| panic!("{error} in {answer}"))
    }

    /// Posts a body, waits for all that follows, and says what became of its items. For worlds of one's own.
    pub async fn outcomes_of(&self, body: &Value) -> Vec<Outcome> {
        let before = self.outcomes().await.len();
        assert_eq!(self.post_webhook(body).await, 200, "{body}");
        self.settles().await;
        let outcomes = self.outcomes().await.split_off(before);
        if outcomes.iter().all(|outcome| outcome.outcome != "accepted") {
            return outcomes;
        }
        // A function had no time for all of it; the rest comes again in its own time.
        self.clock().advance("PT31M").await;
        self.outcomes().await.split_off(before)
    }

    /// What lies in dead-letter queues.
    pub async fn dead_letters(&self) -> Vec<Value> {
        let answer = self.control_get("dead-letters").await;
        answer["data"].as_array().cloned().unwrap_or_else(|| panic!("no list: {answer}"))
    }

    /// What each queue holds; nothing while nobody is there to ask.
    pub async fn queues(&self) -> Vec<Value> {
        let answer = self.try_control_get("queues").await;
        answer.and_then(|answer| answer["data"].as_array().cloned()).unwrap_or_default()
    }
}
