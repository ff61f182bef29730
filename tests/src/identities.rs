//! Customers by the names under which WhatsApp knows them: numbers of other countries, hidden numbers, changed ones.

use serde_json::{Value, json};

use crate::agent::{Agent, Thread};
use crate::customer::Customer;
use crate::world::World;

impl World {
    /// A customer with a number of a test's own choice.
    pub fn customer_with_number(&self, name: &str, number: &str) -> Customer {
        Customer { number: number.to_owned(), ..self.customer(name) }
    }

    /// A BSUID that Meta never gave before.
    pub fn fresh_user_id(&self) -> String {
        format!("US.{}", uuid::Uuid::new_v4().simple())
    }
}

impl Customer {
    /// The same person with the number hidden.
    pub fn hiding_as(&self, user_id: &str) -> Self {
        Self { user_id: Some(user_id.to_owned()), ..self.clone() }
    }

    /// Writes from the number, and Meta tells a BSUID beside it.
    pub async fn writes_showing(&self, user_id: &str, text: &str) {
        self.tries_showing(user_id, text).await;
        self.world.settles().await;
    }

    /// The same in the middle of trouble: nobody waits.
    pub async fn tries_showing(&self, user_id: &str, text: &str) {
        let message = json!({ "type": "text", "text": { "body": text } });
        self.posts_as(json!({ "from": self.number, "user_id": user_id, "message": message })).await;
    }

    /// WhatsApp tells something of the person.
    pub async fn is_told_of(&self, system: Value) {
        self.posts_as(json!({ "from": self.address(), "message": { "type": "system", "system": system } })).await;
        self.world.settles().await;
    }

    async fn posts_as(&self, mut body: Value) {
        body["to"] = json!(self.channel.phone_number_id);
        body["profile"] = json!(self.name);
        self.world.simulator_post("messages", body).await;
    }
}

impl Agent {
    /// A contact made by hand; its id.
    pub async fn adds_contact(&self, contact: Value) -> String {
        self.post("/v1/contacts", contact).await.expecting(201).id().to_owned()
    }

    /// Changes what is kept of a contact.
    pub async fn changes_contact(&self, id: &str, change: Value) {
        let path = format!("/v1/contacts/{id}");
        self.calls(reqwest::Method::PATCH, &path, Some(change)).await.expecting(200);
    }

    /// A contact as it is now.
    pub async fn contact(&self, id: &str) -> Value {
        self.get(&format!("/v1/contacts/{id}")).await.expecting(200).body
    }

    /// The contacts that have a number, the one it counts for first.
    pub async fn contacts_with_number(&self, number: &str) -> Vec<Value> {
        let path = format!("/v1/contacts?phone={}", number.replace('+', "%2B"));
        self.get(&path).await.expecting(200).body["data"].as_array().cloned().unwrap_or_default()
    }

    /// The threads of a contact's open tickets.
    pub async fn open_threads_of(&self, contact_id: &str) -> Vec<Thread> {
        let tickets = self.tickets().await.into_iter();
        let theirs = tickets.filter(|ticket| ticket["contact_id"] == contact_id && ticket["status"] == "open");
        let thread = |ticket: Value| Thread { id: ticket["thread_id"].as_str().unwrap_or_default().to_owned(), ticket };
        theirs.map(thread).collect()
    }
}
