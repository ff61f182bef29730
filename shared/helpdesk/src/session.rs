//! The session of a thread: the customer's, wherever in the conversation they wrote last.

use domain::{Session, Ticket};
use storage::conversations::Conversation;
use storage::{StorageError, Tenancy};

use crate::living::living_ticket;

/// The session that a reply in this ticket's thread would be in: the ticket's own, or the one that the customer opened in
/// a later ticket of the same conversation, whichever lasts longer.
///
/// # Errors
/// When storage fails.
pub async fn session_of(tenancy: &Tenancy, ticket: &Ticket) -> Result<Option<Session>, StorageError> {
    let conversation = tenancy.conversation(ticket.channel_id, ticket.contact_id).await?;
    session_in(tenancy, ticket, &conversation).await
}

/// The same, where the ticket's conversation is known.
pub(crate) async fn session_in(
    tenancy: &Tenancy,
    ticket: &Ticket,
    conversation: &Conversation,
) -> Result<Option<Session>, StorageError> {
    let elsewhere = others(tenancy, ticket, conversation).await?.into_iter().filter_map(|later| later.session);
    Ok(ticket.session.into_iter().chain(elsewhere).reduce(Session::max))
}

/// The other tickets in which the customer may have opened the session.
pub(crate) async fn later_tickets(tenancy: &Tenancy, ticket: &Ticket) -> Result<Vec<Ticket>, StorageError> {
    let conversation = tenancy.conversation(ticket.channel_id, ticket.contact_id).await?;
    others(tenancy, ticket, &conversation).await
}

async fn others(tenancy: &Tenancy, ticket: &Ticket, conversation: &Conversation) -> Result<Vec<Ticket>, StorageError> {
    let Some(latest) = conversation.ticket_id.filter(|latest| *latest != ticket.id) else { return Ok(Vec::new()) };
    let latest = living_ticket(tenancy, latest).await?;
    // The contact was merged into another since: that one may have written in a later ticket still.
    let merged = latest.as_ref().map(|latest| latest.contact_id).filter(|contact| *contact != ticket.contact_id);
    let survivors = match merged {
        Some(survivor) => match tenancy.conversation(ticket.channel_id, survivor).await?.ticket_id {
            Some(latest) => living_ticket(tenancy, latest).await?,
            None => None,
        },
        None => None,
    };
    Ok([latest, survivors].into_iter().flatten().collect())
}
