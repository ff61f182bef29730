//! A new, empty table.

mod account;

use account::{TABLE, account};
use jiff::Timestamp;
use storage::Table;

pub(crate) async fn table() -> Table {
    Table::new(&account().await, TABLE.into())
}

pub(crate) fn now() -> Timestamp {
    "2026-11-10T12:00:00Z".parse().unwrap()
}
