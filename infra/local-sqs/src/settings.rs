use serde::{Deserialize, Serialize};

/// 1 MiB: the most that a message, and the messages of a batch together, may weigh (AWS's quota since August 2025).
pub(crate) const MAXIMUM_MESSAGE_BYTES: u32 = 1_048_576;

/// How a queue behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// Standard or FIFO; it cannot change later.
    pub kind: QueueKind,
    /// How long a message waits before it can first be received, in seconds, 0–900.
    pub delay_seconds: u32,
    /// How long a received message is hidden, in seconds, 0–43,200.
    pub visibility_timeout_seconds: u32,
    /// How long a message is kept, in seconds, 60–1,209,600.
    pub retention_seconds: u32,
    /// How long a receive waits for a first message unless it says so itself, in seconds, 0–20.
    pub receive_wait_seconds: u32,
    /// The most that a message may weigh, body and attributes, in bytes, 1,024–1,048,576.
    pub maximum_message_bytes: u32,
    /// Where messages go that nobody could handle.
    pub redrive: Option<RedrivePolicy>,
}

/// Standard or FIFO.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueKind {
    /// Any order, any number of messages at once.
    Standard,
    /// Ordered by group, deduplicated. The queue's name ends in `.fifo`.
    Fifo(Fifo),
}

/// What only FIFO queues have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fifo {
    /// Whether a message without deduplication id takes the SHA-256 of its body as such.
    pub content_based_deduplication: bool,
    /// Among which messages a deduplication id is unique.
    pub deduplication_scope: DeduplicationScope,
    /// Kept and given back; nothing is throttled here.
    pub throughput_limit: ThroughputLimit,
}

/// Among which messages a deduplication id is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeduplicationScope {
    /// Among all of the queue.
    Queue,
    /// Among those of the same group.
    MessageGroup,
}

/// What AWS's throughput quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThroughputLimit {
    /// The whole queue.
    PerQueue,
    /// Each group; only with [`DeduplicationScope::MessageGroup`].
    PerMessageGroupId,
}

/// When a message is given up, and where it goes then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedrivePolicy {
    /// The name of a queue of the same kind.
    pub dead_letter_queue: String,
    /// How often a message is handed out before it moves, 1–1,000.
    pub max_receive_count: u32,
}

impl QueueSettings {
    /// A standard queue with AWS's defaults.
    pub fn standard() -> Self {
        Self {
            kind: QueueKind::Standard,
            delay_seconds: 0,
            visibility_timeout_seconds: 30,
            retention_seconds: 4 * 24 * 60 * 60,
            receive_wait_seconds: 0,
            maximum_message_bytes: MAXIMUM_MESSAGE_BYTES,
            redrive: None,
        }
    }

    /// A FIFO queue with AWS's defaults.
    pub fn fifo() -> Self {
        Self { kind: QueueKind::Fifo(Fifo::default()), ..Self::standard() }
    }

    pub(crate) fn is_fifo(&self) -> bool {
        matches!(self.kind, QueueKind::Fifo(_))
    }
}

impl Default for Fifo {
    fn default() -> Self {
        Self {
            content_based_deduplication: false,
            deduplication_scope: DeduplicationScope::Queue,
            throughput_limit: ThroughputLimit::PerQueue,
        }
    }
}
