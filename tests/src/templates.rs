//! Templates, at Meta and in the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::agent::{Agent, Answer};
use crate::channels::Number;
use crate::world::World;

impl World {
    /// Somebody makes a template in Meta's own tools, and Meta has approved it; Meta's id. No webhook tells of it.
    pub async fn template_at_meta(&self, waba_id: &str, name: &str) -> String {
        let text = format!("Hello {{{{1}}}}, this is about {name} and nothing else.");
        let body = json!({ "type": "BODY", "text": text, "example": { "body_text": [["Ada"]] } });
        self.template_made_at_meta(waba_id, json!({ "name": name, "components": [body] })).await
    }

    /// The same with all that is said of it.
    pub async fn template_made_at_meta(&self, waba_id: &str, mut template: Value) -> String {
        template["waba_id"] = json!(waba_id);
        let made = self.simulator_post("templates", template).await;
        made["id"].as_str().expect("a template has an id").to_owned()
    }

    /// What Meta thinks of the business behind an account changes, and webhooks tell of it.
    pub async fn meta_judges(&self, waba_id: &str, opinion: Value) {
        self.simulator_post(&format!("accounts/{waba_id}"), opinion).await;
        self.settles().await;
    }

    /// The templates of a number's account, as Meta lists them.
    pub async fn templates_listed_by_meta(&self, number: &Number) -> Vec<Value> {
        let url = format!("{}/v24.0/{}/message_templates", self.stack_file().graph, number.waba_id);
        let answer = Answer::of(self.http().get(url).bearer_auth(&number.access_token)).await.expect("Graph answers");
        answer.expecting(200).data().to_vec()
    }

    /// What Meta thinks of a template changes, and a webhook tells of it (unless `silently`).
    pub async fn meta_reviews(&self, meta_id: &str, review: Value) {
        self.simulator_post(&format!("templates/{meta_id}"), review).await;
        self.settles().await;
    }

    /// Somebody deletes a template in Meta's own tools. No webhook tells of it.
    pub async fn meta_loses_template(&self, meta_id: &str) {
        let url = format!("{}/_simulator/templates/{meta_id}", self.stack_file().graph);
        Answer::of(self.http().delete(url)).await.expect("the simulator answers").expecting(204);
    }
}

impl Agent {
    /// Every template that a query finds, page by page.
    pub async fn templates(&self, query: &str) -> Vec<Value> {
        self.pages(&format!("/v1/templates?limit=100&{query}")).await
    }

    /// One template as it is now.
    ///
    /// # Panics
    /// When the account has none of this name.
    pub async fn template_named(&self, waba_id: &str, name: &str) -> Value {
        let found = self.templates(&format!("waba_id={waba_id}")).await;
        found.into_iter().find(|template| template["name"] == name).unwrap_or_else(|| panic!("no template {name}"))
    }

    /// Reads the templates of a channel's account from Meta.
    pub async fn syncs_templates(&self, channel_id: &str) -> Answer {
        self.calls(Method::POST, &format!("/v1/channels/{channel_id}/template-sync"), None).await
    }
}
