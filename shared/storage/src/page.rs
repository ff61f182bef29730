//! Pages and the cursors that lead from one to the next.
//!
//! A cursor is opaque to clients, names its kind of list, and has no tenant in it: the list it is used with decides whose
//! it is.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::StorageError;
use crate::item::Attributes;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, C> {
    pub data: Vec<T>,
    /// Leads to the rest; nothing at the end.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// At most `limit` of what a query finds behind the key `start`, as `read` understands it; the rest is found by the
    /// `cursor` of the last.
    pub(crate) async fn of(
        query: QueryFluentBuilder,
        limit: u16,
        start: Option<Attributes>,
        read: impl Fn(Attributes) -> Result<T, StorageError>,
        cursor: impl FnOnce(&T) -> C,
    ) -> Result<Self, StorageError> {
        let query = query.limit(limit.into()).set_exclusive_start_key(start);
        let answer = query.send().await.map_err(StorageError::unavailable("Query"))?;
        let more = answer.last_evaluated_key().is_some();
        let found = answer.items.unwrap_or_default().into_iter();
        let data: Vec<T> = found.map(read).collect::<Result<_, _>>()?;
        let next = data.last().filter(|_| more).map(cursor);
        Ok(Self { data, next })
    }
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

#[cfg(test)]
mod tests {
    use std::fmt::Display;
    use std::str::FromStr;

    use proptest::prelude::*;

    use super::*;
    use crate::{ChannelCursor, MessageCursor, TicketCursor};

    /// Whether it is a cursor of this list; if so it has only this spelling.
    fn is_taken_as<C: FromStr<Err = InvalidCursor> + Display>(text: &str) -> bool {
        let cursor = text.parse::<C>().ok();
        cursor.inspect(|cursor| assert_eq!(cursor.to_string(), text)).is_some()
    }

    fn lists_that_take(text: &str) -> usize {
        let taken =
            [is_taken_as::<ChannelCursor>(text), is_taken_as::<MessageCursor>(text), is_taken_as::<TicketCursor>(text)];
        taken.into_iter().filter(|taken| *taken).count()
    }

    /// Places as lists have them, and others that are nearly so.
    fn places() -> impl Strategy<Value = String> {
        let number = prop_oneof!["[0-9]{10,15}", "[+-]?[0-9]{0,22}"];
        let id = prop_oneof!["(tkt|chn)_[0-9a-f]{32}", "(tkt|chn|msg)?_?[0-9A-Fa-f-]{0,36}"];
        prop_oneof![
            ("[0-9+]{12}", "[0-9+]{10}").prop_map(|(second, sequence)| format!("{second}.{sequence}")),
            (number, id.clone()).prop_map(|(number, id)| format!("{number}#{id}")),
            id,
        ]
    }

    proptest! {
        #[test]
        fn a_text_is_a_cursor_of_one_list_at_most_and_in_one_spelling(
            text in any::<String>(), kind in "[cmt][012]", place in places(),
        ) {
            prop_assert_eq!(lists_that_take(&text), 0);
            prop_assert!(lists_that_take(&encode(&kind, &place)) <= 1);
            prop_assert_eq!(lists_that_take(&format!("{kind}.{place}")), 0);
        }

        #[test]
        fn a_place_of_a_list_is_read_back(millis in 0u64..1_000_000_000_000, id in "[0-9a-f]{32}") {
            prop_assert_eq!(lists_that_take(&encode("t1", &format!("{millis:015}#tkt_{id}"))), 1);
            prop_assert_eq!(lists_that_take(&encode("m1", &format!("{millis:012}.{:010}", millis % 7))), 1);
            prop_assert_eq!(lists_that_take(&encode("c1", &format!("chn_{id}"))), 1);
        }
    }

    #[test]
    fn a_text_that_is_far_too_long_is_not_even_decoded() {
        assert_eq!(decode("t1", &format!("t1.{}", "A".repeat(1_000_000))), Err(InvalidCursor));
    }
}
