//! The table: DynamoDB on SQLite, in a thread of its own, since its calls block.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::storage::Storage;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::request::Parts;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::clock::StackClock;
use crate::template;

/// DynamoDB with the template's table.
#[derive(Clone)]
pub struct Table {
    file: PathBuf,
    address: SocketAddr,
    client: reqwest::Client,
}

impl Table {
    /// Opens the file, makes the table on the first run, and serves it.
    ///
    /// # Errors
    /// When the file is not ours or the table cannot be made.
    pub async fn open(file: &Path, table: &template::Table) -> anyhow::Result<Self> {
        let path = file.to_str().context("the data folder's name must be UTF-8")?;
        let database = Database::new(path).map_err(|error| anyhow!("{error}"))?;
        create(&database, table)?;
        // reqwest asks for a TLS provider even where no TLS is spoken; another one may be installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let executor = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        std::thread::Builder::new().name("table".into()).spawn(move || {
            executor.block_on(async {
                match TcpListener::from_std(listener) {
                    Ok(listener) => dynoxide::server::serve_on(listener, database).await,
                    Err(error) => tracing::error!(%error, "the table is not served"),
                }
            });
        })?;
        Ok(Self { file: file.to_owned(), address, client: reqwest::Client::builder().no_proxy().build()? })
    }

    /// Hands a request on and its answer back.
    pub(super) async fn forward(&self, parts: &Parts, body: Bytes) -> Response {
        let mut headers = parts.headers.clone();
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        let request = self.client.post(format!("http://{}/", self.address)).headers(headers).body(body);
        match answer(request).await {
            Ok(response) => response,
            Err(error) => {
                tracing::error!(%error, "the table does not answer");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// Deletes what has expired by the stack's clock; DynamoDB does so within days.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn sweep(&self, clock: &StackClock) -> anyhow::Result<usize> {
        let (file, clock) = (self.file.clone(), clock.clone());
        tokio::task::spawn_blocking(move || {
            let path = file.to_str().context("the data folder's name must be UTF-8")?;
            let storage = Storage::new(path).map_err(|error| anyhow!("{error}"))?.with_clock(Arc::new(Seconds(clock)));
            let executor = tokio::runtime::Builder::new_current_thread().build()?;
            let sweep = dynoxide::ttl::sweep_expired_items(&storage);
            executor.block_on(sweep).map_err(|error| anyhow!("{error}"))
        })
        .await?
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Response, reqwest::Error> {
    let answer = request.send().await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(Body::from(answer.bytes().await?));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().remove(TRANSFER_ENCODING);
    Ok(response)
}

fn create(database: &Database, table: &template::Table) -> anyhow::Result<()> {
    let exists = database.get_table_metadata(&table.name).map_err(|error| anyhow!("{error}"))?.is_some();
    if exists {
        return Ok(());
    }
    let request = CreateTableRequest::deserialize(&table.create).context("the template's table")?;
    database.create_table(request).map_err(|error| anyhow!("{error}")).context("the template's table")?;
    if let Some(attribute_name) = table.ttl_attribute.clone() {
        let specification = TimeToLiveSpecification { attribute_name, enabled: true };
        let request =
            UpdateTimeToLiveRequest { table_name: table.name.clone(), time_to_live_specification: specification };
        database.update_time_to_live(request).map_err(|error| anyhow!("{error}")).context("the table's expiry")?;
    }
    Ok(())
}

/// The stack's clock as the table reads it.
struct Seconds(StackClock);

impl Seconds {
    fn now(&self) -> Timestamp {
        self.0.now().max(Timestamp::UNIX_EPOCH)
    }
}

impl dynoxide::storage_backend::Clock for Seconds {
    fn now_unix_secs(&self) -> u64 {
        self.now().as_second().unsigned_abs()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_duration().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Move;
    use dynoxide::actions::get_item::GetItemRequest;
    use dynoxide::actions::put_item::PutItemRequest;
    use serde_json::json;

    #[tokio::test]
    async fn an_item_expires_when_the_stacks_clock_passes_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let clock = StackClock::open(&folder.path().join("clock"), jiff::SignedDuration::ZERO).unwrap();
        let file = folder.path().join("table.db");
        let table = Table::open(&file, &template::tests::template().table().unwrap()).await.unwrap();
        let database = Database::new(file.to_str().unwrap()).unwrap();
        let expires_at = clock.now().as_second() + 3_600;
        let put = json!({"TableName": "local-helpdesk", "Item": {
            "pk": {"S": "a"}, "sk": {"S": "b"}, "expires_at": {"N": expires_at.to_string()},
        }});
        database.put_item(PutItemRequest::deserialize(&put).unwrap()).unwrap();

        assert_eq!(table.sweep(&clock).await.unwrap(), 0);
        clock.shift(Move::Advance("PT2H".parse().unwrap())).unwrap();
        assert_eq!(table.sweep(&clock).await.unwrap(), 1);

        let get = json!({"TableName": "local-helpdesk", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}});
        assert!(database.get_item(GetItemRequest::deserialize(&get).unwrap()).unwrap().item.is_none());
    }
}
