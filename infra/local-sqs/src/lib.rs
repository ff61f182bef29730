#![doc = include_str!("../README.md")]

mod acceptance;
mod changes;
mod error;
mod http;
mod message;
mod message_attribute;
mod queue_attributes;
mod queues;
mod receipt;
mod settings;
mod store;

use std::sync::Arc;

use jiff::Timestamp;

pub use error::Error;
pub use http::router;
pub use message::{Message, NewMessage, Receive, ReceivedMessage, SentMessage};
pub use message_attribute::{AttributeValue, MessageAttribute};
pub use queues::{Counts, Queues};
pub use settings::{DeduplicationScope, Fifo, QueueKind, QueueSettings, RedrivePolicy, ThroughputLimit};
pub use store::MoveTask;

/// Where the queues read the time. It may be moved forward; see [`Queues::clock_moved`].
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The account that every queue belongs to.
pub const ACCOUNT_ID: &str = "000000000000";

/// The region in every queue's ARN.
pub const REGION: &str = "us-east-1";

/// The ARN of the queue of this name.
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}")
}
