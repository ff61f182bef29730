//! Templates to many: the people who are named, and how far a job is.

use std::ops::Range;

use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};

use crate::agent::{Agent, Answer};
use crate::customer::Customer;
use crate::world::World;

/// A contact with the customer behind it.
pub type Somebody = (String, Customer);

/// So many requests are made at once.
const AT_ONCE: usize = 8;

impl World {
    /// Contacts with numbers who never wrote, one for each of these numbers, in their order.
    pub async fn people(&self, numbers: Range<usize>) -> Vec<Somebody> {
        let add = |n: usize| async move {
            let customer = self.customer(&format!("Person {n}"));
            let contact = json!({ "name": format!("Person {n}"), "phone": format!("+{}", customer.number) });
            (self.agent().adds_contact(contact).await, customer)
        };
        stream::iter(numbers).map(add).buffered(AT_ONCE).collect().await
    }

    /// The operator gives the first tenant another allowance.
    pub async fn has_an_allowance_of(&self, allowance: usize) {
        let path = format!("/v1/tenants/{}", self.tenant(0).id);
        let mut whole = self.operator().get(&path).await.expecting(200).body;
        whole["allowance"] = json!(allowance);
        self.operator().calls(Method::PUT, &path, Some(whole)).await.expecting(200);
    }
}

impl Agent {
    pub async fn blocks(&self, contact: &str) {
        self.calls(Method::POST, &format!("/v1/contacts/{contact}/block"), None).await.expecting(200);
    }

    /// The seeded marketing template, to these contacts.
    pub async fn sends_to_many(&self, contacts: &[String]) -> Answer {
        let channel = self.world.tenant(0).channel(0).id;
        let body = json!({ "channel_id": channel, "template": spring_offer(), "contact_ids": contacts });
        self.post("/v1/template-sends", body).await
    }

    /// A job as it is now; whoever is named is counted once.
    pub async fn job(&self, id: &str) -> Value {
        let job = self.gets_in_the_end(&format!("/v1/template-sends/{id}")).await.body;
        let count = |key: &str| job[key].as_u64().unwrap_or_else(|| panic!("no {key} in {job}"));
        let refused = job["refused"].as_object().into_iter().flat_map(|refused| refused.values());
        let whole: u64 = ["undecided", "waiting", "sent", "failed"].into_iter().map(count).sum();
        assert_eq!(whole + refused.filter_map(Value::as_u64).sum::<u64>(), count("recipients"), "{job}");
        job
    }

    /// The same once it has this status, however long it takes as long as something happens.
    pub async fn job_becomes(&self, id: &str, status: &str) -> Value {
        let mut before = self.job(id).await;
        while before["status"] != status {
            let news = async || Some(self.job(id).await).filter(|now| *now != before);
            before = self.world.clock().lets_come("the job to go on", news).await;
        }
        before
    }

    /// What became of each, page by page.
    pub async fn results_of_job(&self, id: &str) -> Vec<Value> {
        self.pages(&format!("/v1/template-sends/{id}/results?limit=100")).await
    }
}

/// The seeded marketing template, which calls people by their names.
pub fn spring_offer() -> Value {
    let name = json!({ "property": "name", "fallback": "you" });
    json!({ "name": "spring_offer", "language": "en_US", "variables": { "1": name } })
}
