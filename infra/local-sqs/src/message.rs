use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::MessageAttribute;

/// A message to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMessage {
    /// What it says; not empty.
    pub body: String,
    /// At most ten, by name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// Whose order it keeps. FIFO queues need it; standard queues carry it along.
    pub group_id: Option<String>,
    /// What makes two messages the same; FIFO queues only.
    pub deduplication_id: Option<String>,
    /// Instead of the queue's delay; standard queues only. In seconds, 0–900.
    pub delay_seconds: Option<u32>,
    /// `AWSTraceHeader`, carried along.
    pub trace_header: Option<String>,
}

impl NewMessage {
    /// A message with nothing but a body.
    pub fn new(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// The same in a group.
    pub fn in_group(mut self, group_id: impl Into<String>) -> Self {
        self.group_id = Some(group_id.into());
        self
    }

    /// The same with a deduplication id.
    pub fn deduplicated_by(mut self, deduplication_id: impl Into<String>) -> Self {
        self.deduplication_id = Some(deduplication_id.into());
        self
    }
}

/// What the sender learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// The message's id; of a repetition, the first one's.
    pub message_id: String,
    /// Its place in a FIFO queue: twenty digits, to be compared as text.
    pub sequence_number: Option<String>,
    /// In hexadecimal.
    pub md5_of_body: String,
    /// In hexadecimal; none without attributes.
    pub md5_of_attributes: Option<String>,
}

/// How to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receive {
    /// At most this many messages, 1–10.
    pub max_messages: u32,
    /// Instead of the queue's visibility timeout, in seconds, 0–43,200.
    pub visibility_timeout_seconds: Option<u32>,
    /// Instead of the queue's wait for a first message, in seconds of wall time, 0–20.
    pub wait_seconds: Option<u32>,
}

impl Receive {
    /// Up to this many messages, 1–10, as the queue's settings say.
    pub fn up_to(max_messages: u32) -> Self {
        Self { max_messages, visibility_timeout_seconds: None, wait_seconds: None }
    }
}

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Stays through receives and the dead-letter queue.
    pub message_id: String,
    /// What it says.
    pub body: String,
    /// By name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// Whose order it keeps.
    pub group_id: Option<String>,
    /// What makes it the same as another; with content-based deduplication, the SHA-256 of the body.
    pub deduplication_id: Option<String>,
    /// Its place in its queue: twenty digits, to be compared as text.
    pub sequence_number: String,
    /// When it entered a queue. A FIFO dead-letter queue counts anew, a standard one does not (AWS's rule for retention).
    pub sent_at: Timestamp,
    /// Until when it is hidden, by its delay or its receiver.
    pub available_at: Timestamp,
    /// How often it was handed out.
    pub receive_count: u32,
    /// When it was handed out first.
    pub first_received_at: Option<Timestamp>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// The queue that gave it up.
    pub dead_letter_source: Option<String>,
}

/// A message and the right to delete it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// Names this receive of the message; the next one voids it.
    pub receipt_handle: String,
    /// The message, its receive count including this one.
    pub message: Message,
}
