//! Answers that go wrong on their way, after their headers.

use std::io;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};

/// The connection breaks in the middle of the body.
pub(super) fn cut_in_half(response: Response) -> Response {
    changed(response, |pieces, length| {
        let rest = (pieces.boxed(), length / 2);
        stream::unfold(rest, async |(mut pieces, left)| {
            let piece = match pieces.next().await {
                Some(Ok(piece)) if left > 0 => piece,
                _ => return Some((Err(io::Error::other("a fault cut the answer")), (pieces, 0))),
            };
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            Some((Ok(piece.slice(..length)), (pieces, left - length as u64)))
        })
    })
}

/// One byte is another than it should be.
pub(super) fn with_a_wrong_byte(response: Response) -> Response {
    changed(response, |pieces, _| {
        pieces.enumerate().map(|(number, piece)| match piece {
            Ok(piece) if number == 0 => Ok(spoiled(&piece)),
            other => other,
        })
    })
}

/// So long passes before each piece.
pub(super) fn slowly(response: Response, pause: Duration) -> Response {
    changed(response, move |pieces, _| {
        pieces.then(move |piece| async move {
            tokio::time::sleep(pause).await;
            piece
        })
    })
}

/// The same answer, as far as its headers tell, with other pieces.
fn changed<S>(response: Response, change: impl FnOnce(Pieces, u64) -> S) -> Response
where
    S: Stream<Item = io::Result<Bytes>> + Send + 'static,
{
    let (mut head, body) = response.into_parts();
    let told = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length: u64 = told.or(body.size_hint().exact()).unwrap_or_default();
    head.headers.insert(CONTENT_LENGTH, length.into());
    let pieces = body.into_data_stream().map(|piece| piece.map_err(io::Error::other)).boxed();
    Response::from_parts(head, Body::from_stream(change(pieces, length)))
}

type Pieces = stream::BoxStream<'static, io::Result<Bytes>>;

fn spoiled(piece: &Bytes) -> Bytes {
    let mut bytes = BytesMut::from(&piece[..]);
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    bytes.freeze()
}
