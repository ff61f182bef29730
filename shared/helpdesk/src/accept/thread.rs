//! The thread that a reply enters, as it is now.

use domain::{Content, Message, MessageId, Session, Ticket};
use jiff::Timestamp;
use storage::{StorageError, Tenancy};
use whatsapp::limits::REACTABLE;

use super::reply::{NewReply, Saying};
use super::{AcceptError, NotReactable};
use crate::living::{living_contact, living_ticket};
use crate::session::session_of;

pub(super) struct Thread {
    pub(super) ticket: Ticket,
    pub(super) session: Option<Session>,
    /// The quoted message by its own id: the client may have named it by one that only leads to it.
    pub(super) quoted: Option<MessageId>,
}

impl Thread {
    /// The thread with all that the reply refers to.
    pub(super) async fn load(tenancy: &Tenancy, reply: &NewReply, now: Timestamp) -> Result<Self, AcceptError> {
        let ticket = living_ticket(tenancy, reply.thread_id.ticket()).await?.ok_or(AcceptError::NoSuchThread)?;
        let quoted = match reply.reply_to {
            Some(id) => {
                let message = of_conversation(tenancy, &ticket, id).await?;
                Some(message.ok_or(AcceptError::NoSuchQuotedMessage)?.id)
            }
            None => None,
        };
        if let Saying::Reaction { target, .. } = &reply.saying {
            let target = of_conversation(tenancy, &ticket, *target).await?.ok_or(AcceptError::NoSuchTarget)?;
            reactable(&target, now).map_err(AcceptError::NotReactable)?;
        }
        let session = session_of(tenancy, &ticket).await?;
        Ok(Self { ticket, session, quoted })
    }
}

async fn of_conversation(tenancy: &Tenancy, ticket: &Ticket, id: MessageId) -> Result<Option<Message>, AcceptError> {
    let Some(message) = tenancy.message(id).await? else { return Ok(None) };
    Ok(is_of_conversation(tenancy, ticket, &message).await?.then_some(message))
}

/// A message keeps the contact that it came from or went to; that may have been merged into the ticket's since.
async fn is_of_conversation(tenancy: &Tenancy, ticket: &Ticket, message: &Message) -> Result<bool, StorageError> {
    if (message.channel_id, message.contact_id) == (ticket.channel_id, ticket.contact_id) {
        return Ok(true);
    }
    let contact = living_contact(tenancy, message.contact_id).await?;
    Ok(message.channel_id == ticket.channel_id && contact.is_some_and(|contact| contact.id == ticket.contact_id))
}

/// Meta takes a reaction to a message that it knows, that is no reaction itself, for 30 days.
fn reactable(target: &Message, now: Timestamp) -> Result<(), NotReactable> {
    const ABOUT_OTHERS: [&str; 3] = ["reaction", "edit", "revoke"];
    let is_about_another = match &target.content {
        Content::Reaction(_) | Content::Notice(_) => true,
        Content::Placeholder(placeholder) => ABOUT_OTHERS.contains(&placeholder.kind.as_str()),
        _ => false,
    };
    if is_about_another {
        Err(NotReactable::NoMessage)
    } else if target.wamid.is_none() {
        Err(NotReactable::NotSent)
    } else if now.duration_since(target.sent_at) > REACTABLE {
        Err(NotReactable::TooOld)
    } else {
        Ok(())
    }
}
