#![doc = include_str!("../README.md")]

mod accept;
mod deliver;
mod fresh;
mod inspect;
mod library;
mod receive;
mod record;
mod retry;
mod session;
mod settle;
mod status;
mod tickets;
mod unconfirmed;
mod wake;

pub use accept::{
    AcceptError, Accepting, IdempotencyKey, NewAttachment, NewReply, NotReactable, Said, Saying, Source, accept,
};
pub use deliver::{Call, DeliverError, Delivered, OpenError, Opening, Post, UPLOAD_TIMEOUT, deliver};
pub use fresh::fresh_id;
pub use library::{LibraryError, NewLibraryBody, NewLibraryItem, keep_in_library};
pub use receive::{Receipt, Received, Receiving, receive};
pub use record::{Recorded, Recording, record};
pub use retry::Busy;
pub use session::session_of;
pub use status::{StatusOutcome, apply_status};
pub use tickets::{TicketError, assign, close, reopen};
pub use unconfirmed::{UnconfirmedError, discard, resend};
pub use wake::{WakeError, Woken, wake};
