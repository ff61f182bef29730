//! Work on a ticket (F33).

use domain::{Ticket, TicketId, UserId};
use jiff::Timestamp;
use storage::{StorageError, Tenancy};

use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// Why a ticket was not changed.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    #[error("no such ticket")]
    NoSuchTicket,
    /// Its thread goes on in this ticket's.
    #[error("the ticket was merged into {0}")]
    Merged(TicketId),
    /// It has another version than the caller saw.
    #[error("the ticket has changed meanwhile")]
    Changed,
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for TicketError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// Ends the work; the customer's next message makes a new ticket, or reopens this one if the tenant wants that (F8).
///
/// # Errors
/// [`TicketError`]. `seen` is the version the caller wants to change; nothing for whatever it is.
pub async fn close(tenancy: &Tenancy, id: TicketId, seen: Option<u64>, now: Timestamp) -> Result<Ticket, TicketError> {
    edit(tenancy, id, seen, |ticket| ticket.close(now)).await
}

/// Takes the work up again.
///
/// # Errors
/// As [`close`].
pub async fn reopen(tenancy: &Tenancy, id: TicketId, seen: Option<u64>, now: Timestamp) -> Result<Ticket, TicketError> {
    edit(tenancy, id, seen, |ticket| ticket.reopen(now)).await
}

/// Hands the ticket to somebody, or to nobody.
///
/// # Errors
/// As [`close`].
pub async fn assign(
    tenancy: &Tenancy,
    id: TicketId,
    owner: Option<UserId>,
    seen: Option<u64>,
) -> Result<Ticket, TicketError> {
    edit(tenancy, id, seen, |ticket| ticket.assign(owner.clone())).await
}

async fn edit(
    tenancy: &Tenancy,
    id: TicketId,
    seen: Option<u64>,
    mut change: impl FnMut(&mut Ticket) -> bool,
) -> Result<Ticket, TicketError> {
    for attempt in 0..ATTEMPTS {
        let mut ticket = tenancy.ticket(id).await?.ok_or(TicketError::NoSuchTicket)?;
        if let Some(into) = ticket.merged_into {
            return Err(TicketError::Merged(into));
        }
        if seen.is_some_and(|seen| seen != ticket.version) {
            return Err(TicketError::Changed);
        }
        if !change(&mut ticket) {
            return Ok(ticket);
        }
        match tenancy.save_ticket(&mut ticket).await {
            Ok(()) => return Ok(ticket),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS).into())
}
