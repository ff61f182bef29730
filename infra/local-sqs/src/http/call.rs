use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::problem::Problem;
use crate::{ACCOUNT_ID, Error, Queues};

/// An answer's JSON.
pub(super) type Reply = Vec<u8>;

/// One request.
pub(super) struct Call<'a> {
    pub(super) queues: &'a Queues,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Call<'a> {
    pub(super) fn new(queues: &'a Queues, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { queues, headers, body }
    }

    /// `SendMessage` of `X-Amz-Target: AmazonSQS.SendMessage`; empty where there is none.
    pub(super) fn action(&self) -> &str {
        let target = self.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        target.and_then(|target| target.strip_prefix("AmazonSQS.")).unwrap_or_default()
    }

    pub(super) fn parameters<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(self.body).map_err(|error| Problem::unreadable(&error))
    }

    /// The name of the queue that the request is about: the last segment of its URL.
    pub(super) fn queue(&self) -> Result<String, Problem> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Target {
            queue_url: Option<String>,
        }

        let url = self.parameters::<Target>()?.queue_url.ok_or(Error::MissingParameter("QueueUrl"))?;
        Ok(url.rsplit('/').next().unwrap_or_default().to_owned())
    }

    pub(super) fn url_of(&self, queue: &str) -> String {
        let host = self.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        format!("http://{host}/{ACCOUNT_ID}/{queue}")
    }
}

pub(super) fn reply(answer: &impl Serialize) -> Result<Reply, Problem> {
    Ok(serde_json::to_vec(answer).map_err(Error::from)?)
}

/// The answer of actions that say nothing.
pub(super) fn done() -> Reply {
    b"{}".to_vec()
}
