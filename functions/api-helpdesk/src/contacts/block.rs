//! `/v1/contacts/{id}/block` (F41)

use axum::extract::State;
use domain::ContactId;
use rest::{Caller, Id, IfMatch, Versioned};

use super::stored;
use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::Contact;

/// Blocks a contact.
///
/// As with WhatsApp's own Block, what they write from now on is not received, on any number: it makes no ticket, no file of
/// it is fetched, and it does not come later when the block ends. Nothing is sent to them. They are not told. A contact that
/// is blocked already stays as it is.
#[utoipa::path(
    post, path = "/v1/contacts/{id}/block", operation_id = "block_contact", tag = "contacts",
    params(("id" = String, Path, description = "The contact."), IfMatch),
    responses(
        (status = 200, description = "The blocked contact.", body = Contact, headers(("ETag" = String))),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<Contact>, Refusal> {
    let (tenancy, now) = (desk.of(&caller), desk.now());
    let block = |contact: &mut domain::Contact| {
        contact.wishes.block(caller.user(), now);
        Ok(())
    };
    let blocked = helpdesk::change_contact(&tenancy, id, seen, block).await?;
    Ok(stored(&tenancy, blocked).await)
}

/// Ends a block: what the contact writes from now on is received again.
///
/// A contact that is not blocked stays as it is.
#[utoipa::path(
    delete, path = "/v1/contacts/{id}/block", operation_id = "unblock_contact", tag = "contacts",
    params(("id" = String, Path, description = "The contact."), IfMatch),
    responses(
        (status = 200, description = "The contact.", body = Contact, headers(("ETag" = String))),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
    )
)]
pub(crate) async fn delete(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<Contact>, Refusal> {
    let tenancy = desk.of(&caller);
    let unblock = |contact: &mut domain::Contact| {
        contact.wishes.blocked = None;
        Ok(())
    };
    let unblocked = helpdesk::change_contact(&tenancy, id, seen, unblock).await?;
    Ok(stored(&tenancy, unblocked).await)
}
