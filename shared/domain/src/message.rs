//! Messages, in both directions.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::contact::{Identity, Sender};
use crate::delivery::Delivery;
use crate::ids::{ChannelId, ContactId, MessageId, ThreadId, UserId};
use crate::position::Position;
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

/// What a message says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Content {
    Text {
        text: String,
    },
    /// A message of a kind that is not shown yet: the thread keeps its place, the words that came with it, and the
    /// original, so that nothing is lost (F12).
    Placeholder {
        /// Meta's name of the kind: `image`, `reaction`, `unsupported` …
        kind: String,
        /// A stable word for why it is not shown.
        reason: String,
        /// A caption or other words that came with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The message as Meta sent it, in JSON.
        original: String,
    },
}

impl Content {
    /// The kind as the API names it.
    pub fn kind(&self) -> &str {
        match self {
            Self::Text { .. } => "text",
            Self::Placeholder { kind, .. } => kind,
        }
    }

    /// The words, where there are any.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Placeholder { text, .. } => text.as_deref(),
        }
    }

    /// Whether receiving it opens or extends the session.
    ///
    /// A reaction, an edit or a deletion is not a message of the customer's: Meta documents that the window opens with
    /// a message or a call only, so counting these would promise an agent a reply that Meta refuses.
    pub fn opens_session(&self) -> bool {
        match self {
            Self::Text { .. } => true,
            Self::Placeholder { kind, .. } => !Self::WITHOUT_SESSION.contains(&kind.as_str()),
        }
    }

    const WITHOUT_SESSION: [&str; 4] = ["reaction", "edit", "revoke", "system"];
}

/// Prints the kind only: what people write stays out of logs.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({})", self.kind())
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
    Incoming { from: Identity },
    Outgoing { to: Identity, author: UserId, delivery: Delivery },
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
