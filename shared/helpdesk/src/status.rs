//! Meta's report moves a message of ours forward (F14).

use domain::delivery::{Applied, Report, Turn};
use domain::message::Direction;
use domain::{ChannelId, Message, MessageId, Sender, Status, ThreadId, TicketId, TraceId};
use jiff::Timestamp;
use queues::{Queue, Trace};
use storage::directory::Route;
use storage::statuses::Parked;
use storage::{StorageError, Tenancy};
use whatsapp::graph::errors::class_of;
use whatsapp::webhook::status::{Reported, StatusUpdate};

use crate::accept::knock;
use crate::living::living_ticket;
use crate::number;
use crate::person::{Acquaintance, Introduction};
use crate::retry::{ATTEMPTS, Busy, after_conflict};
use crate::session::later_tickets;
use crate::settle::{Change, Verdict, change};
use crate::wishes::learn_from_refusal;

/// What became of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusOutcome {
    /// The message knows it now, or knew it already.
    Applied {
        id: MessageId,
        /// The request that made the message.
        trace_id: Option<TraceId>,
        /// The number that cannot send any more, where this status was the first to say so.
        new_trouble: Option<ChannelId>,
    },
    /// No message is known by the ids it names yet; it waits for one.
    Parked,
    /// Meta does not document this status.
    Unknown(String),
}

/// Meta's code for a message outside the customer service window.
const OUTSIDE_WINDOW: &str = "131047";

/// Applies a status to the message it names, by our own id first, by Meta's second.
///
/// # Errors
/// [`Busy`] when storage fails; applying it again is as applying it once.
pub async fn apply_status(
    route: &Route,
    outbound: &Queue,
    update: StatusUpdate,
    now: Timestamp,
) -> Result<StatusOutcome, Busy> {
    let report = match update.reported {
        Reported::Known(report) => report,
        Reported::Unknown(word) => return Ok(StatusOutcome::Unknown(word)),
    };
    let tenancy = &route.tenancy;
    let alias = MessageId::of_wamid(&route.channel.phone_number_id, &update.wamid);
    if let Some(mut message) = find(route, update.opaque.as_deref(), alias).await? {
        let waited = message.delivery().is_some_and(|delivery| delivery.turn() != Turn::Over);
        let name = Some((alias, &update.wamid));
        // First, since it is asked only while the message does not know that yet.
        if let (Report::Delivered, Some(recipient), true) =
            (&report, &update.recipient, is_news(&message, &report, update.at))
        {
            match meet(tenancy, recipient, update.at, now).await {
                // It must not keep the message from what is known of it.
                Err(Busy::Storage(error @ StorageError::Unreadable { .. })) => {
                    let error = domain::chain(&error);
                    tracing::error!(message.id = %message.id, error, "nobody can tell whether those it names are one");
                }
                met => met?,
            }
        }
        let new_trouble = apply(tenancy, &mut message, name, &report, update.at, now).await?;
        if waited {
            // Those behind it in the outbox need not wait any longer.
            knock(outbound, tenancy, &message).await;
        }
        return Ok(StatusOutcome::Applied { id: message.id, trace_id: message.trace_id, new_trouble });
    }
    let parked = park(&report, update.at);
    tenancy.park_status(alias, &parked, now).await?;
    // The send may have been recorded between the look and the parking; then it did not see what was parked.
    match tenancy.whereabouts(alias).await? {
        Some(place) => {
            apply_parked(tenancy, alias, place.message_id).await?;
            Ok(StatusOutcome::Applied { id: place.message_id, trace_id: None, new_trouble: None })
        }
        None => Ok(StatusOutcome::Parked),
    }
}

/// Whether the message does not know that yet.
fn is_news(message: &Message, report: &Report, at: Timestamp) -> bool {
    message.delivery().cloned().is_some_and(|mut delivery| delivery.report(report, at) != Applied::Nothing)
}

/// Where Meta names a recipient by several identities, they are one person (F11). Of the statuses of a message only
/// `delivered` is asked, so that it costs its reads once, and only the first time it comes: later one of the identities may
/// be somebody else's.
async fn meet(tenancy: &Tenancy, recipient: &Sender, at: Timestamp, now: Timestamp) -> Result<(), Busy> {
    if recipient.identities().nth(1).is_none() {
        return Ok(());
    }
    // What they call themselves is taken from messages, where it is looked at (F13); a late status would bring an old name.
    let recipient = recipient.clone().nameless();
    let acquaintance = Acquaintance { tenancy, trace_id: Trace::current_id(), now };
    acquaintance.learn(Introduction::by_status(&recipient, at)).await
}

/// Applies what came before the message was known by Meta's id.
pub(crate) async fn apply_parked(tenancy: &Tenancy, alias: MessageId, id: MessageId) -> Result<(), Busy> {
    for parked in tenancy.parked_statuses(alias).await? {
        if let (Some(report), Some(mut message)) = (unpark(&parked), tenancy.message(id).await?) {
            apply(tenancy, &mut message, None, &report, parked.at, parked.at).await?;
        }
        tenancy.unpark_status(alias, &parked).await?;
    }
    Ok(())
}

/// Meta refused a message of this thread as outside the window: our session is over, too, in whichever of the conversation's
/// tickets it stands (F17).
async fn close_session(tenancy: &Tenancy, thread: ThreadId, at: Timestamp) -> Result<(), Busy> {
    let Some(ticket) = living_ticket(tenancy, thread.ticket()).await? else { return Ok(()) };
    let later = later_tickets(tenancy, &ticket).await?;
    for ticket in later.iter().chain([&ticket]) {
        close_session_in(tenancy, ticket.id, at).await?;
    }
    Ok(())
}

async fn close_session_in(tenancy: &Tenancy, id: TicketId, at: Timestamp) -> Result<(), Busy> {
    for attempt in 0..ATTEMPTS {
        let Some(mut ticket) = living_ticket(tenancy, id).await? else { return Ok(()) };
        if !ticket.session_closed_by_meta(at) {
            return Ok(());
        }
        match tenancy.save_ticket(&mut ticket).await {
            Ok(()) => return Ok(()),
            Err(error) => after_conflict(error, attempt).await?,
        }
    }
    Err(Busy::Contended(ATTEMPTS))
}

/// A message of ours on this very channel: an id that names anything else is as good as none.
async fn find(route: &Route, opaque: Option<&str>, alias: MessageId) -> Result<Option<Message>, StorageError> {
    let ours = |message: &Message| {
        message.channel_id == route.channel.id && matches!(message.direction, Direction::Outgoing { .. })
    };
    let by_our_id = match opaque.and_then(|id| id.parse::<MessageId>().ok()) {
        Some(id) => route.tenancy.message(id).await?.filter(ours),
        None => None,
    };
    match by_our_id {
        Some(message) => Ok(Some(message)),
        None => Ok(route.tenancy.message(alias).await?.filter(ours)),
    }
}

/// Gives the number of the message if it cannot send, which nobody knew before.
async fn apply(
    tenancy: &Tenancy,
    message: &mut Message,
    name: Option<(MessageId, &domain::Wamid)>,
    report: &Report,
    at: Timestamp,
    now: Timestamp,
) -> Result<Option<ChannelId>, Busy> {
    let is_settled = |message: &Message| message.delivery().is_some_and(|delivery| delivery.status().is_settled());
    let new_name = name.filter(|_| message.wamid.is_none());
    let mut preview = message.clone();
    let nothing_new = takes(&mut preview, name, report, at) == Applied::Nothing;
    if nothing_new && (new_name.is_none() || !is_settled(&preview)) {
        // Whoever stored it may have died before what follows from it.
        return follow(tenancy, message, report, at, now).await;
    }
    change(tenancy, message, |message| {
        let was_settled = is_settled(message);
        takes(message, name, report, at);
        if !is_settled(message) {
            // Told of a call that does not count any more, it waits for what comes of the one that does.
            return Change::Message;
        }
        if let Some((_, wamid)) = new_name {
            message.wamid.get_or_insert_with(|| wamid.clone());
        }
        let alias = new_name.map(|(alias, _)| alias);
        if alias.is_some() || !was_settled { Change::Done { alias } } else { Change::Message }
    })
    .await?;
    follow(tenancy, message, report, at, now).await
}

/// What the message learns. That a call failed which is not the one by which Meta has it says nothing of it.
fn takes(message: &mut Message, name: Option<(MessageId, &domain::Wamid)>, report: &Report, at: Timestamp) -> Applied {
    let sent_as = message.wamid.clone();
    let Some(delivery) = message.delivery_mut() else { return Applied::Nothing };
    match (report, name, sent_as) {
        (Report::Failed(_), Some((_, call)), Some(sent_as)) if sent_as != *call => Applied::Nothing,
        (Report::Failed(failure), Some((_, call)), None) => delivery.call_failed(call, failure, at),
        _ => delivery.report(report, at),
    }
}

/// What a report tells beyond its message, of the number included. Doing it twice is as doing it once.
pub(crate) async fn follow(
    tenancy: &Tenancy,
    message: &Message,
    report: &Report,
    at: Timestamp,
    now: Timestamp,
) -> Result<Option<ChannelId>, Busy> {
    // Meta may have decided when it took the message: what the customer has said since then counts.
    let decided_at = number::left_at(message).map_or(at, |left| left.min(at));
    consequences(tenancy, message, report, decided_at).await?;
    let Report::Failed(failure) = report else { return Ok(None) };
    // What was delivered after all says nothing against its number.
    let has_failed = message.delivery().is_some_and(|delivery| delivery.status() == Status::Failed);
    let Some(class) = class_of(failure).filter(|_| has_failed) else { return Ok(None) };
    // The message itself has left: it stays failed, whatever the verdict.
    let verdict = Verdict::of(class, |_| 0);
    let is_news = number::failed_afterwards(tenancy, message, verdict, failure, at, now).await?;
    Ok(is_news.then_some(message.channel_id))
}

/// What a failure tells of the customer. Doing it twice is as doing it once.
pub(crate) async fn consequences(
    tenancy: &Tenancy,
    message: &Message,
    report: &Report,
    at: Timestamp,
) -> Result<(), Busy> {
    let Report::Failed(failure) = report else { return Ok(()) };
    if failure.code == OUTSIDE_WINDOW {
        close_session(tenancy, message.thread_id, at).await?;
    }
    learn_from_refusal(tenancy, message.contact_id, failure, at).await
}

fn park(report: &Report, at: Timestamp) -> Parked {
    let (status, failure) = match report {
        Report::Sent => ("sent", None),
        Report::Delivered => ("delivered", None),
        Report::Read => ("read", None),
        Report::Played => ("played", None),
        Report::Failed(failure) => ("failed", Some(failure.clone())),
    };
    Parked { status: status.to_owned(), at, failure }
}

fn unpark(parked: &Parked) -> Option<Report> {
    match (parked.status.as_str(), &parked.failure) {
        ("sent", _) => Some(Report::Sent),
        ("delivered", _) => Some(Report::Delivered),
        ("read", _) => Some(Report::Read),
        ("played", _) => Some(Report::Played),
        ("failed", Some(failure)) => Some(Report::Failed(failure.clone())),
        _ => None,
    }
}
