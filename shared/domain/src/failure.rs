//! Why a message was not sent or not delivered, in words an agent can act on.

use serde::{Deserialize, Serialize};

/// What an agent is shown of a failed message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Meta's error code in decimal, or a stable name of our own.
    pub code: String,
    /// What went wrong.
    pub reason: String,
    /// What to do about it.
    pub advice: String,
}
