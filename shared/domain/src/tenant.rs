//! A tenant: one company.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ids::TenantId;

/// A company and the settings it chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    /// A message that comes less than this after its ticket was closed reopens it; without it a new ticket is made (F8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopen_within: Option<SignedDuration>,
    /// Counts the edits, for `If-Match`.
    #[serde(default)]
    pub version: u64,
}
