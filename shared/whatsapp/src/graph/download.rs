//! Files on their way from Meta, piece by piece. The token goes to the hosts that were named and nowhere else.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Response, StatusCode, Url, redirect};
use secrecy::{ExposeSecret, SecretString};

use super::{NoClient, describe, tls};

/// Where files may be fetched from.
#[derive(Clone, Debug)]
pub struct Downloads {
    http: reqwest::Client,
    hosts: Hosts,
}

/// A file whose bytes are coming.
#[derive(Debug)]
pub struct Download(Response);

/// Why a file does not come.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The address is past its five minutes, or the file is gone.
    #[error("Meta has nothing at this address (any more)")]
    Gone,
    /// Meta does not accept the token.
    #[error("Meta does not let us have it: HTTP {0}")]
    Denied(u16),
    /// The address leads to a host that was not named; nothing was sent there.
    #[error("it lies at {0:?}, which is not among the hosts that files may come from")]
    OtherHost(String),
    /// Meta answered something else.
    #[error("Meta answered with HTTP {0}")]
    Refused(u16),
    /// The connection did not come about, broke, or stood still.
    #[error("the connection failed: {0}")]
    Broken(String),
}

/// Meta needs a name to be told, or it gives no file.
const USER_AGENT: &str = concat!("whatsapp-helpdesk/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two pieces; the whole may take as long as it takes.
const STILL_FOR: Duration = Duration::from_secs(20);
/// Redirects that are followed, among the named hosts only.
const REDIRECTS: usize = 3;

impl Downloads {
    /// Downloads from the hosts that `hosts` names, separated by commas (`lookaside.fbsbx.com`, with a port where it is not
    /// the usual one), and from the host of `base_url`, which gets the token anyway.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(base_url: &str, hosts: &str) -> Result<Self, NoClient> {
        let hosts = Hosts::new(base_url, hosts);
        let allowed = hosts.clone();
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(STILL_FOR)
            .tls_backend_preconfigured(tls())
            // What is stopped is answered as it came. The token is not taken along to another host.
            .redirect(redirect::Policy::custom(move |attempt| {
                match attempt.previous().len() <= REDIRECTS && allowed.hold(attempt.url()) {
                    true => attempt.follow(),
                    false => attempt.stop(),
                }
            }))
            .build()?;
        Ok(Self { http, hosts })
    }

    /// Begins a download.
    ///
    /// # Errors
    /// [`DownloadError`]. Nothing is sent to a host that was not named.
    pub async fn begin(&self, url: &str, token: &SecretString) -> Result<Download, DownloadError> {
        let url = Url::parse(url).map_err(|_| DownloadError::OtherHost(String::new()))?;
        if !self.hosts.hold(&url) {
            return Err(other_host(&url));
        }
        let first = authority(&url);
        let request = self.http.get(url).bearer_auth(token.expose_secret());
        let response = request.send().await.map_err(|error| DownloadError::Broken(describe(error)))?;
        match response.status() {
            status if status.is_success() => Ok(Download(response)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(DownloadError::Gone),
            status if status.is_redirection() => Err(other_host(&target(&response).unwrap_or(response.url().clone()))),
            // Another host never saw the token, so what it says of it means nothing.
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) if authority(response.url()) == first => {
                Err(DownloadError::Denied(status.as_u16()))
            }
            status => Err(DownloadError::Refused(status.as_u16())),
        }
    }
}

impl Download {
    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// [`DownloadError::Broken`] also when it ends before Meta said it would.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, DownloadError> {
        self.0.chunk().await.map_err(|error| DownloadError::Broken(describe(error)))
    }
}

/// Exact names of hosts, with a port where it is not the usual one.
#[derive(Clone, Debug)]
struct Hosts {
    named: Vec<String>,
    /// `https`, unless Graph itself is spoken to otherwise, as a simulator is.
    scheme: String,
}

impl Hosts {
    fn new(base_url: &str, list: &str) -> Self {
        let base = Url::parse(base_url).ok();
        let listed = list.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_ascii_lowercase);
        Self {
            named: listed.chain(base.as_ref().and_then(authority)).collect(),
            scheme: base.map_or_else(|| "https".to_owned(), |base| base.scheme().to_owned()),
        }
    }

    fn hold(&self, url: &Url) -> bool {
        let scheme = url.scheme() == "https" || url.scheme() == self.scheme;
        let anonymous = url.username().is_empty() && url.password().is_none();
        scheme && anonymous && authority(url).is_some_and(|authority| self.named.contains(&authority))
    }
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn other_host(url: &Url) -> DownloadError {
    DownloadError::OtherHost(authority(url).unwrap_or_default())
}

/// Where a redirect leads.
fn target(response: &Response) -> Option<Url> {
    let location = response.headers().get(reqwest::header::LOCATION)?.to_str().ok()?;
    response.url().join(location).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(base_url: &str, url: &str) -> bool {
        Hosts::new(base_url, " lookaside.fbsbx.com, Media.example:8443 ").hold(&Url::parse(url).expect("an address"))
    }

    #[test]
    fn a_host_is_one_of_those_named_exactly() {
        let graph = "https://graph.facebook.com";
        for url in [
            "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
            "https://LOOKASIDE.fbsbx.com:443/",
            "https://media.example:8443/",
            "https://graph.facebook.com/1",
        ] {
            assert!(held(graph, url), "{url}");
        }
        for url in [
            "http://lookaside.fbsbx.com/",
            "https://evil-lookaside.fbsbx.com/",
            "https://lookaside.fbsbx.com.evil.example/",
            "https://fbsbx.com/",
            "https://lookaside.fbsbx.com./",
            "https://lookaside.fbsbx.com:8443/",
            "https://lookaside.fbsbx.com@evil.example/",
            "https://user:password@lookaside.fbsbx.com/",
            "https://media.example/",
            "https://127.0.0.1/",
            "ftp://lookaside.fbsbx.com/",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(!held(graph, url), "{url}");
        }
    }

    #[test]
    fn without_tls_only_where_graph_itself_has_none() {
        assert!(held("http://127.0.0.1:7401", "http://127.0.0.1:7401/x"));
        assert!(!held("http://127.0.0.1:7401", "http://127.0.0.1:7402/x"));
        assert!(!held("https://127.0.0.1:7401", "http://127.0.0.1:7401/x"));
    }
}
