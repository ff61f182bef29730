//! What Meta thinks of the business behind an account.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::store::{choice, choose};

/// What is told of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    /// `verified`, `not_verified`, `pending` …
    pub(crate) verification: String,
    /// `TIER_250`, `TIER_UNLIMITED` …
    pub(crate) messaging_limit: String,
}

/// A business that nobody spoke of is in order.
impl Default for Account {
    fn default() -> Self {
        Self { verification: "verified".to_owned(), messaging_limit: "TIER_UNLIMITED".to_owned() }
    }
}

pub(crate) fn find(db: &Connection, waba_id: &str) -> rusqlite::Result<Account> {
    let known = choice(db, &name(waba_id))?;
    Ok(known.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

pub(crate) fn save(db: &Connection, waba_id: &str, account: &Account) -> rusqlite::Result<()> {
    choose(db, &name(waba_id), &serde_json::json!(account).to_string())
}

fn name(waba_id: &str) -> String {
    format!("account/{waba_id}")
}
