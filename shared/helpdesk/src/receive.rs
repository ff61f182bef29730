//! A customer's messages enter their thread (F5, F8).

use domain::ticket::{Placement, placement};
use domain::{
    Channel, Contact, Content, Identity, InboundMessage, Message, MessageId, Sender, Ticket, TicketId, TraceId,
};
use jiff::Timestamp;
use storage::directory::Route;
use storage::{Objects, StorageError, Tenancy, Transaction};

use crate::fresh::fresh_id;
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is in a thread now.
    Stored(MessageId),
    /// It was there already.
    Duplicate(MessageId),
    /// It was sent before the number was connected (F5).
    BeforeConnection,
}

/// The receipts, in the order of the messages.
pub type Received = Vec<Receipt>;

/// What receiving needs beside the messages.
#[derive(Clone, Copy, Debug)]
pub struct Receiving<'a> {
    pub route: &'a Route,
    pub objects: &'a Objects,
    pub now: Timestamp,
    /// The webhook that brought them.
    pub trace_id: Option<TraceId>,
}

/// A transaction takes 100 writes, and a message needs two.
const MESSAGES_AT_ONCE: usize = 40;
/// An item takes 400 KB; what a customer can type is far below this.
const LARGEST_IN_TABLE: usize = 250_000;

/// Takes messages of one conversation into their thread, in their order: finds or makes the contact, and finds, reopens
/// or makes the ticket. Exactly once per Meta message id, however often it is called and whatever runs beside it.
///
/// # Errors
/// [`Busy`] when storage fails or too many others write the same; what was stored before stays, and is a duplicate the
/// next time.
pub async fn receive(receiving: Receiving<'_>, messages: Vec<InboundMessage>) -> Result<Received, Busy> {
    let channel = &receiving.route.channel;
    let mut receipts: Vec<Option<Receipt>> = vec![None; messages.len()];
    let mut waiting: Vec<Arrival> = Vec::new();
    for (index, inbound) in messages.into_iter().enumerate() {
        if !channel.takes(inbound.sent_at) {
            receipts[index] = Some(Receipt::BeforeConnection);
            continue;
        }
        let id = MessageId::of_wamid(&channel.phone_number_id, &inbound.wamid);
        waiting.push(receiving.arrival(index, id, inbound).await?);
    }
    for group in waiting.chunk_by(|a, b| a.inbound.sender.identity() == b.inbound.sender.identity()) {
        for part in group.chunks(MESSAGES_AT_ONCE) {
            for (index, receipt) in receiving.take(part).await? {
                receipts[index] = Some(receipt);
            }
        }
    }
    Ok(receipts.into_iter().flatten().collect())
}

/// A message on its way in, with its place among the receipts.
#[derive(Clone, Debug)]
struct Arrival {
    index: usize,
    id: MessageId,
    reply_to: Option<MessageId>,
    inbound: InboundMessage,
}

/// Who writes, as far as the table knows them.
struct Person {
    contact: Contact,
    is_new: bool,
    learned: bool,
    new_identities: Vec<Identity>,
}

/// Where the messages go.
struct Destination {
    ticket: Ticket,
    found: Found,
}

enum Found {
    Existing,
    /// A new ticket, after the conversation's latest if it had one, which must stay closed as it was read.
    New {
        latest: Option<TicketId>,
        closed_version: Option<u64>,
    },
}

impl Receiving<'_> {
    fn tenancy(&self) -> &Tenancy {
        &self.route.tenancy
    }

    fn channel(&self) -> &Channel {
        &self.route.channel
    }

    /// Finds the quoted message, and puts aside what is too large for an item.
    async fn arrival(&self, index: usize, id: MessageId, mut inbound: InboundMessage) -> Result<Arrival, Busy> {
        let reply_to = match &inbound.quotes {
            None => None,
            Some(wamid) => {
                let quoted = MessageId::of_wamid(&self.channel().phone_number_id, wamid);
                self.tenancy().whereabouts(quoted).await?.map(|place| place.message_id)
            }
        };
        let (kind, reason, large) = match &inbound.content {
            Content::Text { text } => ("text", "too_long", text),
            Content::Placeholder { kind, reason, original, .. } => (kind.as_str(), reason.as_str(), original),
        };
        if large.len() > LARGEST_IN_TABLE {
            let key = format!("originals/{}/{id}", self.tenancy().tenant_id());
            self.objects.put(&key, large.clone().into_bytes()).await?;
            inbound.content = Content::Placeholder {
                kind: kind.to_owned(),
                reason: reason.to_owned(),
                text: None,
                original: serde_json::json!({ "object": key }).to_string(),
            };
        }
        Ok(Arrival { index, id, reply_to, inbound })
    }

    /// Stores the messages of one sender: decide, write everything under the conditions of the decision, and decide
    /// again if one of them no longer holds.
    async fn take(&self, arrivals: &[Arrival]) -> Result<Vec<(usize, Receipt)>, Busy> {
        let mut receipts = Vec::new();
        let mut waiting = arrivals.to_vec();
        for attempt in 0..ATTEMPTS {
            waiting = self.without_duplicates(waiting, attempt, &mut receipts).await?;
            let Some(first) = waiting.first() else { return Ok(receipts) };
            let mut person = self.person(&first.inbound.sender).await?;
            let destination = self.destination(&mut person, &first.inbound).await?;
            match self.store(&person, destination, &waiting).commit().await {
                Ok(()) => {
                    receipts.extend(waiting.iter().map(|arrival| (arrival.index, Receipt::Stored(arrival.id))));
                    return Ok(receipts);
                }
                Err(error) => after_conflict(error, attempt).await?,
            }
        }
        Err(Busy::Contended(ATTEMPTS))
    }

    /// Within one webhook a message may be doubled; that it is stored already is only asked after a conflict, since
    /// nearly every message comes once.
    async fn without_duplicates(
        &self,
        arrivals: Vec<Arrival>,
        attempt: u32,
        receipts: &mut Vec<(usize, Receipt)>,
    ) -> Result<Vec<Arrival>, StorageError> {
        let mut rest: Vec<Arrival> = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let doubled = rest.iter().any(|other| other.id == arrival.id);
            if doubled || (attempt > 0 && self.tenancy().whereabouts(arrival.id).await?.is_some()) {
                receipts.push((arrival.index, Receipt::Duplicate(arrival.id)));
            } else {
                rest.push(arrival);
            }
        }
        Ok(rest)
    }

    async fn person(&self, sender: &Sender) -> Result<Person, StorageError> {
        let mut owner = None;
        let mut new_identities = Vec::new();
        for identity in sender.identities() {
            match self.tenancy().contact_of(identity).await? {
                // When two identities lead to two contacts, the one that wrote counts; merging them is a decision of
                // its own and never made by the way.
                Some(found) => owner = owner.or(Some(found)),
                None => new_identities.push(identity.clone()),
            }
        }
        let known = match owner {
            Some(id) => self.tenancy().contact(id).await?,
            None => None,
        };
        Ok(match known {
            Some(mut contact) => {
                let learned = contact.learn(sender);
                Person { contact, is_new: false, learned, new_identities }
            }
            None => {
                let contact = Contact::from_sender(owner.unwrap_or_else(|| fresh_id(self.now)), sender, self.now);
                Person { contact, is_new: true, learned: false, new_identities }
            }
        })
    }

    /// Asks `domain` where the message belongs.
    async fn destination(&self, person: &mut Person, first: &InboundMessage) -> Result<Destination, Busy> {
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
        let customer = first.sender.identity().clone();
        let latest_id = conversation.ticket_id;
        Ok(match (placement(latest.as_ref(), first.sent_at, reopen_within), latest) {
            (Placement::Extend, Some(ticket)) => Destination { ticket, found: Found::Existing },
            (Placement::Reopen, Some(mut ticket)) => {
                ticket.reopen();
                Destination { ticket, found: Found::Existing }
            }
            (_, Some(earlier)) => {
                let ticket = Ticket::open_after(fresh_id(self.now), &earlier, self.channel(), customer, self.now);
                let closed_version = Some(earlier.version);
                Destination { ticket, found: Found::New { latest: latest_id, closed_version } }
            }
            (_, None) => {
                let ticket = Ticket::open(fresh_id(self.now), self.channel(), contact_id, customer, self.now);
                Destination { ticket, found: Found::New { latest: latest_id, closed_version: None } }
            }
        })
    }

    fn store(&self, person: &Person, destination: Destination, arrivals: &[Arrival]) -> Transaction {
        let Destination { mut ticket, found } = destination;
        let mut transaction = self.tenancy().transaction();
        match (person.is_new, person.learned) {
            (true, _) => transaction.create_contact(&person.contact),
            (false, true) => transaction.save_contact(&person.contact),
            (false, false) => {}
        }
        for identity in &person.new_identities {
            transaction.add_identity(identity, person.contact.id);
        }
        let messages: Vec<Message> = arrivals
            .iter()
            .map(|arrival| {
                let message = ticket.receive(arrival.id, arrival.inbound.clone(), arrival.reply_to);
                Message { trace_id: self.trace_id, ..message }
            })
            .collect();
        match found {
            Found::Existing => transaction.save_ticket(&mut ticket),
            Found::New { latest, closed_version } => {
                if let (Some(closed), Some(version)) = (latest, closed_version) {
                    transaction.check_ticket(closed, version);
                }
                transaction.create_ticket(&ticket);
                transaction.advance_conversation(self.channel().id, person.contact.id, latest, ticket.id);
            }
        }
        for message in &messages {
            transaction.create_message(message);
        }
        transaction
    }
}
