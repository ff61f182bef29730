//! Somebody is reminded before the session of an open ticket ends (F19).

use domain::TicketId;
use jiff::Timestamp;
use storage::Tenancy;

use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::session::session_of;

/// Looks at a ticket whose time has come: the reminder is kept with it, or its timer is set anew since the customer went on
/// writing. Looking twice is as looking once. Says whether anybody was reminded.
///
/// # Errors
/// [`Busy`] when storage fails; the ticket stays due.
pub(crate) async fn remind(tenancy: &Tenancy, id: TicketId, now: Timestamp) -> Result<bool, Busy> {
    let before = tenancy.tenant().await?.and_then(|tenant| tenant.session_reminder_before);
    for attempt in 0..ATTEMPTS {
        let Some(mut ticket) = tenancy.ticket(id).await? else { return Ok(false) };
        // The index may be behind the table. A closed ticket that stands in it is written, which takes it out.
        if ticket.is_joined() || !ticket.timer_has_run_out(now) {
            return Ok(false);
        }
        let session = session_of(tenancy, &ticket).await?;
        let reminded = ticket.remind(before, session, now);
        match tenancy.save_ticket(&mut ticket).await {
            Ok(()) => return Ok(reminded),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}
