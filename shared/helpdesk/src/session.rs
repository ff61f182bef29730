//! The session of a thread: the customer's, wherever in the conversation they wrote last.

use domain::{Session, Ticket};
use storage::{StorageError, Tenancy};

/// The session that a reply in this ticket's thread would be in: the ticket's own, or the one that the customer opened in
/// a later ticket of the same conversation, whichever lasts longer.
///
/// # Errors
/// When storage fails.
pub async fn session_of(tenancy: &Tenancy, ticket: &Ticket) -> Result<Option<Session>, StorageError> {
    let latest = tenancy.conversation(ticket.channel_id, ticket.contact_id).await?.ticket_id;
    let elsewhere = match latest.filter(|latest| *latest != ticket.id) {
        Some(latest) => tenancy.ticket(latest).await?.and_then(|later| later.session),
        None => None,
    };
    Ok(ticket.session.into_iter().chain(elsewhere).reduce(Session::max))
}
