//! Members of a PATCH.

use serde::{Deserialize, Deserializer};

/// What a PATCH says about a member. Needs `#[serde(default)]` on the member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It is not there: it stays.
    #[default]
    Keep,
    /// It is `null`.
    Clear,
    Set(T),
}

impl<T> Change<T> {
    /// The value afterwards.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same change of what a value stands for.
    pub fn map<U>(self, read: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(read(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// For `#[serde(deserialize_with = "rest::present")]`: a member that may be `null` but must not be missing.
///
/// # Errors
/// The deserializer's.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        size: Change<u8>,
    }

    #[derive(Debug, Deserialize)]
    struct Owner {
        #[serde(deserialize_with = "present")]
        id: Option<u8>,
    }

    #[test]
    fn a_missing_member_stays_and_null_clears_it() {
        for (text, after) in [("{}", Some(1)), (r#"{"size":null}"#, None), (r#"{"size":2}"#, Some(2))] {
            let patch: Patch = serde_json::from_str(text).unwrap();
            assert_eq!(patch.size.apply(Some(1)), after, "{text}");
        }
    }

    #[test]
    fn a_member_that_must_be_there_may_be_null() {
        assert_eq!(serde_json::from_str::<Owner>(r#"{"id":null}"#).unwrap().id, None);
        assert!(serde_json::from_str::<Owner>("{}").unwrap_err().to_string().starts_with("missing field `id`"));
    }
}
