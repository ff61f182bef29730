#![doc = include_str!("../README.md")]

pub mod channels;
pub mod contacts;
pub mod conversations;
pub mod directory;
mod error;
pub mod events;
pub mod idempotency;
mod item;
mod key;
pub mod library;
pub mod merges;
pub mod messages;
pub mod objects;
pub mod outbox;
pub mod page;
pub mod statuses;
mod table;
pub mod templates;
pub mod tenants;
pub mod tickets;
mod transaction;
pub mod uploads;

pub use channels::ChannelCursor;
pub use contacts::ContactCursor;
pub use directory::Directory;
pub use error::{CommitError, StorageError};
pub use library::LibraryCursor;
pub use messages::MessageCursor;
pub use objects::{Invitation, Objects, Part, Upload};
pub use page::{InvalidCursor, Page};
pub use table::{Table, Tenancy};
pub use templates::TemplateCursor;
pub use tickets::TicketCursor;
pub use transaction::Transaction;
