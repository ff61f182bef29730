//! What it takes to write first: a share of the allowance (F21). Inside a session nothing is taken.

use domain::{Initiative, Message};
use jiff::Timestamp;
use storage::{Tenancy, Transaction};

use super::AcceptError;
use crate::allowance::{Allowance, notice_later};

/// What messages that we begin take; nothing for those in a session, which never touch a count.
pub(super) struct Beginning(Option<Allowance>);

impl Beginning {
    pub(super) async fn of(tenancy: &Tenancy, initiative: Initiative, now: Timestamp) -> Result<Self, AcceptError> {
        match initiative {
            Initiative::Customer => Ok(Self(None)),
            Initiative::Business => {
                let allowance = Allowance::load(tenancy, now).await?.ok_or(AcceptError::NoSuchTenant)?;
                Ok(Self(Some(allowance)))
            }
        }
    }

    pub(super) fn reserve(&self, transaction: &mut Transaction, messages: &mut [Message]) {
        if let Some(allowance) = &self.0 {
            allowance.reserve(transaction, messages);
        }
    }

    /// Warns the admins, once, of how far it has come. What was stored stays stored, whatever becomes of this.
    pub(super) async fn notice(&self, tenancy: &Tenancy, now: Timestamp) {
        if let Some(allowance) = &self.0 {
            notice_later(tenancy, allowance, now).await;
        }
    }

    /// Why nothing was stored, when there was no room.
    pub(super) async fn refused(&self, tenancy: &Tenancy, now: Timestamp) -> AcceptError {
        self.notice(tenancy, now).await;
        let resets_at = self.0.map_or(now, |allowance| allowance.period.ends_at);
        AcceptError::AllowanceExhausted { resets_at }
    }
}
