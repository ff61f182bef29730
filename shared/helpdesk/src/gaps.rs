//! Once a day each tenant is looked through for what should have happened and has not (F45).
//!
//! It goes by what nobody relies on otherwise: by the lists of tickets and contacts, not by the marks whose loss it is to
//! find. Each day it looks at the latest messages of the threads in which something was written in the last days, and at
//! some of all conversations, one part after the other. Both are bounded, so that a large tenant is looked through in several days.
//! What cannot be read is logged and passed over, so that it hides nothing but itself.
//!
//! The mark that says whose turn it is may be lost itself: whoever sets a tenant up, connects a number or sees a new period
//! begin makes sure that it is there.

use std::iter;
use std::ops::Add;
use std::time::Instant;

use domain::{ChannelId, ContactId, Gap, GapKind, MessageId, ThreadId, Ticket, TicketId};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use storage::page::Listed;
use storage::tickets::Place;
use storage::{StorageError, Tenancy};

use crate::living::living_ticket;
use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::status::apply_parked;

/// Meta keeps a file for seven days.
const WINDOW: SignedDuration = SignedDuration::from_hours(8 * 24);
/// Of a thread; earlier ones were the latest when they were looked at.
const LATEST_MESSAGES: u16 = 50;
const MOST_TICKETS: usize = 2_000;
const MOST_CONTACTS: u16 = 500;
const PAGE: u16 = 100;
const SIDE_BY_SIDE: usize = 8;

/// How much of each kind was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GapsFound {
    pub messages_without_outcome: u64,
    pub files_not_fetched: u64,
    pub statuses_not_applied: u64,
    pub threads_without_ticket: u64,
}

impl GapsFound {
    fn of(gaps: &[Gap]) -> Self {
        let count = |kind| gaps.iter().filter(|gap| gap.kind == kind).count() as u64;
        Self {
            messages_without_outcome: count(GapKind::MessageWithoutOutcome),
            files_not_fetched: count(GapKind::FileNotFetched),
            statuses_not_applied: count(GapKind::StatusNotApplied),
            threads_without_ticket: count(GapKind::ThreadWithoutTicket),
        }
    }

    /// Whether there is any.
    pub fn is_some(self) -> bool {
        self != Self::default()
    }
}

impl Add for GapsFound {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            messages_without_outcome: self.messages_without_outcome + other.messages_without_outcome,
            files_not_fetched: self.files_not_fetched + other.files_not_fetched,
            statuses_not_applied: self.statuses_not_applied + other.statuses_not_applied,
            threads_without_ticket: self.threads_without_ticket + other.threads_without_ticket,
        }
    }
}

/// Looks through a tenant, and keeps and counts what is found. Whatever is left at `until` is left for the next day: half of
/// the time is the conversations', so that each comes to its turn.
pub(crate) async fn find(tenancy: &Tenancy, now: Timestamp, until: Instant, found: &mut GapsFound) -> Result<(), Busy> {
    let half = until.saturating_duration_since(Instant::now()) / 2;
    let conversations = in_conversations(tenancy, now, until - half, found).await;
    if_readable(conversations, |error| {
        tracing::error!(tenant.id = %tenancy.tenant_id(), error, "conversations cannot be looked through for gaps");
    })?;
    for open in [true, false] {
        let tickets = in_tickets(tenancy, open, now, until, found).await;
        if_readable(tickets, |error| {
            tracing::error!(tenant.id = %tenancy.tenant_id(), open, error, "tickets cannot be looked through for gaps");
        })?;
    }
    Ok(())
}

/// A status waited for a day: its message is known by now, or nobody sent it here, which is a gap.
pub(crate) async fn of_parked(tenancy: &Tenancy, alias: MessageId, now: Timestamp) -> Result<GapsFound, Busy> {
    if let Some(place) = tenancy.whereabouts(alias).await? {
        apply_parked(tenancy, alias, place.message_id).await?;
        return Ok(GapsFound::default());
    }
    let parked = tenancy.parked_statuses(alias).await?;
    let Some(first) = parked.iter().map(|parked| parked.at).min() else { return Ok(GapsFound::default()) };
    let kind = GapKind::StatusNotApplied;
    let gap = Gap { kind, message_id: Some(alias), thread_id: None, since: first, found_at: now };
    let found = keep(tenancy, &[gap]).await?;
    let mut is_first = false;
    for (nth, one) in parked.iter().enumerate() {
        let was_due = tenancy.leave_parked(alias, one).await?;
        is_first |= nth == 0 && was_due;
    }
    // Each of the statuses of one message is due: the gap is counted with the first of them.
    Ok(if is_first { found } else { GapsFound::default() })
}

/// Some at once, and these one after the other: the admins hear of all of a day at one item.
async fn keep(tenancy: &Tenancy, gaps: &[Gap]) -> Result<GapsFound, Busy> {
    for some in gaps.chunks(Tenancy::GAPS_AT_ONCE) {
        for attempt in 0..ATTEMPTS {
            match tenancy.record_gaps(some).await {
                Ok(()) => break,
                Err(error) => after_conflict(error, attempt).await?,
            }
        }
    }
    Ok(GapsFound::of(gaps))
}

/// Nothing for what cannot be read, of which the log is told; any other trouble is for the caller.
fn if_readable<T>(looked: Result<T, Busy>, tell: impl FnOnce(String)) -> Result<Option<T>, Busy> {
    match looked {
        Ok(looked) => Ok(Some(looked)),
        Err(error) => {
            if !matches!(error, Busy::Storage(StorageError::Unreadable { .. })) {
                return Err(error);
            }
            tell(domain::chain(&error));
            Ok(None)
        }
    }
}

async fn in_tickets(
    tenancy: &Tenancy,
    open: bool,
    now: Timestamp,
    until: Instant,
    found: &mut GapsFound,
) -> Result<(), Busy> {
    let (mut seen, mut after) = (0, None);
    while seen < MOST_TICKETS && Instant::now() < until {
        let page = tenancy.listed_tickets(open, PAGE, after).await?;
        let of_page = page.data.len();
        let is_recent = |ticket: &Listed<Place, Ticket>| now.duration_since(ticket.place.at()) < WINDOW;
        let recent: Vec<_> = page.data.into_iter().filter(is_recent).collect();
        // The one with the latest message comes first.
        let is_last = recent.len() < of_page || page.next.is_none();
        let looks = stream::iter(recent).map(|ticket| in_threads(tenancy, ticket, now));
        let gaps: Vec<Vec<Gap>> = looks.buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        *found = *found + keep(tenancy, &gaps.concat()).await?;
        if is_last {
            break;
        }
        seen += of_page;
        after = page.next;
    }
    Ok(())
}

/// Those of a ticket's thread, and of the threads that it goes on for: their tickets are in no list.
async fn in_threads(tenancy: &Tenancy, listed: Listed<Place, Ticket>, now: Timestamp) -> Result<Vec<Gap>, Busy> {
    let id = listed.place.ticket_id();
    let ticket = if_readable(listed.read.map_err(Busy::from), |error| {
        let tenant = tenancy.tenant_id();
        tracing::error!(tenant.id = %tenant, ticket.id = %id, error, "a ticket cannot be looked at for gaps");
    })?;
    let joined = ticket.map(|ticket| ticket.joined).unwrap_or_default();
    let mut gaps = Vec::new();
    for thread in iter::once(id).chain(joined).map(ThreadId::of) {
        gaps.extend(in_thread(tenancy, thread, now).await?);
    }
    Ok(gaps)
}

async fn in_thread(tenancy: &Tenancy, thread: ThreadId, now: Timestamp) -> Result<Vec<Gap>, Busy> {
    let mut gaps = Vec::new();
    for Listed { place, read } in tenancy.latest_messages(thread, LATEST_MESSAGES).await? {
        let message = if_readable(read.map_err(Busy::from), |error| {
            tracing::error!(
                tenant.id = %tenancy.tenant_id(), thread.id = %thread, message.position = %place, error,
                "a message cannot be looked at for gaps"
            );
        })?;
        gaps.extend(message.and_then(|message| Gap::of_message(&message, now)));
    }
    Ok(gaps)
}

/// Those of the next contacts; after the last one it begins anew.
async fn in_conversations(
    tenancy: &Tenancy,
    now: Timestamp,
    until: Instant,
    found: &mut GapsFound,
) -> Result<(), Busy> {
    let channels = tenancy.all_channels().await?;
    let mut after = tenancy.gap_progress().await?;
    let mut seen = 0;
    while seen < MOST_CONTACTS && Instant::now() < until {
        let page = tenancy.contact_ids(PAGE, after.as_ref()).await?;
        let pairs = page.data.iter().flat_map(|contact| channels.iter().map(move |channel| (channel.id, *contact)));
        let looks = stream::iter(pairs).map(|(channel, contact)| in_conversation(tenancy, channel, contact, now));
        let gaps: Vec<Option<Gap>> = looks.buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        *found = *found + keep(tenancy, &gaps.into_iter().flatten().collect::<Vec<_>>()).await?;
        seen += PAGE;
        after = page.next;
        // What was looked at is not looked at again, whatever becomes of the rest.
        tenancy.keep_gap_progress(after.as_ref()).await?;
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

async fn in_conversation(
    tenancy: &Tenancy,
    channel: ChannelId,
    contact: ContactId,
    now: Timestamp,
) -> Result<Option<Gap>, Busy> {
    let lost = if_readable(lost_ticket(tenancy, channel, contact).await, |error| {
        tracing::error!(
            tenant.id = %tenancy.tenant_id(), channel.id = %channel, contact.id = %contact, error,
            "a conversation cannot be looked at for gaps"
        );
    })?;
    let Some(ticket) = lost.flatten() else { return Ok(None) };
    let (kind, thread_id) = (GapKind::ThreadWithoutTicket, Some(ThreadId::of(ticket)));
    Ok(Some(Gap { kind, message_id: None, thread_id, since: now, found_at: now }))
}

/// The ticket that a conversation says it has, if it is not there.
async fn lost_ticket(tenancy: &Tenancy, channel: ChannelId, contact: ContactId) -> Result<Option<TicketId>, Busy> {
    let Some(latest) = tenancy.conversation(channel, contact).await?.ticket_id else { return Ok(None) };
    let is_there = living_ticket(tenancy, latest).await?.is_some();
    Ok((!is_there).then_some(latest))
}
