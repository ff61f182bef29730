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

/// What stands in a list, be it readable or not: for whoever must not be kept from the rest by it.
#[derive(Debug)]
pub struct Listed<P, T> {
    pub place: P,
    pub read: Result<T, StorageError>,
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
    use crate::{
        AuditCursor, ChannelCursor, ContactCursor, GapCursor, LedgerCursor, LibraryCursor, MessageCursor, NoticeCursor,
        RecipientCursor, TemplateCursor, TicketCursor,
    };

    /// Whether it is a cursor of this list; if so it has only this spelling.
    fn is_taken_as<C: FromStr<Err = InvalidCursor> + Display>(text: &str) -> bool {
        let cursor = text.parse::<C>().ok();
        cursor.inspect(|cursor| assert_eq!(cursor.to_string(), text)).is_some()
    }

    /// The kinds of a list's cursors, and whether a text is one.
    type List = (&'static [&'static str], fn(&str) -> bool);

    /// Every list.
    const LISTS: [List; 11] = [
        (&["a1"], is_taken_as::<AuditCursor>),
        (&["c1"], is_taken_as::<ChannelCursor>),
        (&["p1"], is_taken_as::<ContactCursor>),
        (&["g1"], is_taken_as::<GapCursor>),
        (&["e1"], is_taken_as::<LedgerCursor>),
        (&["l1"], is_taken_as::<LibraryCursor>),
        (&["m1"], is_taken_as::<MessageCursor>),
        (&["n1"], is_taken_as::<NoticeCursor>),
        (&["r1"], is_taken_as::<RecipientCursor>),
        (&["w1"], is_taken_as::<TemplateCursor>),
        (&["t1", "s1"], is_taken_as::<TicketCursor>),
    ];

    /// The lists that take it, by the first kind of their cursors.
    fn lists_that_take(text: &str) -> Vec<&'static str> {
        LISTS.iter().filter(|(_, takes)| takes(text)).map(|(kinds, _)| kinds[0]).collect()
    }

    fn a_kind() -> impl Strategy<Value = &'static str> {
        let kinds: Vec<&str> = LISTS.iter().flat_map(|(kinds, _)| kinds.iter().copied()).collect();
        prop::sample::select(kinds)
    }

    /// A place that its list has, and the kind of its cursor.
    fn places_of_lists() -> impl Strategy<Value = (&'static str, String)> {
        let id = "[0-9a-f]{32}";
        prop_oneof![
            id.prop_map(|id| ("a1", format!("aud_{id}"))),
            id.prop_map(|id| ("c1", format!("chn_{id}"))),
            id.prop_map(|id| ("p1", format!("con_{id}"))),
            id.prop_map(|id| ("g1", format!("file_not_fetched#msg_{id}"))),
            id.prop_map(|id| ("e1", id)),
            id.prop_map(|id| ("l1", format!("lib_{id}"))),
            (0u64..1_000_000_000_000, 0u64..10_000_000_000).prop_map(|(at, nth)| ("m1", format!("{at:012}.{nth:010}"))),
            (0u64..1_000_000_000_000, id).prop_map(|(at, id)| ("m1", format!("{at:012}.0000000001#thr_{id}"))),
            id.prop_map(|id| ("n1", format!("2026-11-10T12:00:00Z#chn_{id}"))),
            any::<u32>().prop_map(|nth| ("r1", nth.to_string())),
            "[0-9]{15}#[a-z]{2}#[a-z_]{1,40}".prop_map(|name| ("w1", name)),
            (prop::sample::select(&["t1", "s1"][..]), 0u64..1_000_000_000_000, id)
                .prop_map(|(kind, at, id)| (kind, format!("{at:015}#tkt_{id}"))),
        ]
    }

    /// Places that are nearly so.
    fn places() -> impl Strategy<Value = String> {
        let number = prop_oneof!["[0-9]{10,15}", "[+-]?[0-9]{0,22}"];
        let id = prop_oneof!["(tkt|chn|con)_[0-9a-f]{32}", "(tkt|chn|msg|lib|aud)?_?[0-9A-Fa-f-]{0,36}"];
        prop_oneof![
            ("[0-9+]{12}", "[0-9+]{10}").prop_map(|(second, sequence)| format!("{second}.{sequence}")),
            (number, id.clone()).prop_map(|(number, id)| format!("{number}#{id}")),
            id,
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn a_text_is_a_cursor_of_one_list_at_most_and_in_one_spelling(
            text in any::<String>(), kind in a_kind(), other in "[a-z]{1,2}[0-9]", place in places(),
        ) {
            prop_assert!(lists_that_take(&text).is_empty());
            prop_assert!(lists_that_take(&encode(kind, &place)).len() <= 1);
            prop_assert!(lists_that_take(&encode(&other, &place)).len() <= 1);
            let no_base64 = format!("{kind}.{place}#");
            prop_assert!(lists_that_take(&no_base64).is_empty());
        }

        #[test]
        fn bytes_that_are_no_text_are_no_cursor(kind in a_kind(), mut bytes in any::<Vec<u8>>()) {
            bytes.push(0xff);
            let text = format!("{kind}.{}", URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(lists_that_take(&text).is_empty());
        }

        #[test]
        fn a_list_takes_its_own_cursors_and_no_others((kind, place) in places_of_lists()) {
            let own = LISTS.iter().find(|(kinds, _)| kinds.contains(&kind)).map(|(kinds, _)| kinds[0]);
            prop_assert_eq!(lists_that_take(&encode(kind, &place)), Vec::from_iter(own));
        }
    }

    #[test]
    fn a_text_that_is_far_too_long_is_not_even_decoded() {
        assert_eq!(decode("t1", &format!("t1.{}", "A".repeat(1_000_000))), Err(InvalidCursor));
    }
}
