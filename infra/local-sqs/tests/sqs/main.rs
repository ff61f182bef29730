//! The queues as the AWS SDK sees them over HTTP, and as an event source does in process, under a clock that moves by hand.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it should do")]

mod batches;
mod dead_letters;
mod deduplication;
mod durability;
mod groups;
mod messages;
mod order;
mod queues;
mod waiting;
mod world;
