//! The Graph API: sending, by one call that can end in four ways, files in both directions, and what an account says of its
//! numbers and templates.
//!
//! For sending, Graph has no idempotency key. A message is therefore sent by exactly one request, never repeated here, and the caller
//! learns whether it was taken, refused, certainly never sent, or lost from sight.

mod account;
mod answer;
mod download;
pub mod errors;
mod media;
mod message;
mod templates;
mod upload;

use std::time::Duration;

use domain::{Identity, Wamid};
use reqwest::redirect;
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};

pub use account::{AccountError, ListedNumber};
pub use answer::{GraphError, More};
pub use download::{Download, DownloadError, Downloads};
pub use media::MediaFile;
pub use message::{OutgoingContent, OutgoingMessage};
pub use templates::{CreatedTemplate, TemplatePage};
pub use upload::{OutgoingFile, UploadResult};

/// The Graph API.
#[derive(Clone, Debug)]
pub struct Graph {
    http: reqwest::Client,
    base_url: String,
    version: String,
}

/// How a send ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// Meta took it; whether it is delivered, statuses tell.
    Sent {
        wamid: Wamid,
        /// The `wa_id` or business-scoped id that Meta names for the recipient; it may differ from what we wrote to.
        recipient: Option<Identity>,
    },
    /// Meta answered that it does not take it.
    Refused(GraphError),
    /// The request cannot have reached Meta: it may be sent again.
    NotSent(String),
    /// It may have been taken or not. Sending it again may send it twice.
    Unknown(String),
}

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for the Graph API could not be built")]
pub struct NoClient(#[from] reqwest::Error);

impl Graph {
    /// A client of `base_url` (such as `https://graph.facebook.com`) and `version` (such as `v24.0`). `timeout` covers a
    /// whole call, connecting included.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(base_url: &str, version: &str, timeout: Duration) -> Result<Self, NoClient> {
        let http = reqwest::Client::builder()
            .timeout(timeout)
            // Less than the whole, so that a connection that never comes about is told from an answer that doesn't.
            .connect_timeout(timeout / 2)
            .tls_backend_preconfigured(tls())
            // The token goes nowhere else.
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self { http, base_url: base_url.trim_end_matches('/').to_owned(), version: version.to_owned() })
    }

    /// Sends a message from a business number, by one request.
    pub async fn send_message(
        &self,
        phone_number_id: &str,
        token: &SecretString,
        message: &OutgoingMessage<'_>,
    ) -> SendResult {
        let url = format!("{}/{}/{phone_number_id}/messages", self.base_url, self.version);
        let request = self.http.post(url).bearer_auth(token.expose_secret()).json(&message.to_json());
        match request.send().await {
            Ok(response) => answer::read(response).await,
            Err(error) if error.is_connect() || error.is_builder() => SendResult::NotSent(describe(error)),
            Err(error) => SendResult::Unknown(describe(error)),
        }
    }
}

/// TLS with Mozilla's roots built in. reqwest's own would read and parse the system's bundle, which alone is most of a
/// function's start.
fn tls() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = ["h2", "http/1.1"].map(|protocol| protocol.as_bytes().to_vec()).into();
    tls
}

/// The error and its sources, without the address.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let sources = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}
