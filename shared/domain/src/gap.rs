//! What should have happened by now and has not (F45).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;
use crate::delivery::Delivery;
use crate::ids::{MessageId, ThreadId};
use crate::message::Message;

/// Something that somebody has to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub kind: GapKind,
    /// The message concerned, by our id or by what Meta's id leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ThreadId>,
    pub since: Timestamp,
    pub found_at: Timestamp,
}

/// What has not happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// A message of ours is neither sent nor failed.
    MessageWithoutOutcome,
    /// A customer's file is still with Meta.
    FileNotFetched,
    /// A status of Meta's waits for a message that nobody knows.
    StatusNotApplied,
    /// The thread of a conversation has no ticket.
    ThreadWithoutTicket,
}

impl GapKind {
    /// The stable word.
    pub fn name(self) -> &'static str {
        match self {
            Self::MessageWithoutOutcome => "message_without_outcome",
            Self::FileNotFetched => "file_not_fetched",
            Self::StatusNotApplied => "status_not_applied",
            Self::ThreadWithoutTicket => "thread_without_ticket",
        }
    }
}

/// By then a message is sent, failed or decided about, unless something is wrong.
const OUTCOME: SignedDuration = SignedDuration::from_hours(1);
/// By then a file is fetched: Meta's trouble rarely lasts a day.
const FILE: SignedDuration = SignedDuration::from_hours(24);

impl Gap {
    /// What has not become of a message.
    pub fn of_message(message: &Message, now: Timestamp) -> Option<Self> {
        let waits = message.delivery().and_then(Delivery::without_outcome_since);
        let file = message.content.attachment().and_then(Attachment::pending).map(|_| message.sent_at);
        let (kind, since) = match (waits, file) {
            (Some(since), _) if now.duration_since(since) > OUTCOME => (GapKind::MessageWithoutOutcome, since),
            (None, Some(since)) if now.duration_since(since) > FILE => (GapKind::FileNotFetched, since),
            _ => return None,
        };
        let (message_id, thread_id) = (Some(message.id), Some(message.thread_id));
        Some(Self { kind, message_id, thread_id, since, found_at: now })
    }

    /// The same gap has the same name, however often it is found.
    pub fn name(&self) -> String {
        let message = self.message_id.map(|id| id.to_string());
        let subject = message.or_else(|| self.thread_id.map(|id| id.to_string())).unwrap_or_default();
        format!("{}#{subject}", self.kind.name())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::content::Content;
    use crate::failure::Failure;
    use crate::ids::UserId;
    use crate::message::Direction;
    use crate::{Identity, Position};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn outgoing(delivery: Delivery) -> Message {
        let author = UserId::try_from("usr_ben".to_owned()).expect("a user");
        Message {
            id: Uuid::from_u128(1).into(),
            thread_id: Uuid::from_u128(2).into(),
            channel_id: Uuid::from_u128(3).into(),
            contact_id: Uuid::from_u128(4).into(),
            position: Position::new(at(0), 1),
            sent_at: at(0),
            content: Content::Text { text: "hello".into() },
            reply_to: None,
            wamid: None,
            trace_id: None,
            direction: Direction::Outgoing { to: Identity::Phone("15550100001".into()), author, delivery },
            version: 0,
        }
    }

    #[test]
    fn a_message_that_nobody_sent_within_an_hour_is_a_gap_however_often_it_was_put_off() {
        let mut delivery = Delivery::queued(at(0));
        delivery
            .put_off(crate::delivery::Obstacle::Pair, at(3_600), at(3_500))
            .expect("a queued message can be put off");
        let message = outgoing(delivery);
        assert_eq!(Gap::of_message(&message, at(3_600)), None);
        let gap = Gap::of_message(&message, at(3_601)).expect("a gap");
        assert_eq!((gap.kind, gap.since), (GapKind::MessageWithoutOutcome, at(0)));
        assert_eq!(gap.name(), "message_without_outcome#msg_00000000000000000000000000000001");
    }

    #[test]
    fn what_failed_or_was_sent_is_none() {
        let failure = Failure { code: "1".into(), reason: "no".into(), advice: "call".into() };
        let mut failed = Delivery::queued(at(0));
        failed.failed(failure, at(1));
        let mut sent = Delivery::queued(at(0));
        sent.sent(at(1));
        for delivery in [failed, sent] {
            assert_eq!(Gap::of_message(&outgoing(delivery), at(1_000_000)), None);
        }
    }
}
