//! A new, empty table that keeps DynamoDB's conditions and transactions.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use jiff::Timestamp;
use serde_json::{Value, json};
use storage::Table;

pub(crate) async fn table() -> Table {
    tables().await(aws_smithy_http_client::Builder::new().build_http())
}

/// One table, by whichever client it is reached.
pub(crate) async fn tables() -> impl Fn(SharedHttpClient) -> Table {
    let database = Database::memory().unwrap();
    let attribute = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let keys = |hash: &str, range: &str| -> Value {
        json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }])
    };
    let attributes = ["pk", "sk", "due_pk", "due_sk"].map(attribute);
    let table: CreateTableRequest = serde_json::from_value(json!({
        "TableName": "helpdesk",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": keys("pk", "sk"),
        "GlobalSecondaryIndexes": [{
            "IndexName": "due", "KeySchema": keys("due_pk", "due_sk"), "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
    }))
    .unwrap();
    database.create_table(table).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    move |client| {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "test")))
            .endpoint_url(&url)
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .http_client(client)
            .build();
        Table::new(&config, "helpdesk".into())
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-10T12:00:00Z".parse().unwrap()
}
