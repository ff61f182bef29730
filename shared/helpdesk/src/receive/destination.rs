//! The ticket that a message goes to.

use domain::ticket::{Placement, placement};
use domain::{ContactId, InboundMessage, Ticket, TicketId};
use jiff::{SignedDuration, Timestamp};
use storage::conversations::Conversation;

use super::Receiving;
use crate::fresh::fresh_id;
use crate::person::Person;
use crate::retry::{ATTEMPTS, Busy};

/// Where the messages go.
pub(super) struct Destination {
    pub(super) ticket: Ticket,
    pub(super) found: Found,
    /// Whether something may wait in the conversation for the customer's answer (F18).
    pub(super) awaited: bool,
}

pub(super) enum Found {
    Existing,
    /// A new ticket, after the conversation's latest if it had one, which must stay closed as it was read.
    New {
        latest: Option<TicketId>,
        closed_version: Option<u64>,
    },
}

/// Far longer than the reads of one decision take.
const JUST: SignedDuration = SignedDuration::from_mins(1);

/// Whether an agent may have written in the conversation since it was read: in this ticket, or in one that is the latest instead.
fn was_just_written_to(ticket: &Ticket, now: Timestamp) -> bool {
    let written_at = ticket.last_message.as_ref().filter(|last| !last.incoming).map(|last| last.at);
    written_at.into_iter().chain(ticket.overtaken_at).any(|at| now.duration_since(at) < JUST)
}

/// A conversation with its latest ticket.
struct Latest {
    conversation: Conversation,
    ticket: Option<Ticket>,
}

impl Receiving<'_> {
    /// As they are together: between two reads an agent may have written.
    async fn latest(&self, contact_id: ContactId) -> Result<Latest, Busy> {
        let mut conversation = self.tenancy().conversation(self.channel().id, contact_id).await?;
        for _ in 0..ATTEMPTS {
            let ticket = match conversation.ticket_id {
                Some(id) => self.tenancy().ticket(id).await?,
                None => None,
            };
            if !ticket.as_ref().is_some_and(|ticket| was_just_written_to(ticket, self.now)) {
                return Ok(Latest { conversation, ticket });
            }
            let now = self.tenancy().conversation(self.channel().id, contact_id).await?;
            if now.ticket_id == conversation.ticket_id {
                return Ok(Latest { conversation: now, ticket });
            }
            conversation = now;
        }
        Err(Busy::Contended(ATTEMPTS))
    }

    /// Asks `domain` where the message belongs; nowhere is an answer, too.
    pub(super) async fn destination(
        &self,
        person: &Person,
        first: &InboundMessage,
    ) -> Result<Option<Destination>, Busy> {
        let contact_id = person.contact.id;
        let Latest { conversation, ticket: latest } = self.latest(contact_id).await?;
        let reopen_within = match &latest {
            Some(ticket) if !ticket.is_open() => self.tenancy().tenant().await?.and_then(|tenant| tenant.reopen_within),
            _ => None,
        };
        let latest_id = conversation.ticket_id;
        let awaited = !conversation.deferred.is_empty();
        Ok(Some(match (placement(latest.as_ref(), first, reopen_within), latest) {
            (Placement::Nowhere, _) => return Ok(None),
            (Placement::Extend, Some(ticket)) => Destination { ticket, found: Found::Existing, awaited },
            (Placement::Reopen, Some(mut ticket)) => {
                ticket.reopen(self.now);
                Destination { ticket, found: Found::Existing, awaited }
            }
            (_, Some(earlier)) => {
                let ticket = Ticket::open_after(fresh_id(self.now), &earlier, self.channel(), self.now);
                let closed_version = Some(earlier.version);
                Destination { ticket, found: Found::New { latest: latest_id, closed_version }, awaited }
            }
            (_, None) => {
                let customer = first.sender.identity().clone();
                let ticket = Ticket::open(fresh_id(self.now), self.channel(), contact_id, customer, self.now);
                Destination { ticket, found: Found::New { latest: latest_id, closed_version: None }, awaited }
            }
        }))
    }
}
