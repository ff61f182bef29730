//! What resources look like in JSON.

mod accepted;
mod audit;
mod contact;
mod conversation;
mod deferred;
mod gap;
mod library;
mod merge;
mod message;
mod notice;
mod settings;
mod template_send;
mod thread;
mod ticket;
mod upload;
mod usage;
mod wishes;

pub(crate) use accepted::Accepted;
pub(crate) use audit::AuditRecord;
pub(crate) use contact::Contact;
pub(crate) use conversation::Conversation;
pub(crate) use deferred::DeferredReply;
pub(crate) use gap::Gap;
pub(crate) use library::{Kind as LibraryKind, LibraryItem};
pub(crate) use merge::Merge;
pub(crate) use message::Message;
pub(crate) use notice::AdminNotice;
pub(crate) use settings::{ConsentRule, Settings};
pub(crate) use template_send::{TemplateSend, TemplateSendResult};
pub(crate) use thread::Thread;
pub(crate) use ticket::Ticket;
pub(crate) use upload::Upload;
pub(crate) use usage::{LedgerEntry, Usage};
pub(crate) use wishes::Stance;
