//! Pages and the cursors that lead from one to the next.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::item::Attributes;
use crate::key::Key;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Leads to the rest; nothing at the end.
    pub next: Option<Cursor>,
}

/// Which end a list begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    OldestFirst,
    NewestFirst,
}

/// The sort key after which a list goes on. Opaque to clients, and without a tenant in it: the list it is used with
/// decides whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

/// Why a text is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list: use `next_cursor` as it was given, or leave it away to begin anew")]
pub struct InvalidCursor;

impl Cursor {
    /// The first characters of every cursor of this version.
    const VERSION: &'static str = "1.";
    /// A DynamoDB sort key has at most 1,024 bytes.
    const MAX_LENGTH: usize = 1_500;

    pub(crate) fn new(sort_key: String) -> Self {
        Self(sort_key)
    }

    pub(crate) fn of(last: Option<&Attributes>, attribute: &str) -> Option<Self> {
        last?.get(attribute)?.as_s().ok().cloned().map(Self)
    }

    pub(crate) fn sort_key(&self) -> &str {
        &self.0
    }
}

impl Key {
    /// The same partition, at a cursor.
    pub(crate) fn at_sort_key(self, cursor: &Cursor) -> Self {
        Self { sk: cursor.0.clone(), ..self }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::VERSION, URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let encoded = text.strip_prefix(Self::VERSION).filter(|rest| rest.len() <= Self::MAX_LENGTH);
        let bytes = URL_SAFE_NO_PAD.decode(encoded.ok_or(InvalidCursor)?).map_err(|_| InvalidCursor)?;
        let sort_key = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        if sort_key.is_empty() || sort_key.len() > 1_024 {
            return Err(InvalidCursor);
        }
        Ok(Self(sort_key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_given_and_a_made_up_one_is_refused() {
        let cursor = Cursor::new("MESSAGE#000001764000.0000000001".into());
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "1.", "2.abc", "1.!!", "MESSAGE#1"] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text:?}");
        }
    }
}
