//! Tickets, and the lists of them.

use std::fmt;
use std::str::FromStr;

use domain::{Ticket, TicketId, UserId};
use jiff::Timestamp;

use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;
use crate::transaction::Transaction;

/// Which tickets a list shows (F33).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub open: bool,
    pub owner: OwnerFilter,
    /// Only those in which we wrote last.
    pub sent: bool,
}

/// Whose tickets a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerFilter {
    Any,
    Nobody,
    User(UserId),
}

/// The ticket after which a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketCursor {
    last_message_at: Timestamp,
    id: TicketId,
}

impl TicketCursor {
    const KIND: &str = "t1";

    fn of(ticket: &Ticket) -> Self {
        let at = ticket.last_message.as_ref().map_or(ticket.created_at, |last| last.at);
        Self { last_message_at: at, id: ticket.id }
    }

    /// By the time of the last message, then by id so that none hides another.
    fn sort_key(&self) -> String {
        format!("{:015}#{}", self.last_message_at.as_millisecond().max(0), self.id)
    }
}

impl fmt::Display for TicketCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.sort_key()))
    }
}

impl FromStr for TicketCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let place = page::decode(Self::KIND, text)?;
        let (at, id) = place.split_once('#').ok_or(InvalidCursor)?;
        let at = at.parse().ok().and_then(|at| Timestamp::from_millisecond(at).ok()).ok_or(InvalidCursor)?;
        let cursor = Self { last_message_at: at, id: id.parse().map_err(|_| InvalidCursor)? };
        // `+7` and the like are numbers, too.
        if cursor.sort_key() == place { Ok(cursor) } else { Err(InvalidCursor) }
    }
}

/// A list looks at this many tickets at most for one page, whatever it filters out.
const LOOKED_AT: usize = 1_000;

impl Tenancy {
    /// The ticket with this id.
    pub async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StorageError> {
        self.table.get("ticket", self.keys.ticket(id)).await
    }

    /// Replaces the ticket that was read.
    pub async fn save_ticket(&self, ticket: &mut Ticket) -> Result<(), CommitError> {
        let read = ticket.version;
        ticket.version += 1;
        self.table.replace(write(self.keys, ticket)?, read).await
    }

    /// The tickets of a list, the one with the latest message first.
    pub async fn tickets(
        &self,
        filter: &Filter,
        limit: u16,
        after: Option<&TicketCursor>,
    ) -> Result<Page<Ticket, TicketCursor>, StorageError> {
        let mut start = after.map(|cursor| self.start_key(filter, cursor));
        let mut data: Vec<Ticket> = Vec::new();
        let mut looked_at = 0;
        let mut last_seen = after.copied();
        loop {
            let answer = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .index_name("tickets")
                .key_condition_expression("tickets_pk = :list")
                .expression_attribute_values(":list", text(self.keys.tickets(filter.open)))
                .scan_index_forward(false)
                .limit(i32::from(limit).max(100))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StorageError::unavailable("Query"))?;
            let rest = answer.last_evaluated_key().cloned();
            for found in answer.items.unwrap_or_default() {
                looked_at += 1;
                let ticket: Ticket = item::read("ticket", found)?;
                last_seen = Some(TicketCursor::of(&ticket));
                if !filter.shows(&ticket) {
                    continue;
                }
                data.push(ticket);
                if data.len() == usize::from(limit) {
                    return Ok(Page { data, next: last_seen });
                }
            }
            if rest.is_none() || looked_at >= LOOKED_AT {
                let next = last_seen.filter(|_| rest.is_some());
                return Ok(Page { data, next });
            }
            start = rest;
        }
    }

    fn start_key(&self, filter: &Filter, cursor: &TicketCursor) -> Attributes {
        let mut start = self.keys.ticket(cursor.id).attributes();
        start.insert("tickets_pk".to_owned(), text(self.keys.tickets(filter.open)));
        start.insert("tickets_sk".to_owned(), text(cursor.sort_key()));
        start
    }
}

impl Filter {
    fn shows(&self, ticket: &Ticket) -> bool {
        let owned = match &self.owner {
            OwnerFilter::Any => true,
            OwnerFilter::Nobody => ticket.owner_id.is_none(),
            OwnerFilter::User(user) => ticket.owner_id.as_ref() == Some(user),
        };
        owned && (!self.sent || ticket.last_message.as_ref().is_some_and(|last| !last.incoming))
    }
}

impl Transaction {
    /// A new ticket.
    pub fn create_ticket(&mut self, ticket: &Ticket) {
        let item = write(self.tenancy.keys, ticket);
        self.create(item);
    }

    /// A ticket that must still be as it was read.
    pub fn save_ticket(&mut self, ticket: &mut Ticket) {
        let read = ticket.version;
        ticket.version += 1;
        let item = write(self.tenancy.keys, ticket);
        self.replace(item, read);
    }

    /// A ticket that is not written, but must still be as it was read.
    pub fn check_ticket(&mut self, id: TicketId, version: u64) {
        let key = self.tenancy.keys.ticket(id);
        self.check(&key, version);
    }
}

fn write(keys: Keys, ticket: &Ticket) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.ticket(ticket.id), "ticket", ticket)?;
    if ticket.is_joined() {
        // It is in no list: the ticket that goes on for it is.
        return Ok(item);
    }
    item.insert("tickets_pk".to_owned(), text(keys.tickets(ticket.is_open())));
    item.insert("tickets_sk".to_owned(), text(TicketCursor::of(ticket).sort_key()));
    Ok(item)
}
