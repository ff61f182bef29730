//! A reply that waits for the customer's answer to a template (F18).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::ids::{MessageId, ThreadId, UserId};
use crate::trace::TraceId;

/// What goes out by itself once the customer has answered a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredReply {
    /// The template with which it was written. A template has one such reply at most, so this is its name, too.
    pub message_id: MessageId,
    pub thread_id: ThreadId,
    pub author: UserId,
    /// The messages that it becomes, in their order; their files were looked at when it was written.
    pub contents: Vec<Content>,
    /// The message that the first of them quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    pub created_at: Timestamp,
    /// The request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    #[serde(flatten)]
    fate: Fate,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

/// What became of it, as far as anybody did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fate")]
enum Fate {
    Waiting,
    Released { at: Timestamp, message_ids: Vec<MessageId> },
    Cancelled { at: Timestamp, by: UserId },
}

/// How a deferred reply is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeferredStatus {
    Waiting,
    /// The customer has answered, and its messages are in the thread.
    Released,
    Cancelled,
    /// The customer has not answered in time.
    Expired,
}

/// Only what waits can be changed, cancelled or released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reply does not wait any more: it is {0:?}")]
pub struct NotWaiting(pub DeferredStatus);

impl DeferredReply {
    /// How long one waits. Whoever answers a template later than this speaks of something else, and what was written for
    /// them a week ago would be no answer.
    pub const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
    /// How many wait in one conversation: a few agents at once, and never more than are released in one go.
    pub const MOST: usize = 5;

    /// One that waits for the answer to the template `message_id`.
    pub fn new(
        message_id: MessageId,
        thread_id: ThreadId,
        author: UserId,
        contents: Vec<Content>,
        trace_id: Option<TraceId>,
        now: Timestamp,
    ) -> Self {
        Self {
            message_id,
            thread_id,
            author,
            contents,
            reply_to: None,
            created_at: now,
            trace_id,
            fate: Fate::Waiting,
            version: 0,
        }
    }

    /// The first moment at which it waits no more.
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.saturating_add(Self::LIFE).unwrap_or(Timestamp::MAX)
    }

    pub fn status(&self, now: Timestamp) -> DeferredStatus {
        match self.fate {
            Fate::Waiting if now < self.expires_at() => DeferredStatus::Waiting,
            Fate::Waiting => DeferredStatus::Expired,
            Fate::Released { .. } => DeferredStatus::Released,
            Fate::Cancelled { .. } => DeferredStatus::Cancelled,
        }
    }

    /// The messages that it has become; none while it waits.
    pub fn message_ids(&self) -> &[MessageId] {
        match &self.fate {
            Fate::Released { message_ids, .. } => message_ids,
            Fate::Waiting | Fate::Cancelled { .. } => &[],
        }
    }

    /// It says something else.
    ///
    /// # Errors
    /// [`NotWaiting`], likewise of the others.
    pub fn rewrite(
        &mut self,
        contents: Vec<Content>,
        reply_to: Option<MessageId>,
        now: Timestamp,
    ) -> Result<(), NotWaiting> {
        self.check_waits(now)?;
        (self.contents, self.reply_to) = (contents, reply_to);
        Ok(())
    }

    /// Somebody does not want it to go out.
    pub fn cancel(&mut self, by: UserId, now: Timestamp) -> Result<(), NotWaiting> {
        self.check_waits(now)?;
        self.fate = Fate::Cancelled { at: now, by };
        Ok(())
    }

    /// The customer has answered: it has become these messages.
    pub fn release(&mut self, message_ids: Vec<MessageId>, now: Timestamp) -> Result<(), NotWaiting> {
        self.check_waits(now)?;
        self.fate = Fate::Released { at: now, message_ids };
        Ok(())
    }

    fn check_waits(&self, now: Timestamp) -> Result<(), NotWaiting> {
        match self.status(now) {
            DeferredStatus::Waiting => Ok(()),
            other => Err(NotWaiting(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn ben() -> UserId {
        UserId::try_from("usr_ben".to_owned()).expect("a user id")
    }

    fn reply() -> DeferredReply {
        let text = Content::Text { text: "here we are".into() };
        DeferredReply::new(Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), ben(), vec![text], None, at(0))
    }

    const WEEK: i64 = 7 * 24 * 3_600;

    #[test]
    fn what_waits_is_released_once_and_then_stays_so() {
        let mut reply = reply();
        let ids = vec![Uuid::from_u128(3).into()];
        assert_eq!(reply.release(ids.clone(), at(WEEK - 1)), Ok(()));
        assert_eq!((reply.status(at(WEEK)), reply.message_ids()), (DeferredStatus::Released, &ids[..]));
        let not_waiting = Err(NotWaiting(DeferredStatus::Released));
        assert_eq!(reply.release(Vec::new(), at(10)), not_waiting);
        assert_eq!(reply.cancel(ben(), at(10)), not_waiting);
        assert_eq!(reply.rewrite(Vec::new(), None, at(10)), not_waiting);
    }

    #[test]
    fn after_a_week_it_is_over() {
        let mut reply = reply();
        assert_eq!(reply.status(at(WEEK - 1)), DeferredStatus::Waiting);
        assert_eq!(reply.release(Vec::new(), at(WEEK)), Err(NotWaiting(DeferredStatus::Expired)));
    }

    #[test]
    fn one_that_is_cancelled_is_never_released() {
        let mut reply = reply();
        assert_eq!(reply.cancel(ben(), at(5)), Ok(()));
        assert_eq!(reply.release(Vec::new(), at(6)), Err(NotWaiting(DeferredStatus::Cancelled)));
        let read: DeferredReply = serde_json::from_str(&serde_json::to_string(&reply).expect("JSON")).expect("it");
        assert_eq!(read, reply);
    }
}
