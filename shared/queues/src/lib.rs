#![doc = include_str!("../README.md")]

pub mod jobs;
pub mod packing;

mod consume;
mod knock;
mod queue;
mod trace;

pub use consume::{Disposition, consume, consume_jobs};
pub use queue::{Entry, Fifo, Queue, SendError};
pub use trace::Trace;
