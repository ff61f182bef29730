//! People of the helpdesk, as callers of the API.

use jiff::Timestamp;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::customer::Customer;
use crate::poll::eventually;
use crate::world::World;

/// A caller with a token.
#[derive(Clone)]
pub struct Agent {
    pub(crate) world: World,
    pub(crate) token: String,
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// The body, null when it is no JSON.
    pub body: Value,
    pub text: String,
    /// The version of what was answered, if it has one.
    pub etag: Option<String>,
}

/// A thread and its ticket as they were when last looked at.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: String,
    pub ticket: Value,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> reqwest::Result<Self> {
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let etag = answer.headers().get("etag").and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let text = answer.text().await?;
        Ok(Self { status, body: serde_json::from_str(&text).unwrap_or_default(), text, etag })
    }

    /// The stable code of a problem; empty if it is none.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The id of what was answered.
    pub fn id(&self) -> &str {
        self.one()["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}"))
    }

    /// What was answered; of a list, the one thing in it.
    fn one(&self) -> &Value {
        match self.data() {
            [] => &self.body,
            [one] => one,
            _ => panic!("more than one: {self:?}"),
        }
    }

    /// The list that was answered; empty if it is none.
    pub fn data(&self) -> &[Value] {
        self.body["data"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The same, once the status is as expected.
    ///
    /// # Panics
    /// If it is another.
    pub fn expecting(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Thread {
    pub fn ticket_id(&self) -> &str {
        self.ticket["id"].as_str().expect("a ticket has an id")
    }

    pub fn contact_id(&self) -> &str {
        self.ticket["contact_id"].as_str().expect("a ticket has a contact")
    }

    pub fn session_expires_at(&self) -> Timestamp {
        let at = self.ticket["session_expires_at"].as_str().and_then(|at| at.parse().ok());
        at.unwrap_or_else(|| panic!("no session in {}", self.ticket))
    }
}

impl Agent {
    pub fn world(&self) -> &World {
        &self.world
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.calls(Method::GET, path, None).await
    }

    /// The same, asked again while the answer is "busy" or the function behind it has died, as any frontend does.
    pub async fn gets_in_the_end(&self, path: &str) -> Answer {
        eventually("an answer", async || {
            let answer = self.get(path).await;
            (![502, 503, 504].contains(&answer.status)).then_some(answer)
        })
        .await
        .expecting(200)
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.calls(Method::POST, path, Some(body)).await
    }

    /// Any call; `path` from `/v1` on.
    pub async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.tries(method, path, body, &[]).await.expect("the API answers")
    }

    /// Any call with headers, which may find nobody at home.
    pub async fn tries(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        let url = format!("{}{path}", self.world.stack_file().api);
        let mut request = self.world.http().request(method, url).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = Answer::of(request).await?;
        let shown = self.world.secrets().in_bytes(answer.text.as_bytes());
        assert!(shown.is_empty(), "the answer to {path} shows {shown:?}");
        Ok(answer)
    }

    pub async fn replies_to(&self, thread: &Thread, text: &str) -> Answer {
        self.post(&messages_of(thread), json!({ "text": text })).await
    }

    pub async fn replies_quoting(&self, thread: &Thread, text: &str, message_id: &str) -> Answer {
        self.post(&messages_of(thread), json!({ "text": text, "reply_to": message_id })).await
    }

    /// A reply that can be repeated safely.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn replies_with_key(&self, thread: &Thread, text: &str, key: &str) -> reqwest::Result<Answer> {
        self.sends_with_key(thread, json!({ "text": text }), key).await
    }

    /// Any message, likewise.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn sends_with_key(&self, thread: &Thread, message: Value, key: &str) -> reqwest::Result<Answer> {
        self.tries(Method::POST, &messages_of(thread), Some(message), &[("idempotency-key", key)]).await
    }

    /// Every message of a thread, oldest first, page by page.
    pub async fn messages(&self, thread: &Thread) -> Vec<Value> {
        self.pages(&format!("{}?limit=100", messages_of(thread))).await
    }

    /// The words of a thread, oldest first.
    pub async fn reads(&self, thread: &Thread) -> Vec<String> {
        texts(&self.messages(thread).await)
    }

    /// One message of a thread as it is now.
    ///
    /// # Panics
    /// When the thread does not hold it.
    pub async fn message(&self, thread: &Thread, id: &str) -> Value {
        let messages = self.messages(thread).await;
        messages.into_iter().find(|message| message["id"] == id).unwrap_or_else(|| panic!("no message {id}"))
    }

    /// The status of one message.
    pub async fn status_of(&self, thread: &Thread, id: &str) -> String {
        self.message(thread, id).await["status"].as_str().unwrap_or_default().to_owned()
    }

    pub async fn closes(&self, thread: &Thread) {
        let path = format!("/v1/tickets/{}/closure", thread.ticket_id());
        let closed = self.calls(Method::POST, &path, None).await;
        assert!((200..300).contains(&closed.status), "{closed:?}");
    }

    /// The ticket as it is now.
    pub async fn ticket(&self, thread: &Thread) -> Value {
        self.get(&format!("/v1/tickets/{}", thread.ticket_id())).await.expecting(200).body
    }

    /// Every ticket of the tenant: the open ones, then the closed ones.
    pub async fn tickets(&self) -> Vec<Value> {
        let mut tickets = self.pages("/v1/tickets?limit=100").await;
        tickets.extend(self.pages("/v1/tickets?limit=100&view=all_closed").await);
        tickets
    }

    /// The threads of a customer on the number they write to, the newest first.
    pub async fn threads_of(&self, customer: &Customer) -> Vec<Thread> {
        let mut threads = Vec::new();
        for ticket in self.tickets().await {
            let contact = self.world.contact(self, ticket["contact_id"].as_str().unwrap_or_default()).await;
            if ticket["channel_id"] == customer.channel.id && contact.contains(&format!("{}\"", customer.address())) {
                let id = ticket["thread_id"].as_str().expect("a ticket has a thread").to_owned();
                threads.push(Thread { id, ticket });
            }
        }
        // Ids are sortable by the time they were made.
        threads.sort_by(|a, b| b.ticket_id().cmp(a.ticket_id()));
        threads
    }

    /// Every page of a list; `path` has a query already.
    pub async fn pages(&self, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = match &cursor {
                Some(cursor) => format!("{path}&cursor={cursor}"),
                None => path.to_owned(),
            };
            let page = self.gets_in_the_end(&page).await.body;
            all.extend(page["data"].as_array().cloned().unwrap_or_default());
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return all;
            }
        }
    }
}

/// A message's way.
const WAY: [&str; 8] = ["queued", "unconfirmed", "discarded", "sent", "failed", "delivered", "read", "played"];

/// The steps of a message, if one of them comes twice or out of order.
pub fn astray(message: &Value) -> Vec<String> {
    let steps = message["statuses"].as_array().into_iter().flatten();
    let steps: Vec<&str> = steps.map(|step| step["status"].as_str().unwrap_or_default()).collect();
    let forward: Vec<&str> = WAY.into_iter().filter(|step| steps.contains(step)).collect();
    if steps == forward { Vec::new() } else { steps.into_iter().map(str::to_owned).collect() }
}

/// The words of messages; those without any are named by their type.
pub fn texts(messages: &[Value]) -> Vec<String> {
    let words = |message: &Value| {
        let text = message["text"].as_str().map(str::to_owned);
        text.unwrap_or_else(|| format!("[{}]", message["type"].as_str().unwrap_or("?")))
    };
    messages.iter().map(words).collect()
}

fn messages_of(thread: &Thread) -> String {
    format!("/v1/threads/{}/messages", thread.id)
}
