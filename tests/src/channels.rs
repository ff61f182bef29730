//! Operators, and numbers that can be connected.

use local::issuer::{ClaimNames, Issuer, Subject};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::agent::{Agent, Answer};
use crate::customer::Customer;
use crate::stack_file::Channel;
use crate::world::World;

/// What the access token of every number made here begins with, as Meta's own do.
pub(crate) const ACCESS_TOKEN: &str = "EAAG-";

/// A business number that Meta knows, with a token of its account.
#[derive(Clone, Debug)]
pub struct Number {
    pub waba_id: String,
    pub phone_number_id: String,
    pub display_phone_number: String,
    pub access_token: String,
}

impl Number {
    /// What an operator posts to connect it.
    pub fn connection_to(&self, tenant_id: &str) -> Value {
        json!({
            "tenant_id": tenant_id,
            "waba_id": self.waba_id,
            "phone_number_id": self.phone_number_id,
            "access_token": self.access_token,
        })
    }
}

impl World {
    /// Who runs the deployment.
    pub fn operator(&self) -> Agent {
        self.caller_with_token(&self.stack_file().operator)
    }

    /// A number of an account of its own, which nobody has connected.
    pub async fn number_at_meta(&self) -> Number {
        self.number_in_account(&fresh_meta_id()).await
    }

    /// A number of a given account, which nobody has connected.
    pub async fn number_in_account(&self, waba_id: &str) -> Number {
        let number = Number {
            waba_id: waba_id.to_owned(),
            phone_number_id: fresh_meta_id(),
            display_phone_number: "+1 202 555 0199".to_owned(),
            access_token: format!("{ACCESS_TOKEN}{}", Uuid::new_v4().simple()),
        };
        self.meta_knows(&number).await;
        number
    }

    /// Meta learns of a number, or of its new token.
    pub async fn meta_knows(&self, number: &Number) {
        let known = json!({
            "waba_id": number.waba_id,
            "phone_number_id": number.phone_number_id,
            "display_phone_number": number.display_phone_number,
            "access_token": number.access_token,
        });
        self.simulator_post("numbers", known).await;
    }

    /// The operator sets a new tenant up; its id.
    pub async fn new_tenant(&self) -> String {
        let id = format!("ten_{}", Uuid::new_v4().simple());
        let tenant = json!({ "name": "Initech", "time_zone": "UTC", "subscription_started_on": "2026-01-31" });
        self.operator().calls(Method::PUT, &format!("/v1/tenants/{id}"), Some(tenant)).await.expecting(201);
        id
    }

    /// The operator connects a number to a tenant.
    pub async fn connects(&self, number: &Number, tenant_id: &str) -> Answer {
        self.operator().post("/v1/channels", number.connection_to(tenant_id)).await
    }

    /// Somebody with a role in any tenant.
    pub fn caller_of(&self, tenant_id: &str, role: &str) -> Agent {
        let key = self.data().join("issuer.pem");
        let issuer = Issuer::open(&format!("{}/issuer", self.stack_file().control), &key).expect("the stack's issuer");
        let names = ClaimNames { tenant: "tenant_id".into(), role: "role".into() };
        let subject = Subject { user: &format!("usr_{role}"), tenant_id: Some(tenant_id), role };
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let token = issuer.token(&subject, &names, "helpdesk", now).expect("a token");
        self.caller_with_token(&token)
    }

    /// The next `times` requests to an edge of Graph meet this instead of an honest answer.
    pub async fn fault_at(&self, edge: &str, times: u32, then: Value) {
        let fault = json!({ "match": { "path": edge }, "times": times, "then": then });
        self.simulator_post("faults", fault).await;
    }

    /// Everything in the table, as DynamoDB's `Scan` gives it to the account's owner.
    pub async fn table(&self) -> String {
        self.as_owner("DynamoDB_20120810.Scan", json!({ "TableName": "local-helpdesk" })).await
    }

    /// Every job of a queue is lost, those at work included.
    pub async fn loses_the_jobs_of(&self, queue: &str) {
        let url = format!("{}/000000000000/local-{queue}", self.stack_file().aws);
        self.as_owner("AmazonSQS.PurgeQueue", json!({ "QueueUrl": url })).await;
    }

    /// Somebody puts at most ten jobs into a queue, in one call.
    pub async fn puts_jobs(&self, queue: &str, jobs: &[String]) {
        let url = format!("{}/000000000000/local-{queue}", self.stack_file().aws);
        let entry = |(id, body): (usize, &String)| json!({ "Id": id.to_string(), "MessageBody": body });
        let entries: Vec<Value> = jobs.iter().enumerate().map(entry).collect();
        self.as_owner("AmazonSQS.SendMessageBatch", json!({ "QueueUrl": url, "Entries": entries })).await;
    }

    /// An item of the table is lost.
    pub async fn loses_the_item(&self, pk: &str, sk: &str) {
        let body = json!({ "TableName": "local-helpdesk", "Key": { "pk": { "S": pk }, "sk": { "S": sk } } });
        self.as_owner("DynamoDB_20120810.DeleteItem", body).await;
    }

    /// `due-work` finds an item no more.
    pub async fn loses_the_mark_of(&self, pk: &str, sk: &str) {
        let body = json!({
            "TableName": "local-helpdesk",
            "Key": { "pk": { "S": pk }, "sk": { "S": sk } },
            "UpdateExpression": "REMOVE due_pk, due_sk",
            "ConditionExpression": "attribute_exists(due_pk)",
        });
        self.as_owner("DynamoDB_20120810.UpdateItem", body).await;
    }

    /// Whatever an item says in this attribute, no version of the code understands it.
    pub async fn garbles_the_item(&self, pk: &str, sk: &str, attribute: &str) {
        let body = json!({
            "TableName": "local-helpdesk",
            "Key": { "pk": { "S": pk }, "sk": { "S": sk } },
            "UpdateExpression": "SET #garbled = :words",
            "ConditionExpression": "attribute_exists(#garbled)",
            "ExpressionAttributeNames": { "#garbled": attribute },
            "ExpressionAttributeValues": { ":words": { "S": "from a later version" } },
        });
        self.as_owner("DynamoDB_20120810.UpdateItem", body).await;
    }

    async fn as_owner(&self, target: &str, body: Value) -> String {
        // The stack looks at who signed, not at the signature.
        let signed = "AWS4-HMAC-SHA256 Credential=local/20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, \
                      Signature=0";
        let request = self
            .http()
            .post(self.stack_file().aws)
            .header("x-amz-target", target)
            .header("x-amz-date", "20261123T200000Z")
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", signed)
            .body(body.to_string());
        Answer::of(request).await.expect("the account answers").expecting(200).text
    }
}

impl Customer {
    /// The same person, writing to a number that was connected under test.
    pub fn writing_to_number(&self, number: &Number, channel_id: &str) -> Self {
        let channel = Channel {
            id: channel_id.to_owned(),
            waba_id: number.waba_id.clone(),
            phone_number_id: number.phone_number_id.clone(),
            display_phone_number: number.display_phone_number.clone(),
        };
        Self { channel, ..self.clone() }
    }
}

/// Fifteen digits that Meta never gave before.
fn fresh_meta_id() -> String {
    format!("9{:014}", Uuid::new_v4().as_u128() % 100_000_000_000_000)
}
