//! What Meta sends us.

pub mod message;
pub mod preferences;
pub mod signature;
pub mod split;
pub mod status;
pub mod subscription;
pub mod template;

mod content;
pub(crate) mod json;
mod person;
mod provenance;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
pub(crate) mod testing;

pub use split::{Item, MessageItem, OtherItem, Split, StatusItem, split};
