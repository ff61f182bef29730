//! What a tenant's admins have to hear, once, by months (F7, F23, F45).

use std::fmt;
use std::str::FromStr;

use domain::audit::Month;
use domain::notice::{About, Notice};
use jiff::{SignedDuration, Timestamp};

use crate::error::StorageError;
use crate::item::{self, number, text};
use crate::key::Key;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// How long a notice is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The notice after which a month's list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeCursor(String);

impl NoticeCursor {
    const KIND: &str = "n1";
}

impl fmt::Display for NoticeCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0))
    }
}

impl FromStr for NoticeCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        page::decode(Self::KIND, text).map(Self)
    }
}

impl Tenancy {
    /// What was to be heard in a month, the latest first; the gaps of a day stand before what else was in it.
    pub async fn notices(
        &self,
        month: Month,
        limit: u16,
        after: Option<&NoticeCursor>,
    ) -> Result<Page<Notice, NoticeCursor>, StorageError> {
        let start = after.map(|NoticeCursor(id)| self.keys.notice(month, id).attributes());
        let query = self.query(self.keys.notice(month, "").pk, "TOLD#").scan_index_forward(false);
        let read = |found| item::read("notice", found);
        Page::of(query, limit, start, read, |last| NoticeCursor(id(last))).await
    }

    fn notice_key(&self, notice: &Notice) -> Key {
        self.keys.notice(Month::of(notice.at), &id(notice))
    }
}

impl Transaction {
    /// Keeps a notice; the table's stream tells of it. Keeping it twice leaves one.
    pub(crate) fn record_notice(&mut self, notice: &Notice) {
        let key = self.tenancy.notice_key(notice);
        let item = item::write(&key, "notice", notice).map(|mut item| {
            item::expire(&mut item, notice.at + KEPT);
            item
        });
        self.put_always(item);
    }

    /// So many gaps more were found on the day of `at`.
    pub(crate) fn notice_gaps(&mut self, at: Timestamp, count: u64) {
        let about = About::GapsFound { count };
        let kind = about.name();
        let key = self.tenancy.notice_key(&Notice { at, about });
        let change = "SET kind = :kind, #at = if_not_exists(#at, :at), expires_at = :until ADD #count :more";
        let until = number(u64::try_from((at + KEPT).as_second()).unwrap_or(u64::MAX));
        let values =
            [(":kind", text(kind)), (":at", text(at.to_string())), (":until", until), (":more", number(count))];
        self.update_naming(&key, change, [("#at", "at"), ("#count", "count")], values);
    }
}

/// Its place in its month: by its time and what it is about. The gaps of a day are one notice, at its end.
fn id(notice: &Notice) -> String {
    match &notice.about {
        // `~` stands behind every time of the day.
        About::GapsFound { .. } => format!("{}~gaps", notice.at.strftime("%Y-%m-%d")),
        About::AllowanceReached { percent, .. } => format!("{}#allowance_{percent}", notice.at),
        about => format!("{}#{}", notice.at, about.channel_id().map_or_else(String::new, |id| id.to_string())),
    }
}
