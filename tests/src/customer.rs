//! Customers and their phones.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::agent::{Thread, texts};
use crate::stack_file::Channel;
use crate::world::World;

/// Somebody with WhatsApp, who writes to one of the business numbers.
#[derive(Clone)]
pub struct Customer {
    pub(crate) world: World,
    pub name: String,
    /// Digits, made up.
    pub number: String,
    /// A BSUID, for somebody who hides their number.
    pub user_id: Option<String>,
    /// The business number they write to.
    pub channel: Channel,
    /// The tenant that the number belongs to.
    pub tenant: usize,
}

impl Customer {
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The same person, writing to another number.
    pub fn writing_to(&self, tenant: usize, channel: usize) -> Self {
        Self { tenant, channel: self.world.tenant(tenant).channel(channel), ..self.clone() }
    }

    /// Number, or BSUID for somebody who hides theirs.
    pub fn address(&self) -> &str {
        self.user_id.as_deref().unwrap_or(&self.number)
    }

    /// Writes, and everything happens that follows; the thread it came into.
    pub async fn writes(&self, text: &str) -> Thread {
        self.sends(text_message(text)).await;
        self.world.settles().await;
        self.thread().await
    }

    /// Writes a text that quotes a message by Meta's id.
    pub async fn writes_quoting(&self, text: &str, wamid: &str) -> Thread {
        let mut message = text_message(text);
        message["context"] = json!({ "message_id": wamid });
        self.sends(message).await;
        self.world.settles().await;
        self.thread().await
    }

    /// A webhook about what was written at `at` comes only now.
    pub async fn wrote(&self, text: &str, at: Timestamp) -> Thread {
        self.posts(text_message(text), Some(at), true).await.expect("the simulator takes it");
        self.world.settles().await;
        self.thread().await
    }

    /// Sends any message, and Meta's id of it, once its webhook is answered.
    pub async fn sends(&self, message: Value) -> String {
        self.posts(message, None, true).await.expect("the simulator takes it")
    }

    /// Sends a text in the middle of trouble: nobody waits, and nothing is said when the stack has gone away.
    pub async fn tries_to_write(&self, text: &str, at: Timestamp) -> bool {
        self.posts(text_message(text), Some(at), false).await.is_some()
    }

    /// Sends any message in the middle of trouble.
    pub async fn tries_to_send(&self, message: Value) {
        self.posts(message, None, false).await;
    }

    /// As [`Self::tries_to_write`], but says so only when the webhook was answered with 200.
    pub async fn writes_and_waits(&self, text: &str, at: Timestamp) -> bool {
        self.posts(text_message(text), Some(at), true).await.is_some()
    }

    async fn posts(&self, message: Value, at: Option<Timestamp>, wait: bool) -> Option<String> {
        let mut body = json!({
            "from": self.address(), "to": self.channel.phone_number_id, "profile": self.name, "message": message, "wait": wait,
        });
        if let Some(at) = at {
            body["timestamp"] = json!(at.as_second().to_string());
        }
        let answer = self.world.try_simulator_post("messages", &body).await?;
        answer["id"].as_str().map(str::to_owned)
    }

    /// The thread of their newest ticket.
    ///
    /// # Panics
    /// When they have none.
    pub async fn thread(&self) -> Thread {
        let threads = self.threads().await;
        threads.into_iter().next().unwrap_or_else(|| panic!("{} has no ticket", self.name))
    }

    /// The threads of all their tickets on this number, the newest first.
    pub async fn threads(&self) -> Vec<Thread> {
        self.world.agent_of(self.tenant).threads_of(self).await
    }

    pub fn phone(&self) -> Phone {
        Phone { customer: self.clone() }
    }
}

/// What a customer sees.
pub struct Phone {
    customer: Customer,
}

impl Phone {
    /// The words of every message on it, oldest first.
    pub async fn shows(&self) -> Vec<String> {
        texts(&self.messages().await)
    }

    /// The same, if anybody is there to ask.
    pub async fn try_shows(&self) -> Option<Vec<String>> {
        let phone = self.customer.world.try_simulator_get(&self.path()).await?;
        Some(texts(phone["shows"].as_array()?))
    }

    /// The words of those that came from the business.
    pub async fn received(&self) -> Vec<String> {
        texts(&self.in_direction("received").await)
    }

    /// The words of those the customer wrote.
    pub async fn wrote(&self) -> Vec<String> {
        texts(&self.in_direction("sent").await)
    }

    /// Those that came from the business, with all that the phone shows of them.
    pub async fn got(&self) -> Vec<Value> {
        self.in_direction("received").await
    }

    async fn in_direction(&self, direction: &str) -> Vec<Value> {
        self.messages().await.into_iter().filter(|message| message["direction"] == direction).collect()
    }

    /// Each message with its `id`, `direction`, `text`, `context` and `status`.
    pub async fn messages(&self) -> Vec<Value> {
        let phone = self.customer.world.simulator_get(&self.path()).await;
        phone["shows"].as_array().cloned().unwrap_or_default()
    }

    fn path(&self) -> String {
        format!("phones/{}", self.customer.address())
    }
}

fn text_message(text: &str) -> Value {
    json!({ "type": "text", "text": { "body": text } })
}
