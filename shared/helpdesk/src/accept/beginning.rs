//! What it takes to write first: a share of the allowance (F21), and room below Meta's own limit (F24). Inside a session
//! nothing is taken.

use domain::{Initiative, Message, Portfolio, Ticket};
use jiff::Timestamp;
use storage::{StorageError, Tenancy, Transaction, starts};

use super::{AcceptError, Accepting};
use crate::allowance::{Allowance, Block, notice_later};

/// Where the share comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// The tenant's allowance.
    Allowance,
    /// What a campaign has set aside; nothing if there was nothing left.
    SetAside(Option<Block>),
}

/// What messages take; nothing for those in a session, which never touch a count.
pub(super) struct Beginning(Option<Taken>);

struct Taken {
    allowance: Allowance,
    funds: Funds,
    /// Where Meta limits how many may be begun, and this contact is not among them already.
    begun: Option<starts::Beginning>,
}

impl Beginning {
    pub(super) async fn of(
        Accepting { tenancy, now, funds, .. }: Accepting<'_>,
        initiative: Initiative,
        ticket: &Ticket,
    ) -> Result<Self, AcceptError> {
        if initiative == Initiative::Customer {
            return Ok(Self(None));
        }
        let tenant = tenancy.tenant().await?.ok_or(AcceptError::NoSuchTenant)?;
        let allowance = Allowance::of(&tenant, now);
        if funds == Funds::SetAside(None) {
            return Err(AcceptError::AllowanceExhausted { resets_at: allowance.period.ends_at });
        }
        let begun = counting(tenancy, tenant.unverified_limit, ticket, now).await?;
        Ok(Self(Some(Taken { allowance, funds, begun })))
    }

    pub(super) fn reserve(&self, transaction: &mut Transaction, messages: &mut [Message], now: Timestamp) {
        let Some(taken) = &self.0 else { return };
        match taken.funds {
            Funds::SetAside(Some(block)) => block.reserve(transaction, messages),
            Funds::Allowance | Funds::SetAside(None) => taken.allowance.reserve(transaction, messages),
        }
        if let (Some(begun), Some(first)) = (&taken.begun, messages.first()) {
            transaction.begin_conversation(begun, first.id, now);
        }
    }

    /// Warns the admins, once, of how far it has come. What was stored stays stored, whatever becomes of this.
    pub(super) async fn notice(&self, tenancy: &Tenancy, now: Timestamp) {
        // A campaign is warned of when it sets aside.
        if let Some(taken) = self.0.as_ref().filter(|taken| taken.funds == Funds::Allowance) {
            notice_later(tenancy, &taken.allowance, now).await;
        }
    }

    /// Why nothing was stored, when the allowance had no room.
    pub(super) async fn exhausted(&self, tenancy: &Tenancy, now: Timestamp) -> AcceptError {
        self.notice(tenancy, now).await;
        let resets_at = self.0.as_ref().map_or(now, |taken| taken.allowance.period.ends_at);
        AcceptError::AllowanceExhausted { resets_at }
    }

    /// Makes room below Meta's limit where what was begun is over by now; without any, says why nothing was stored.
    pub(super) async fn make_room(&self, tenancy: &Tenancy, now: Timestamp) -> Result<(), AcceptError> {
        if tenancy.end_starts(now - Portfolio::WINDOW).await? {
            return Ok(());
        }
        let limit = self.0.as_ref().and_then(|taken| taken.begun).map_or(0, |begun| begun.limit);
        let oldest = tenancy.oldest_start().await?;
        Err(AcceptError::TooManyBegun { limit, frees_at: oldest.map(|oldest| oldest + Portfolio::WINDOW) })
    }
}

/// Meta counts people, not messages: who was written to in the last 24 hours counts already, from whichever number.
async fn counting(
    tenancy: &Tenancy,
    unverified: u32,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<Option<starts::Beginning>, StorageError> {
    let Some(channel) = tenancy.channel(ticket.channel_id).await? else { return Ok(None) };
    let Some(limit) = tenancy.portfolio(&channel.waba_id).await?.limit(unverified) else { return Ok(None) };
    let contact_id = ticket.contact_id;
    let last = tenancy.last_begun_with(contact_id).await?;
    let counts_already = last.is_some_and(|last| now < last + Portfolio::WINDOW);
    Ok((!counts_already).then_some(starts::Beginning { contact_id, last, limit }))
}
