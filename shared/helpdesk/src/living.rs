//! What stands for a contact or a ticket now: two contacts may have turned out to be one person (F11).

use domain::{Contact, ContactId, Ticket, TicketId};
use storage::{StorageError, Tenancy};

/// Each merge is one step further; a person has far fewer.
pub(crate) const MOST_STEPS: usize = 50;

/// The contact, or the one it was merged into.
///
/// # Errors
/// When storage fails.
pub async fn living_contact(tenancy: &Tenancy, mut id: ContactId) -> Result<Option<Contact>, StorageError> {
    for _ in 0..MOST_STEPS {
        match tenancy.contact(id).await? {
            Some(Contact { merged_into: Some(survivor), .. }) => id = survivor,
            found => return Ok(found),
        }
    }
    Ok(None)
}

/// The ticket, or the one whose thread goes on for it.
///
/// # Errors
/// When storage fails.
pub async fn living_ticket(tenancy: &Tenancy, mut id: TicketId) -> Result<Option<Ticket>, StorageError> {
    for _ in 0..MOST_STEPS {
        match tenancy.ticket(id).await? {
            Some(Ticket { merged_into: Some(survivor), .. }) => id = survivor,
            found => return Ok(found),
        }
    }
    Ok(None)
}
