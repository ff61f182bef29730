//! The download behind a media URL, with the same token as the call that gave it.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;

use super::access;
use super::error::MetaError;
use crate::media::{self, Content};
use crate::simulator::Simulator;

#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    mid: String,
    /// When the URL expires, in Unix seconds.
    ext: i64,
}

/// 404 for a URL that is past its 5 minutes.
pub(super) async fn download(
    State(simulator): State<Simulator>,
    Query(wanted): Query<Attachment>,
    headers: HeaderMap,
) -> Result<Response, MetaError> {
    let now = simulator.shared().now();
    let db = simulator.shared().store.lock();
    let found = media::find(&db, &wanted.mid, now)?.filter(|_| now.as_second() < wanted.ext);
    let Some(media) = found else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    access::number(&db, &headers, &media.phone_number_id)?;
    let body = match media::content(&db, &media)? {
        Content::Kept(bytes) => Body::from(bytes),
        Content::Generated(file) => Body::from_stream(stream::iter(file.pieces().map(Ok::<_, Infallible>))),
    };
    Ok(([(CONTENT_TYPE, media.mime_type), (CONTENT_LENGTH, media.size.to_string())], body).into_response())
}
