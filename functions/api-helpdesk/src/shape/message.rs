//! A message in JSON (F36).

mod attachment;
mod card;
mod choice;
mod content;
mod notice;
mod order;
mod place;
mod provenance;
mod template;

use content::Content;
use domain::{Delivery, MessageId, Status, ThreadId, UserId};
use jiff::Timestamp;
use provenance::Provenance;
use serde::Serialize;
use utoipa::ToSchema;

use crate::business_number::BusinessNumber;

/// A message in its thread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    #[schema(value_type = String, example = "msg_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: MessageId,
    #[schema(value_type = String)]
    thread_id: ThreadId,
    direction: Direction,
    #[serde(flatten)]
    content: Content,
    #[serde(flatten)]
    provenance: Provenance,
    /// The sender: a number with `+`, or the WhatsApp user id of a customer who hides theirs. `null` if it is a channel's
    /// and the channel is gone.
    #[schema(required = true, example = "+15550100001")]
    from: Option<String>,
    /// The receiver, likewise.
    #[schema(required = true)]
    to: Option<String>,
    /// Incoming: when the customer sent it. Outgoing: when it was accepted.
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
    status: MessageStatus,
    /// The statuses that an outgoing message has reached, each with the first time it was reported, in the order of a
    /// message's life. Empty for an incoming one, which is `received` and stays so.
    statuses: Vec<Step>,
    /// The message it quotes, where we have it.
    #[schema(required = true, value_type = Option<String>)]
    reply_to: Option<MessageId>,
    /// The user who wrote an outgoing message.
    #[schema(required = true, value_type = Option<String>)]
    author_id: Option<UserId>,
    /// Why it failed, while its status is `failed`; while that is `unconfirmed`, why it was not sent again as was asked for.
    #[schema(required = true)]
    failure: Option<Failure>,
    /// When it is sent again by itself, while its status is `unconfirmed` and the tenant chose so.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    resends_at: Option<Timestamp>,
}

/// Which way a message goes, seen from the business.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Direction {
    Incoming,
    Outgoing,
}

/// How a message is doing. `unconfirmed` means that WhatsApp's answer was lost: it may have been sent or not, and is not
/// sent again unless somebody says so, or the tenant's settings do; `discarded` that somebody said not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MessageStatus {
    Received,
    Queued,
    Unconfirmed,
    Discarded,
    Sent,
    Failed,
    Delivered,
    Read,
    Played,
}

/// When a status was reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageStep)]
struct Step {
    status: MessageStatus,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// Why a message failed.
#[derive(Debug, Serialize, ToSchema)]
struct Failure {
    /// WhatsApp's error code, or a stable word of ours.
    #[schema(example = "131026")]
    code: String,
    /// What went wrong.
    reason: String,
    /// What to do about it.
    advice: String,
}

impl Message {
    /// A message of the channel whose number is `business`.
    pub(crate) fn of(message: domain::Message, business: &BusinessNumber) -> Self {
        let content = Content::of(message.content, message.id);
        let side = Side::of(message.direction, business);
        Self {
            id: message.id,
            thread_id: message.thread_id,
            direction: side.direction,
            content,
            provenance: side.provenance,
            from: side.from,
            to: side.to,
            sent_at: message.sent_at,
            status: side.status,
            statuses: side.statuses,
            reply_to: message.reply_to,
            author_id: side.author_id,
            failure: side.failure,
            resends_at: side.resends_at,
        }
    }
}

/// What depends on the direction.
struct Side {
    direction: Direction,
    provenance: Provenance,
    from: Option<String>,
    to: Option<String>,
    status: MessageStatus,
    statuses: Vec<Step>,
    author_id: Option<UserId>,
    failure: Option<Failure>,
    resends_at: Option<Timestamp>,
}

impl Side {
    fn of(direction: domain::message::Direction, business: &BusinessNumber) -> Self {
        match direction {
            domain::message::Direction::Incoming { from, provenance } => Self {
                direction: Direction::Incoming,
                provenance: provenance.into(),
                from: Some(from.display()),
                to: business.shown(),
                status: MessageStatus::Received,
                statuses: Vec::new(),
                author_id: None,
                failure: None,
                resends_at: None,
            },
            domain::message::Direction::Outgoing { to, author, delivery } => Self {
                direction: Direction::Outgoing,
                provenance: Provenance::default(),
                from: business.shown(),
                to: Some(to.display()),
                status: delivery.status().into(),
                statuses: steps(&delivery),
                author_id: Some(author),
                failure: delivery.failure().cloned().map(Failure::from),
                resends_at: delivery.resends_at(),
            },
        }
    }
}

fn steps(delivery: &Delivery) -> Vec<Step> {
    delivery.steps().iter().map(|step| Step { status: step.status.into(), at: step.at }).collect()
}

impl From<Status> for MessageStatus {
    fn from(status: Status) -> Self {
        match status {
            // That the call is under way is our own affair: nothing has left yet, as far as anybody knows.
            Status::Queued | Status::Sending => Self::Queued,
            Status::Unconfirmed => Self::Unconfirmed,
            Status::Discarded => Self::Discarded,
            Status::Sent => Self::Sent,
            Status::Failed => Self::Failed,
            Status::Delivered => Self::Delivered,
            Status::Read => Self::Read,
            Status::Played => Self::Played,
        }
    }
}

impl From<domain::Failure> for Failure {
    fn from(failure: domain::Failure) -> Self {
        Self { code: failure.code, reason: failure.reason, advice: failure.advice }
    }
}

#[cfg(test)]
mod tests;
