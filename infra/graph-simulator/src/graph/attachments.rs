//! The download behind a media URL, with the same token as the call that gave it.

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::access;
use super::error::MetaError;
use crate::media;
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
    Ok(([(CONTENT_TYPE, media.mime_type)], media.bytes).into_response())
}
