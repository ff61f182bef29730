//! The ticket that a message goes to.

use domain::ticket::{Placement, placement};
use domain::{InboundMessage, Ticket, TicketId};
use jiff::{SignedDuration, Timestamp};

use super::Receiving;
use crate::fresh::fresh_id;
use crate::person::Person;
use crate::retry::Busy;

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

fn was_just_written_to(ticket: &Ticket, now: Timestamp) -> bool {
    ticket.last_message.as_ref().is_some_and(|last| !last.incoming && now.duration_since(last.at) < JUST)
}

impl Receiving<'_> {
    /// Asks `domain` where the message belongs; nowhere is an answer, too.
    pub(super) async fn destination(
        &self,
        person: &Person,
        first: &InboundMessage,
    ) -> Result<Option<Destination>, Busy> {
        let contact_id = person.contact.id;
        let conversation = self.tenancy().conversation(self.channel().id, contact_id).await?;
        let latest = match conversation.ticket_id {
            Some(id) => self.tenancy().ticket(id).await?,
            None => None,
        };
        let reopen_within = match &latest {
            Some(ticket) if !ticket.is_open() => self.tenancy().tenant().await?.and_then(|tenant| tenant.reopen_within),
            _ => None,
        };
        let latest_id = conversation.ticket_id;
        let mut awaited = !conversation.deferred.is_empty();
        if !awaited && latest.as_ref().is_some_and(|ticket| was_just_written_to(ticket, self.now)) {
            // What waits for an answer may have come between the two reads.
            awaited = !self.tenancy().conversation(self.channel().id, contact_id).await?.deferred.is_empty();
        }
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
