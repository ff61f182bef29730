//! Pages and the cursors that lead from one to the next.
//!
//! A cursor is opaque to clients, names its kind of list, and has no tenant in it: the list it is used with decides whose
//! it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, C> {
    pub data: Vec<T>,
    /// Leads to the rest; nothing at the end.
    pub next: Option<C>,
}

/// Which end a list begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    OldestFirst,
    NewestFirst,
}

/// Why a text is not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list: use `next_cursor` as it was given, or leave it away to begin anew")]
pub struct InvalidCursor;

/// Above what any of ours needs; the longest names a template.
const MAX_LENGTH: usize = 1_000;

/// The text of a cursor: the `kind` of list and its version, then where it goes on.
pub(crate) fn encode(kind: &str, place: &str) -> String {
    format!("{kind}.{}", URL_SAFE_NO_PAD.encode(place))
}

/// Where a list of this `kind` goes on.
pub(crate) fn decode(kind: &str, text: &str) -> Result<String, InvalidCursor> {
    let rest = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')).ok_or(InvalidCursor)?;
    if rest.len() > MAX_LENGTH {
        return Err(InvalidCursor);
    }
    let bytes = URL_SAFE_NO_PAD.decode(rest).map_err(|_| InvalidCursor)?;
    String::from_utf8(bytes).map_err(|_| InvalidCursor)
}
