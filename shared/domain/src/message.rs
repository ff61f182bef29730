//! Messages, in both directions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::contact::{Identity, Sender};
use crate::content::Content;
use crate::delivery::Delivery;
use crate::ids::{ChannelId, ContactId, MessageId, ThreadId, UserId};
use crate::position::Position;
use crate::provenance::Provenance;
use crate::trace::TraceId;

/// Meta's id of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Wamid(String);

/// Why a text is not Meta's id of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Meta's id of a message has 1 to {} characters", Wamid::MAX_CHARS)]
pub struct InvalidWamid;

impl Wamid {
    /// Far more than Meta uses; keeps keys and items small whatever is sent.
    pub const MAX_CHARS: usize = 512;

    /// The id as Meta wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Wamid {
    type Error = InvalidWamid;

    fn try_from(text: String) -> Result<Self, InvalidWamid> {
        if (1..=Self::MAX_CHARS).contains(&text.chars().count()) { Ok(Self(text)) } else { Err(InvalidWamid) }
    }
}

impl From<Wamid> for String {
    fn from(wamid: Wamid) -> String {
        wamid.0
    }
}

/// A message as it comes from a customer, before it has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundMessage {
    pub wamid: Wamid,
    /// Meta's timestamp: when the customer sent it.
    pub sent_at: Timestamp,
    pub sender: Sender,
    pub content: Content,
    /// The message that this one quotes; it may be one we never had.
    pub quotes: Option<Wamid>,
    /// The message that a reaction, an edit or a deletion is about; likewise.
    pub target: Option<Wamid>,
    pub provenance: Provenance,
}

/// A message in its thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub thread_id: ThreadId,
    pub channel_id: ChannelId,
    pub contact_id: ContactId,
    pub position: Position,
    /// Incoming: Meta's timestamp. Outgoing: when it was accepted.
    pub sent_at: Timestamp,
    pub content: Content,
    /// The message this one quotes, where we have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Meta's id: known from the start for an incoming message, once sent for an outgoing one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wamid: Option<Wamid>,
    /// The webhook or request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<TraceId>,
    #[serde(flatten)]
    pub direction: Direction,
    /// Counts the writes; every write is conditional on it.
    #[serde(default)]
    pub version: u64,
}

/// Which way a message goes, with what only that way has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "direction")]
pub enum Direction {
    Incoming {
        from: Identity,
        #[serde(default, flatten)]
        provenance: Provenance,
    },
    Outgoing {
        to: Identity,
        author: UserId,
        delivery: Delivery,
    },
}

impl Message {
    /// How our own message is doing; nothing for an incoming one.
    pub fn delivery(&self) -> Option<&Delivery> {
        match &self.direction {
            Direction::Incoming { .. } => None,
            Direction::Outgoing { delivery, .. } => Some(delivery),
        }
    }

    /// The same, to move it forward.
    pub fn delivery_mut(&mut self) -> Option<&mut Delivery> {
        match &mut self.direction {
            Direction::Incoming { .. } => None,
            Direction::Outgoing { delivery, .. } => Some(delivery),
        }
    }
}
