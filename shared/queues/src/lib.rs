#![doc = include_str!("../README.md")]

pub mod jobs;
pub mod packing;

mod consume;
mod dead_letters;
mod knock;
mod queue;
mod trace;

pub use consume::{Disposition, NotDone, consume, consume_jobs, is_from_fifo};
pub use dead_letters::{DeadLetter, DeadLetterQueue, DeadLetters, DeadLettersError};
pub use queue::{Entry, Fifo, Queue, SendError};
pub use trace::Trace;
