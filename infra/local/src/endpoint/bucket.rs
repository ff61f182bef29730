//! The bucket: a folder behind S3's protocol.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use axum::body::Body;
use axum::extract::{Query, Request};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tower::ServiceExt;

use super::{OWNER, request};
use crate::function::Credentials;

/// S3 for the template's bucket.
#[derive(Clone)]
pub struct Bucket(S3Service);

impl Bucket {
    /// The bucket `name` below `folder`, for whoever signs with one of these key pairs.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: &Path, name: &str, credentials: &BTreeMap<String, Credentials>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder.join(name))?;
        let files =
            FileSystem::new(folder).map_err(|error| anyhow::anyhow!("{error:?}")).context("the bucket's folder")?;
        let mut auth = SimpleAuth::from_single(OWNER, OWNER);
        for pair in credentials.values() {
            auth.register(pair.access_key_id.clone(), pair.secret_access_key.as_str().into());
        }
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(auth);
        Ok(Self(builder.build()))
    }

    pub(super) async fn answer(&self, request: Request) -> Response {
        // They matter to the lifecycle, which does not run here.
        if request::is_about_tags(&request) {
            return StatusCode::OK.into_response();
        }
        let wished = wished(&request);
        match self.0.clone().oneshot(request).await {
            Ok(response) if response.status().is_success() => with(response.map(Body::new), wished),
            Ok(response) => response.map(Body::new),
            Err(error) => {
                tracing::error!(?error, "the bucket does not answer");
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "We encountered an internal error.")
            }
        }
    }
}

/// The headers that a GET asks to be answered with. The stand-in reads them, since they are signed, and forgets them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
fn wished(request: &Request) -> Vec<(HeaderName, HeaderValue)> {
    const WISHES: [(&str, HeaderName); 3] = [
        ("response-cache-control", CACHE_CONTROL),
        ("response-content-disposition", CONTENT_DISPOSITION),
        ("response-content-type", CONTENT_TYPE),
    ];
    let query: Query<BTreeMap<String, String>> = Query::try_from_uri(request.uri()).unwrap_or_default();
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let wishes = WISHES.into_iter().filter(|_| reads);
    wishes.filter_map(|(name, header)| Some((header, HeaderValue::from_str(query.get(name)?).ok()?))).collect()
}

fn with(mut response: Response, headers: Vec<(HeaderName, HeaderValue)>) -> Response {
    response.headers_mut().extend(headers);
    response
}

/// The stand-in would follow `..` out of its folder.
pub(super) fn is_sound(path: &str) -> bool {
    let lower = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    !lower.split('/').any(|segment| segment == "..")
}

/// An error as S3 writes it.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"#
    );
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_climbs_is_refused_in_every_spelling() {
        for path in ["/b/../x", "/b/a/..", "/b/%2e%2E/x", "/b/a%2F..%2Fx", "/b/.%2e/x"] {
            assert!(!is_sound(path), "{path}");
        }
        for path in ["/b/spill/1", "/b/a..b", "/b/...", "/"] {
            assert!(is_sound(path), "{path}");
        }
    }
}
