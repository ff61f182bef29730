//! What it takes to write first: a share of the allowance (F21), and room below Meta's own limit (F24). Inside a session
//! nothing is taken, but for those that began when sessions counted.

use domain::allowance::{Reason, Sending};
use domain::{Message, Portfolio, Session, Ticket};
use jiff::Timestamp;
use storage::{StorageError, Tenancy, Transaction, starts};

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

/// Whose messages they are, and what they are paid from.
#[derive(Clone, Copy)]
pub(crate) struct Counting<'a> {
    pub(crate) tenancy: &'a Tenancy,
    pub(crate) funds: Funds,
    pub(crate) now: Timestamp,
}

/// What messages take; nothing for those in a session today, which never touch a count.
pub(crate) struct Beginning(Option<Taken>);

struct Taken {
    allowance: Allowance,
    funds: Funds,
    counts: Counts,
}

/// Why they take it.
enum Counts {
    /// We write first. Where Meta limits how many may be begun, they hold a place among those.
    Outside { place: Option<starts::Beginning> },
    /// The customer's session is of a time when it counted once (F21).
    Session(Session),
}

impl Beginning {
    /// Nothing is taken.
    pub(crate) const FREE: Self = Self(None);

    pub(crate) async fn of(
        Counting { tenancy, funds, now }: Counting<'_>,
        sending: Sending,
        ticket: &Ticket,
    ) -> Result<Self, AcceptError> {
        if !sending.may_count() {
            return Ok(Self::FREE);
        }
        let tenant = tenancy.tenant().await?.ok_or(AcceptError::NoSuchTenant)?;
        let counted_until = match sending {
            Sending::InSession(_) => tenancy.conversation(ticket.channel_id, ticket.contact_id).await?.counted_until,
            Sending::OutsideSession => None,
        };
        if sending.counts(&domain::allowance::zone(&tenant.time_zone), counted_until).is_none() {
            return Ok(Self::FREE);
        }
        let allowance = Allowance::of(&tenant, now);
        let counts = match (sending, funds) {
            // What is said in a session goes on when nothing is left (F23).
            (Sending::InSession(_), Funds::SetAside(None)) => return Ok(Self::FREE),
            (Sending::InSession(session), _) => Counts::Session(session),
            (Sending::OutsideSession, Funds::SetAside(None)) => {
                return Err(AcceptError::AllowanceExhausted { resets_at: allowance.period.ends_at });
            }
            (Sending::OutsideSession, _) => {
                Counts::Outside { place: place(tenancy, tenant.unverified_limit, ticket, now).await? }
            }
        };
        Ok(Self(Some(Taken { allowance, funds, counts })))
    }

    /// The session that they count for, once in the whole conversation.
    pub(crate) fn session(&self) -> Option<Session> {
        match self.0.as_ref()?.counts {
            Counts::Session(session) => Some(session),
            Counts::Outside { .. } => None,
        }
    }

    /// Whether they can be sent all the same when nothing is left: only what we begin is held back then (F23).
    pub(super) fn may_be_free(&self) -> bool {
        self.session().is_some()
    }

    pub(crate) fn reserve(
        &self,
        transaction: &mut Transaction,
        ticket: &Ticket,
        messages: &mut [Message],
        now: Timestamp,
    ) {
        let Some(taken) = &self.0 else { return };
        match &taken.counts {
            Counts::Outside { place } => {
                taken.charge(transaction, messages, Reason::OutsideSession);
                if let Some(place) = place {
                    transaction.hold_place(ticket.contact_id, place, messages, now);
                }
            }
            Counts::Session(_) => {
                let first = messages.len().min(1);
                taken.charge(transaction, &mut messages[..first], Reason::SessionBeforeNovember2024);
            }
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
        let limit = match self.0.as_ref().map(|taken| &taken.counts) {
            Some(Counts::Outside { place: Some(starts::Beginning::New { limit, .. }) }) => *limit,
            _ => 0,
        };
        let oldest = tenancy.oldest_start().await?;
        Err(AcceptError::TooManyBegun { limit, frees_at: oldest.map(|oldest| oldest + Portfolio::WINDOW) })
    }
}

impl Taken {
    fn charge(&self, transaction: &mut Transaction, messages: &mut [Message], reason: Reason) {
        match self.funds {
            Funds::SetAside(Some(block)) => block.reserve(transaction, messages, reason),
            Funds::Allowance | Funds::SetAside(None) => self.allowance.reserve(transaction, messages, reason),
        }
    }
}

/// Meta counts people, not messages: who was written to in the last 24 hours counts already, from whichever number.
async fn place(
    tenancy: &Tenancy,
    unverified: u32,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<Option<starts::Beginning>, StorageError> {
    let Some(channel) = tenancy.channel(ticket.channel_id).await? else { return Ok(None) };
    let Some(limit) = tenancy.portfolio(&channel.waba_id).await?.limit(unverified) else { return Ok(None) };
    let last = tenancy.last_begun_with(ticket.contact_id).await?;
    let counts_already = last.filter(|last| now < last.at + Portfolio::WINDOW && last.holders > 0);
    Ok(Some(counts_already.map_or(starts::Beginning::New { last, limit }, starts::Beginning::Holds)))
}
