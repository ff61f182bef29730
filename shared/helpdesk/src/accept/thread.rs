//! The thread that a reply enters, as it is now.

use domain::{Contact, Content, DeferredReply, Message, MessageId, Session, ThreadId, Ticket, TicketId};
use futures::try_join;
use jiff::Timestamp;
use storage::outbox::{Beside, Deferred, Latest};
use storage::{StorageError, Tenancy, Transaction};
use whatsapp::limits::REACTABLE;

use super::conversation::Person;
use super::reply::{Destination, NewReply, NewTemplate, Saying};
use super::{AcceptError, Beginning, LOOK_AFTER, NotReactable};
use crate::living::{living_contact, living_ticket};
use crate::merge::settle;
use crate::retry::{ATTEMPTS, Busy};
use crate::session::session_in;

pub(super) struct Thread {
    pub(super) ticket: Ticket,
    pub(super) session: Option<Session>,
    /// The quoted message by its own id: the client may have named it by one that only leads to it.
    pub(super) quoted: Option<MessageId>,
    /// What is quoted by what is to follow the customer's answer.
    pub(super) quoted_later: Option<MessageId>,
    /// Whom it is with.
    pub(super) person: Option<Person>,
    pub(super) place: Place,
    /// The conversation's latest ticket until now: who writes into it at the same time must decide anew, since the session
    /// that the customer opens there is the conversation's.
    pub(super) overtaken: Option<Box<Ticket>>,
    /// What is to follow the customer's answer.
    pub(super) deferred: Option<DeferredReply>,
    /// When somebody looks at the conversation anyway.
    pub(super) due_at: Option<Timestamp>,
}

/// How a thread's ticket is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is there, and nothing changes among the conversation's tickets.
    There,
    /// It is the conversation's latest, and must be so still: a customer who begins another meanwhile is answered there.
    Latest,
    /// It is there, and the customer's next message goes to it rather than to `latest`.
    Ahead { latest: Option<TicketId> },
    /// It is made.
    New { latest: Option<TicketId> },
}

impl Thread {
    /// The thread with all that the reply refers to.
    pub(super) async fn load(tenancy: &Tenancy, reply: &NewReply, now: Timestamp) -> Result<Self, AcceptError> {
        let mut thread = match (&reply.destination, &reply.saying) {
            (Destination::Conversation { channel_id, with }, _) => {
                Self::of_conversation(tenancy, *channel_id, with, now).await?
            }
            (Destination::Thread(id), Saying::Template(_)) => Self::for_template(tenancy, *id, now).await?,
            (Destination::Thread(id), _) => Self::as_it_is(tenancy, *id).await?,
        };
        thread.quoted = quoted(tenancy, &thread.ticket, reply.reply_to).await?;
        if let Saying::Template(NewTemplate { then: Some(then), .. }) = &reply.saying {
            thread.quoted_later = quoted(tenancy, &thread.ticket, then.reply_to).await?;
        }
        if let Saying::Reaction { target, .. } = &reply.saying {
            let target = of_conversation(tenancy, &thread.ticket, *target).await?.ok_or(AcceptError::NoSuchTarget)?;
            reactable(&target, now).map_err(AcceptError::NotReactable)?;
        }
        Ok(thread)
    }

    async fn as_it_is(tenancy: &Tenancy, id: ThreadId) -> Result<Self, AcceptError> {
        let ticket = living_ticket(tenancy, id.ticket()).await?.ok_or(AcceptError::NoSuchThread)?;
        let (conversation, contact) = try_join!(
            tenancy.conversation(ticket.channel_id, ticket.contact_id),
            living_contact(tenancy, ticket.contact_id)
        )?;
        let session = session_in(tenancy, &ticket, &conversation).await?;
        let person = Some(Person::known(contact.ok_or(AcceptError::NoSuchThread)?));
        Ok(Self { session, person, due_at: conversation.due_at, ..Self::around(ticket, Place::There) })
    }

    /// What the customer answers to a template comes into the thread in which it was sent (F16): from now on that ticket is
    /// the conversation's latest.
    async fn for_template(tenancy: &Tenancy, id: ThreadId, now: Timestamp) -> Result<Self, AcceptError> {
        for _ in 0..ATTEMPTS {
            let mut thread = Self::as_it_is(tenancy, id).await?;
            let contact = thread.contact().cloned().ok_or(AcceptError::NoSuchThread)?;
            if settle(tenancy, &contact).await? {
                continue;
            }
            let latest = tenancy.conversation(thread.ticket.channel_id, contact.id).await?.ticket_id;
            let mut overtaken = match latest.filter(|latest| *latest != thread.ticket.id) {
                Some(latest) => living_ticket(tenancy, latest).await?.map(Box::new),
                None => None,
            };
            let ticket = &mut thread.ticket;
            ticket.contact_id = contact.id;
            if latest == Some(ticket.id) {
                thread.place = Place::Latest;
                return Ok(thread);
            }
            // The latest has the conversation's session, whichever ticket it was opened in, and be it just now.
            let newest = overtaken.as_ref().and_then(|overtaken| overtaken.session);
            thread.session = thread.session.into_iter().chain(newest).reduce(Session::max);
            ticket.session = thread.session;
            if let Some(overtaken) = &mut overtaken {
                overtaken.overtaken_at = Some(now);
            }
            thread.overtaken = overtaken;
            thread.place = Place::Ahead { latest };
            return Ok(thread);
        }
        Err(Busy::Contended(ATTEMPTS).into())
    }

    /// A thread of which nothing else is known yet.
    pub(super) fn around(ticket: Ticket, place: Place) -> Self {
        Self {
            ticket,
            session: None,
            quoted: None,
            quoted_later: None,
            person: None,
            place,
            overtaken: None,
            deferred: None,
            due_at: None,
        }
    }

    pub(super) fn contact(&self) -> Option<&Contact> {
        self.person.as_ref().map(|person| &person.contact)
    }

    /// The account whose templates can be sent here.
    pub(super) async fn waba_id(&self, tenancy: &Tenancy) -> Result<String, AcceptError> {
        let channel = tenancy.channel(self.ticket.channel_id).await?;
        let channel = channel.filter(domain::Channel::is_connected).ok_or(AcceptError::ChannelDisconnected)?;
        Ok(channel.waba_id)
    }

    /// Writes the ticket with the messages that enter it, which wait to be sent.
    pub(super) fn write(
        &mut self,
        transaction: &mut Transaction,
        messages: &[Message],
        beginning: &Beginning,
        now: Timestamp,
    ) {
        let latest = match self.place {
            Place::There => Latest::Stays,
            Place::Latest => Latest::Becomes { read: Some(self.ticket.id) },
            Place::Ahead { latest } | Place::New { latest } => Latest::Becomes { read: latest },
        };
        match self.place {
            Place::There | Place::Latest | Place::Ahead { .. } => transaction.save_ticket(&mut self.ticket),
            Place::New { .. } => transaction.create_ticket(&self.ticket),
        }
        if let Some(overtaken) = &mut self.overtaken {
            transaction.save_ticket(overtaken);
        }
        let deferred = self.deferred.as_ref().map_or(Deferred::Same, |reply| Deferred::Waits(reply.into()));
        let beside = Beside { latest, deferred, counted: beginning.session() };
        let look_at = now + LOOK_AFTER;
        // Sooner than it was to be looked at stays sooner: whoever is written to all the time would never be looked at.
        transaction.enter_outbox_and(messages, self.due_at.map_or(look_at, |due_at| due_at.min(look_at)), beside);
        if let Some(reply) = &self.deferred {
            transaction.create_deferred_reply(reply);
        }
        // A ticket that stays where it is would have been changed by a merge; for the others the contact has to be the
        // same still.
        if let (Some(person), Place::Ahead { .. } | Place::New { .. }) = (&self.person, self.place) {
            person.write(transaction);
        }
        messages.iter().for_each(|message| transaction.create_message(message));
    }
}

/// The message that is quoted, which must be one of this conversation.
pub(crate) async fn quoted(
    tenancy: &Tenancy,
    ticket: &Ticket,
    id: Option<MessageId>,
) -> Result<Option<MessageId>, AcceptError> {
    let Some(id) = id else { return Ok(None) };
    let message = of_conversation(tenancy, ticket, id).await?;
    Ok(Some(message.ok_or(AcceptError::NoSuchQuotedMessage)?.id))
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
