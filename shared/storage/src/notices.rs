//! What a tenant's admins have to hear, once (F7).

use domain::audit::Month;
use domain::{ChannelId, Failure};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::item;
use crate::transaction::Transaction;

/// How long a notice is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A number cannot send any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub channel_id: ChannelId,
    /// What Meta said, and what to do.
    pub failure: Failure,
    pub at: Timestamp,
}

impl Transaction {
    /// Keeps a notice; the table's stream tells of it.
    pub(crate) fn record_notice(&mut self, notice: &Notice) {
        let id = format!("{}#{}", notice.at, notice.channel_id);
        let key = self.tenancy.keys.notice(Month::of(notice.at), &id);
        let item = item::write(&key, "notice", notice).map(|mut item| {
            item::expire(&mut item, notice.at + KEPT);
            item
        });
        self.put_always(item);
    }
}
