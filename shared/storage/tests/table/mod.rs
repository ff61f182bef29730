//! A new, empty table.

mod account;

use std::time::Duration;

use account::{TABLE, account};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use jiff::Timestamp;
use storage::Table;

pub(crate) async fn table() -> Table {
    tables().await(aws_smithy_http_client::Builder::new().build_http())
}

/// One table, by whichever client it is reached.
pub(crate) async fn tables() -> impl Fn(SharedHttpClient) -> Table {
    let account = account().await;
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    move |client| {
        let reached = account.clone().into_builder().http_client(client).retry_config(retries.clone()).build();
        Table::new(&reached, TABLE.into())
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-10T12:00:00Z".parse().unwrap()
}
