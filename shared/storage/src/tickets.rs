//! Tickets, and the lists of them.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::{Session, Ticket, TicketId, UserId};
use jiff::{SignedDuration, Timestamp};

use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Listed, Page};
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
pub enum TicketCursor {
    /// The list goes by last message.
    LastMessage(Place),
    /// The list goes by the time that is left.
    TimeLeft(Place),
}

/// A ticket's place in a list: by a time, then by id so that none hides another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    at: Timestamp,
    id: TicketId,
}

impl Place {
    fn of(ticket: &Ticket) -> Self {
        Self { at: ticket.last_message.as_ref().map_or(ticket.created_at, |last| last.at), id: ticket.id }
    }

    /// When its last message was, or when it was opened.
    pub fn at(self) -> Timestamp {
        self.at
    }

    pub fn ticket_id(self) -> TicketId {
        self.id
    }

    fn sort_key(&self) -> String {
        format!("{}#{}", directory::time_key(self.at), self.id)
    }

    fn read(place: &str) -> Option<Self> {
        let (at, id) = place.split_once('#')?;
        let read = Self { at: Timestamp::from_millisecond(at.parse().ok()?).ok()?, id: id.parse().ok()? };
        // `+7` and the like are numbers, too.
        (read.sort_key() == place).then_some(read)
    }
}

const BY_LAST_MESSAGE: &str = "t1";
const BY_TIME_LEFT: &str = "s1";

impl fmt::Display for TicketCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, place) = match self {
            Self::LastMessage(place) => (BY_LAST_MESSAGE, place),
            Self::TimeLeft(place) => (BY_TIME_LEFT, place),
        };
        f.write_str(&page::encode(kind, &place.sort_key()))
    }
}

impl FromStr for TicketCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let in_list = |kind| page::decode(kind, text).ok().and_then(|place| Place::read(&place));
        let by_last_message = in_list(BY_LAST_MESSAGE).map(Self::LastMessage);
        by_last_message.or_else(|| in_list(BY_TIME_LEFT).map(Self::TimeLeft)).ok_or(InvalidCursor)
    }
}

/// A list looks at this many tickets at most for one page, whatever it filters out.
const LOOKED_AT: usize = 1_000;
/// What a list by time left looks at, at most: about 5 MB in five queries.
const LOOKED_AT_BY_TIME: usize = 5_000;
/// Our clock and Meta's may differ by this.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(1);

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
        after: Option<Place>,
    ) -> Result<Page<Ticket, TicketCursor>, StorageError> {
        let mut start = after.map(|place| self.start_key(filter.open, place));
        let mut data: Vec<Ticket> = Vec::new();
        let mut looked_at = 0;
        let mut last_seen = after;
        loop {
            let answer = self
                .latest_tickets(filter.open)
                .limit(i32::from(limit).max(100))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StorageError::unavailable("Query"))?;
            let rest = answer.last_evaluated_key().cloned();
            for found in answer.items.unwrap_or_default() {
                looked_at += 1;
                let ticket: Ticket = item::read("ticket", found)?;
                last_seen = Some(Place::of(&ticket));
                if !filter.shows(&ticket) {
                    continue;
                }
                data.push(ticket);
                if data.len() == usize::from(limit) {
                    return Ok(Page { data, next: last_seen.map(TicketCursor::LastMessage) });
                }
            }
            if rest.is_none() || looked_at >= LOOKED_AT {
                let next = last_seen.filter(|_| rest.is_some());
                return Ok(Page { data, next: next.map(TicketCursor::LastMessage) });
            }
            start = rest;
        }
    }

    /// The open tickets or the closed ones, the one with the latest message first, those that cannot be read among them.
    pub async fn listed_tickets(
        &self,
        open: bool,
        limit: u16,
        after: Option<Place>,
    ) -> Result<Page<Listed<Place, Ticket>, Place>, StorageError> {
        let start = after.map(|place| self.start_key(open, place));
        let place = |last: &Listed<Place, Ticket>| last.place;
        Page::of(self.latest_tickets(open), limit, start, listed, place).await
    }

    fn latest_tickets(&self, open: bool) -> QueryFluentBuilder {
        self.table
            .client
            .query()
            .table_name(&self.table.name)
            .index_name("tickets")
            .key_condition_expression("tickets_pk = :list")
            .expression_attribute_values(":list", text(self.keys.tickets(open)))
            .scan_index_forward(false)
    }

    /// The tickets of a list whose session is open at `now`, the one that ends first first.
    ///
    /// An index by the session's end would make every message of a customer pay twice more. A session ends 24 hours after the
    /// customer's last message, so what was written last within these is all there is to look at: of more than
    /// [`LOOKED_AT_BY_TIME`], those in which nobody wrote for longest.
    pub async fn tickets_by_time_left(
        &self,
        filter: &Filter,
        now: Timestamp,
        limit: u16,
        after: Option<Place>,
    ) -> Result<Page<Ticket, TicketCursor>, StorageError> {
        let since = now - Session::LENGTH - CLOCKS_APART;
        let mut found: Vec<(Place, Ticket)> = Vec::new();
        let (mut start, mut looked_at) = (None, 0);
        loop {
            let answer = self
                .table
                .client
                .query()
                .table_name(&self.table.name)
                .index_name("tickets")
                .key_condition_expression("tickets_pk = :list AND tickets_sk >= :since")
                .expression_attribute_values(":list", text(self.keys.tickets(filter.open)))
                .expression_attribute_values(":since", text(directory::time_key(since)))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StorageError::unavailable("Query"))?;
            start = answer.last_evaluated_key().cloned();
            for item in answer.items.unwrap_or_default() {
                looked_at += 1;
                let ticket: Ticket = item::read("ticket", item)?;
                let Some(session) = ticket.session.filter(|session| session.is_open(now)) else { continue };
                let place = Place { at: session.expires_at(), id: ticket.id };
                if filter.shows(&ticket) && after.is_none_or(|after| after < place) {
                    found.push((place, ticket));
                }
            }
            if start.is_none() || looked_at >= LOOKED_AT_BY_TIME {
                break;
            }
        }
        found.sort_by_key(|(place, _)| *place);
        let more = found.len() > usize::from(limit);
        found.truncate(limit.into());
        let next = found.last().filter(|_| more).map(|(place, _)| TicketCursor::TimeLeft(*place));
        Ok(Page { data: found.into_iter().map(|(_, ticket)| ticket).collect(), next })
    }

    fn start_key(&self, open: bool, place: Place) -> Attributes {
        let mut start = self.keys.ticket(place.id).attributes();
        start.insert("tickets_pk".to_owned(), text(self.keys.tickets(open)));
        start.insert("tickets_sk".to_owned(), text(place.sort_key()));
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

fn listed(found: Attributes) -> Result<Listed<Place, Ticket>, StorageError> {
    let place = found.get("tickets_sk").and_then(|place| Place::read(place.as_s().ok()?));
    let place = place.ok_or(InvalidCursor).map_err(StorageError::unreadable("ticket's place"))?;
    Ok(Listed { place, read: item::read("ticket", found) })
}

fn write(keys: Keys, ticket: &Ticket) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.ticket(ticket.id), "ticket", ticket)?;
    if ticket.is_joined() {
        // It is in no list: the ticket that goes on for it is.
        return Ok(item);
    }
    item.insert("tickets_pk".to_owned(), text(keys.tickets(ticket.is_open())));
    item.insert("tickets_sk".to_owned(), text(Place::of(ticket).sort_key()));
    if let Some(at) = ticket.look_at() {
        let (shard, time) = directory::due(ticket.id, at);
        item.insert("due_pk".to_owned(), text(shard));
        item.insert("due_sk".to_owned(), text(time));
    }
    Ok(item)
}
