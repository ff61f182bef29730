//! Meta's words about templates, in lower case. A word that nobody knows yet is kept.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$of])* $variant,)+
            /// A word that is not known here, in lower case.
            Other(String),
        }

        impl $name {
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            /// Reads a word in any case.
            fn from(word: &str) -> Self {
                match word.to_lowercase().as_str() {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Where a template stands in Meta's review.
    Status {
        Approved = "approved",
        /// Meta reviews it.
        Pending = "pending",
        Rejected = "rejected",
        /// For three hours, then for six, because recipients do not like it.
        Paused = "paused",
        /// After two pauses, for good.
        Disabled = "disabled",
        /// Approved, and about to be paused or disabled.
        Flagged = "flagged",
        Locked = "locked",
        InAppeal = "in_appeal",
        LimitExceeded = "limit_exceeded",
        PendingDeletion = "pending_deletion",
        Deleted = "deleted",
        /// Unused for twelve months; deleted 28 days later.
        Archived = "archived",
    }
}

words! {
    /// What a template is for; decides its price, and whether an opt-out concerns it.
    Category {
        Marketing = "marketing",
        Utility = "utility",
        Authentication = "authentication",
    }
}

words! {
    /// How recipients like it.
    Quality {
        Green = "green",
        Yellow = "yellow",
        Red = "red",
        /// Nobody has said yet.
        Unknown = "unknown",
    }
}

/// How variables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterFormat {
    /// `{{1}}`, `{{2}}` …
    #[default]
    Positional,
    /// `{{order_number}}`
    Named,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_in_any_case_and_one_that_nobody_knows_is_kept() {
        assert_eq!(Status::from("PENDING_DELETION"), Status::PendingDeletion);
        assert_eq!(Status::from("ON_HOLIDAY").as_str(), "on_holiday");
        let read: Status = serde_json::from_str("\"on_holiday\"").expect("a word");
        assert_eq!(serde_json::to_string(&read).expect("a text"), "\"on_holiday\"");
    }
}
