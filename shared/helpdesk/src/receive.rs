//! A customer's messages enter their thread (F5, F8).

mod arrival;
mod beside;
mod destination;
mod hiding;

use std::error::Error;
use std::pin::Pin;

use arrival::Arrival;
use beside::Beside;
use destination::{Destination, Found};
use domain::contact::wishes::WishWords;
use domain::{Attachment, Channel, InboundMessage, Message, MessageId, Moderation, Sealed, Tenant, TraceId};
use jiff::{SignedDuration, Timestamp};
use queues::Queue;
use queues::jobs::MediaJob;
use secrecy::SecretString;
use storage::directory::Route;
use storage::{CommitError, Objects, StorageError, Tenancy};

use crate::accept::{LOOK_AFTER, knock};
use crate::person::{Acquaintance, Introduction, Person};
use crate::retry::{ATTEMPTS, Busy, after_conflict};

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is in a thread now.
    Stored(MessageId),
    /// It is in a thread now, and what it says is hidden (F13).
    Hidden(MessageId),
    /// It was there already.
    Duplicate(MessageId),
    /// It was sent while the number was not connected: before it was for the first time, or in between (F5).
    BeforeConnection,
    /// An agent has blocked whoever sent it, so it is not received (F41).
    Blocked,
    /// A notice of WhatsApp's about somebody who has no thread on this number. It is no work, so none is made.
    NoThread,
}

/// The receipts, in the order of the messages.
pub type Received = Vec<Receipt>;

/// What receiving needs beside the messages.
#[derive(Clone, Copy)]
pub struct Receiving<'a> {
    pub route: &'a Route,
    pub objects: &'a Objects,
    /// Hears of files that are to be fetched.
    pub media: &'a Queue,
    /// Hears of answers for which something waited.
    pub outbound: &'a Queue,
    /// Seals what a message says that is to be hidden.
    pub seal: &'a (dyn Fn(MessageId, SecretString) -> Sealing<'a> + Sync),
    pub now: Timestamp,
    /// The webhook that brought them.
    pub trace_id: Option<TraceId>,
}

/// A content on its way into its seal.
pub type Sealing<'a> = Pin<Box<dyn Future<Output = Result<Sealed, SealingError>> + Send + 'a>>;

/// Why a content is not sealed.
pub type SealingError = Box<dyn Error + Send + Sync>;

/// Why messages were not received. What was stored before stays, and is a duplicate the next time.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// What is to be hidden is stored sealed or not at all.
    #[error("what a message says could not be sealed")]
    NotSealed(#[source] SealingError),
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl From<StorageError> for ReceiveError {
    fn from(error: StorageError) -> Self {
        Self::Busy(error.into())
    }
}

/// A transaction takes 100 writes; a message needs two, a hidden one three.
const MESSAGES_AT_ONCE: usize = 30;

/// Takes messages of one conversation into their thread, in their order: finds or makes the contact, and finds, reopens
/// or makes the ticket. Exactly once per Meta message id, however often it is called and whatever runs beside it.
///
/// # Errors
/// [`ReceiveError`] when storage fails or too many others write the same; what was stored before stays, and is a duplicate
/// the next time.
pub async fn receive(receiving: Receiving<'_>, messages: Vec<InboundMessage>) -> Result<Received, ReceiveError> {
    let channel = &receiving.route.channel;
    // One small read for all messages of a job: a copy on the route would have to follow every change of settings.
    let rules = receiving.tenancy().tenant().await?.map(Rules::from).unwrap_or_default();
    let beside = Beside::of(channel, &messages);
    let mut receipts: Vec<Option<Receipt>> = vec![None; messages.len()];
    let mut waiting: Vec<Arrival> = Vec::new();
    for (index, inbound) in messages.into_iter().enumerate() {
        if !channel.takes(inbound.sent_at) {
            receipts[index] = Some(Receipt::BeforeConnection);
            continue;
        }
        let id = MessageId::of_wamid(&channel.phone_number_id, &inbound.wamid);
        waiting.push(receiving.arrival(index, id, inbound, &beside, &rules).await?);
    }
    for group in waiting.chunk_by(belong_together) {
        for part in group.chunks(MESSAGES_AT_ONCE) {
            for (index, receipt) in receiving.take(part, &rules).await? {
                receipts[index] = Some(receipt);
            }
        }
    }
    Ok(receipts.into_iter().flatten().collect())
}

/// What a tenant chose about what it receives.
#[derive(Clone, Debug, Default)]
struct Rules {
    moderation: Moderation,
    wish_words: WishWords,
    /// How long before the end of a session somebody is reminded.
    remind_before: Option<SignedDuration>,
}

impl From<Tenant> for Rules {
    fn from(tenant: Tenant) -> Self {
        let Tenant { moderation, wish_words, session_reminder_before: remind_before, .. } = tenant;
        Self { moderation, wish_words, remind_before }
    }
}

/// Whether two messages go to one ticket, whatever it is: they are work, and of one sender. A notice goes alone, since it
/// makes the person who was known by another name.
fn belong_together(one: &Arrival, other: &Arrival) -> bool {
    let are_work = one.inbound.content.makes_work() && other.inbound.content.makes_work();
    are_work && one.inbound.sender.identities().eq(other.inbound.sender.identities())
}

impl Receiving<'_> {
    fn tenancy(&self) -> &Tenancy {
        &self.route.tenancy
    }

    fn acquaintance(&self) -> Acquaintance<'_> {
        Acquaintance { tenancy: self.tenancy(), trace_id: self.trace_id, now: self.now }
    }

    fn channel(&self) -> &Channel {
        &self.route.channel
    }

    /// Stores the messages of one sender: decide, write everything under the conditions of the decision, and decide
    /// again if one of them no longer holds.
    async fn take(&self, arrivals: &[Arrival], rules: &Rules) -> Result<Vec<(usize, Receipt)>, Busy> {
        let mut receipts = Vec::new();
        let mut waiting = arrivals.to_vec();
        for attempt in 0..ATTEMPTS {
            waiting = self.without_duplicates(waiting, attempt, &mut receipts).await?;
            let Some(first) = waiting.first() else { return Ok(receipts) };
            let mut person = self.acquaintance().person(Introduction::by_message(first.id, &first.inbound)).await?;
            for arrival in &waiting {
                if let Some(stance) = arrival.stance {
                    person.hear(stance, arrival.inbound.sent_at);
                }
            }
            // What was sent after somebody blocked them is not received.
            let is_blocked = |arrival: &Arrival| person.contact.wishes.drop_what_was_sent(arrival.inbound.sent_at);
            let (blocked, taken): (Vec<_>, Vec<_>) = waiting.iter().cloned().partition(is_blocked);
            let destination = match taken.first() {
                Some(first) => self.destination(&person, &first.inbound).await?,
                None => None,
            };
            let receipt = if destination.is_some() { Arrival::receipt } else { |_: &Arrival| Receipt::NoThread };
            let done = match destination {
                Some(destination) => self.store(&person, destination, &taken, rules).await,
                None => self.remember(&person).await,
            };
            match done {
                Ok(()) => {
                    receipts.extend(taken.iter().map(|arrival| (arrival.index, receipt(arrival))));
                    receipts.extend(blocked.iter().map(|arrival| (arrival.index, Receipt::Blocked)));
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

    /// Keeps what a message tells of somebody whom we know, though it goes into no thread.
    async fn remember(&self, person: &Person) -> Result<(), CommitError> {
        if !person.is_changed() {
            return Ok(());
        }
        let mut transaction = self.tenancy().transaction();
        person.write(&mut transaction);
        transaction.commit().await
    }

    /// Writes everything, then tells of the files that are to be fetched.
    async fn store(
        &self,
        person: &Person,
        destination: Destination,
        arrivals: &[Arrival],
        rules: &Rules,
    ) -> Result<(), CommitError> {
        let Destination { mut ticket, found, awaited } = destination;
        let mut transaction = self.tenancy().transaction();
        person.write(&mut transaction);
        if matches!(found, Found::New { .. }) {
            // A merge would have changed an existing ticket; a new one must not be a merged contact's.
            person.check(&mut transaction);
        }
        let messages: Vec<Message> = arrivals
            .iter()
            .map(|arrival| {
                let message = ticket.receive(arrival.id, arrival.inbound.clone(), arrival.reply_to);
                Message { trace_id: self.trace_id, ..message }
            })
            .collect();
        if let Some(before) = rules.remind_before {
            ticket.arm_reminder(before, self.now);
        }
        let (channel_id, contact_id) = (self.channel().id, person.contact.id);
        let answers = awaited && ticket.session.is_some_and(|session| session.is_open(self.now));
        let look_at = answers.then(|| self.now + LOOK_AFTER);
        match found {
            Found::Existing => {
                transaction.save_ticket(&mut ticket);
                if let Some(look_at) = look_at {
                    transaction.nudge_conversation(channel_id, contact_id, look_at);
                }
            }
            Found::New { latest, closed_version } => {
                if let (Some(closed), Some(version)) = (latest, closed_version) {
                    transaction.check_ticket(closed, version);
                }
                transaction.create_ticket(&ticket);
                transaction.advance_conversation(channel_id, contact_id, latest, ticket.id, look_at);
            }
        }
        for message in &messages {
            transaction.create_message(message);
        }
        for arrival in arrivals {
            if let Some(original) = &arrival.hidden {
                transaction.create_original(arrival.id, original);
            }
        }
        transaction.commit().await?;
        if let (true, Some(answer)) = (answers, messages.first()) {
            knock(self.outbound, self.tenancy(), answer).await;
        }
        let files: Vec<MediaJob> = messages.iter().filter_map(|message| self.file_of(message)).collect();
        self.tell_of(&files).await;
        Ok(())
    }

    fn file_of(&self, message: &Message) -> Option<MediaJob> {
        message.content.attachment().and_then(Attachment::pending)?;
        let (tenant_id, thread_id) = (self.tenancy().tenant_id(), message.thread_id);
        Some(MediaJob { tenant_id, thread_id, position: message.position })
    }

    /// The messages are in the due index already, so a job that is lost is only late.
    async fn tell_of(&self, files: &[MediaJob]) {
        if files.is_empty() {
            return;
        }
        if let Err(error) = self.media.tell_of_files(files).await {
            tracing::warn!(error = domain::chain(&error), "no job for files; due-work will find them");
        }
    }
}
