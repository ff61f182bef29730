//! What it takes to write first: a share of the allowance (F21). Inside a session nothing is taken.

use domain::{Initiative, Message};
use jiff::Timestamp;
use storage::{Tenancy, Transaction};

use super::AcceptError;
use crate::allowance::{Allowance, Block, notice_later};

/// Where the share comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// The tenant's allowance.
    Allowance,
    /// What a campaign has set aside; nothing if there was nothing left.
    SetAside(Option<Block>),
}

/// What messages that we begin take; nothing for those in a session, which never touch a count.
pub(super) struct Beginning(Option<(Allowance, Funds)>);

impl Beginning {
    pub(super) async fn of(
        tenancy: &Tenancy,
        initiative: Initiative,
        funds: Funds,
        now: Timestamp,
    ) -> Result<Self, AcceptError> {
        match initiative {
            Initiative::Customer => Ok(Self(None)),
            Initiative::Business => {
                let allowance = Allowance::load(tenancy, now).await?.ok_or(AcceptError::NoSuchTenant)?;
                if funds == Funds::SetAside(None) {
                    return Err(AcceptError::AllowanceExhausted { resets_at: allowance.period.ends_at });
                }
                Ok(Self(Some((allowance, funds))))
            }
        }
    }

    pub(super) fn reserve(&self, transaction: &mut Transaction, messages: &mut [Message]) {
        match &self.0 {
            None => {}
            Some((_, Funds::SetAside(Some(block)))) => block.reserve(transaction, messages),
            Some((allowance, _)) => allowance.reserve(transaction, messages),
        }
    }

    /// Warns the admins, once, of how far it has come. What was stored stays stored, whatever becomes of this.
    pub(super) async fn notice(&self, tenancy: &Tenancy, now: Timestamp) {
        if let Some((allowance, Funds::Allowance)) = &self.0 {
            notice_later(tenancy, allowance, now).await;
        }
    }

    /// Why nothing was stored, when there was no room.
    pub(super) async fn refused(&self, tenancy: &Tenancy, now: Timestamp) -> AcceptError {
        self.notice(tenancy, now).await;
        let resets_at = self.0.map_or(now, |(allowance, _)| allowance.period.ends_at);
        AcceptError::AllowanceExhausted { resets_at }
    }
}
