//! The lines of a period, page by page.

use std::fmt;
use std::str::FromStr;

use domain::allowance::{LedgerEntry, PeriodId};
use uuid::Uuid;

use super::{id, read_entry};
use crate::error::StorageError;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;

/// The line after which a ledger goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerCursor(Uuid);

impl LedgerCursor {
    const KIND: &str = "e1";
}

impl fmt::Display for LedgerCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0.simple().to_string()))
    }
}

impl FromStr for LedgerCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let place = page::decode(Self::KIND, text)?;
        let id = Uuid::try_parse(&place).map_err(|_| InvalidCursor)?;
        Some(Self(id)).filter(|_| id.simple().to_string() == place).ok_or(InvalidCursor)
    }
}

impl Tenancy {
    /// What was counted in a period, the first first.
    pub async fn ledger(
        &self,
        period: PeriodId,
        limit: u16,
        after: Option<&LedgerCursor>,
    ) -> Result<Page<LedgerEntry, LedgerCursor>, StorageError> {
        let start = after.map(|LedgerCursor(id)| self.keys.ledger(period, *id).attributes());
        let query = self.query(self.keys.ledger(period, Uuid::nil()).pk, "ENTRY#");
        Page::of(query, limit, start, read_entry, |last| LedgerCursor(id(last))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuditCursor;

    #[test]
    fn a_cursor_is_read_back_as_it_was_given_and_no_other_list_takes_it() {
        let cursor = LedgerCursor(Uuid::from_u128(7));
        let text = cursor.to_string();
        assert_eq!(text.parse(), Ok(cursor));
        assert_eq!(text.parse::<AuditCursor>(), Err(InvalidCursor));
        for place in ["", "7", "00000000-0000-0000-0000-000000000007", "0000000000000000000000000000000A"] {
            assert_eq!(page::encode(LedgerCursor::KIND, place).parse::<LedgerCursor>(), Err(InvalidCursor), "{place}");
        }
    }
}
