//! A conversation is taken up or begun: with whom, and in which thread (F28).

use std::collections::BTreeSet;

use domain::{Channel, ChannelId, Contact, Phone, Ticket, TicketId};
use jiff::Timestamp;
use storage::{Tenancy, Transaction};

use super::AcceptError;
use super::reply::Whom;
use super::thread::{Place, Thread};
use crate::fresh::fresh_id;
use crate::living::{living_contact, living_ticket};
use crate::matching::{Rewritten, contacts_with_number, rewritten};
use crate::merge::settle;
use crate::retry::{ATTEMPTS, Busy};
use crate::session::session_of;

/// Whom a conversation is with.
pub(super) struct Person {
    pub(super) contact: Contact,
    /// Of somebody who is made with the conversation: who has their number from now on.
    new: Option<Rewritten>,
}

impl Thread {
    /// The latest thread of somebody on a channel, or a new one.
    pub(super) async fn of_conversation(
        tenancy: &Tenancy,
        channel_id: ChannelId,
        with: &Whom,
        now: Timestamp,
    ) -> Result<Self, AcceptError> {
        let channel = tenancy.channel(channel_id).await?.ok_or(AcceptError::NoSuchChannel)?;
        if !channel.is_connected() {
            return Err(AcceptError::ChannelDisconnected);
        }
        let person = Person::find_or_make(tenancy, with, now).await?;
        let conversation = tenancy.conversation(channel_id, person.contact.id).await?;
        let latest = conversation.ticket_id;
        let found = match latest {
            Some(latest) => living_ticket(tenancy, latest).await?,
            None => None,
        };
        let thread = match found {
            Some(ticket) => Self::taken_up(tenancy, ticket, latest, person, with, now).await?,
            None => Self::begun(&channel, person, with, Place::New { latest }, now)?,
        };
        Ok(Self { due_at: conversation.due_at, ..thread })
    }

    /// Somebody works on it again, be it closed or not.
    async fn taken_up(
        tenancy: &Tenancy,
        mut ticket: Ticket,
        latest: Option<TicketId>,
        person: Person,
        with: &Whom,
        now: Timestamp,
    ) -> Result<Self, AcceptError> {
        let session = session_of(tenancy, &ticket).await?;
        let is_open = session.is_some_and(|session| session.is_open(now));
        // In a session they are answered where they wrote from: there it is open, and nowhere else.
        if let (Whom::Number(number), false) = (with, is_open) {
            ticket.customer = person.contact.address(Some(number)).unwrap_or(ticket.customer);
        }
        ticket.reopen(now);
        let place = match with {
            // As they were read up to the moment in which it is written.
            Whom::AsRead { .. } => Place::Ahead { latest },
            _ if latest == Some(ticket.id) => Place::Latest,
            _ => Place::Ahead { latest },
        };
        Ok(Self { session, person: Some(person), ..Self::around(ticket, place) })
    }

    fn begun(
        channel: &Channel,
        person: Person,
        with: &Whom,
        place: Place,
        now: Timestamp,
    ) -> Result<Self, AcceptError> {
        let customer = person.contact.address(with.number()).ok_or(AcceptError::NoAddress)?;
        let ticket = Ticket::open(fresh_id(now), channel, person.contact.id, customer, now);
        Ok(Self { person: Some(person), ..Self::around(ticket, place) })
    }
}

impl Whom {
    fn number(&self) -> Option<&Phone> {
        match self {
            Self::Contact(_) | Self::AsRead { .. } => None,
            Self::Number(number) => Some(number),
        }
    }
}

impl Person {
    pub(super) fn known(contact: Contact) -> Self {
        Self { contact, new: None }
    }

    /// With all their merges settled, so that their tickets are in line.
    async fn find_or_make(tenancy: &Tenancy, whom: &Whom, now: Timestamp) -> Result<Self, AcceptError> {
        for _ in 0..ATTEMPTS {
            let contact = match whom {
                Whom::Contact(id) => living_contact(tenancy, *id).await?.ok_or(AcceptError::NoSuchContact)?,
                Whom::AsRead { id, version } => {
                    let contact = tenancy.contact(*id).await?.filter(|contact| contact.version == *version);
                    contact.ok_or(AcceptError::NoSuchContact)?
                }
                Whom::Number(number) => {
                    match contacts_with_number(tenancy, number.digits()).await?.into_iter().next() {
                        Some(contact) => contact,
                        None => match Self::make(tenancy, number, now).await? {
                            Some(made) => return Ok(made),
                            None => continue,
                        },
                    }
                }
            };
            if !settle(tenancy, &contact).await? {
                return Ok(Self::known(contact));
            }
        }
        Err(Busy::Contended(ATTEMPTS).into())
    }

    /// Nobody, if somebody has got the number meanwhile.
    async fn make(tenancy: &Tenancy, number: &Phone, now: Timestamp) -> Result<Option<Self>, Busy> {
        let mut contact = Contact { phone: Some(number.clone()), ..Contact::new(fresh_id(now), now) };
        let numbers = rewritten(tenancy, contact.id, &BTreeSet::new(), &contact.matching_keys()).await?;
        numbers.words.told_by(&mut contact);
        Ok((!numbers.is_shared()).then_some(Self { contact, new: Some(numbers) }))
    }

    /// Makes the contact, or makes sure that it is still as it was read.
    pub(super) fn write(&self, transaction: &mut Transaction) {
        let Some(numbers) = &self.new else { return transaction.check_contact(&self.contact) };
        transaction.create_contact(&self.contact);
        numbers.write(transaction);
    }
}
