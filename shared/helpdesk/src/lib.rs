#![doc = include_str!("../README.md")]

mod accept;
mod allowance;
mod campaign;
mod contacts;
mod deferred;
mod deliver;
mod failures;
mod fetch;
mod fresh;
mod gaps;
mod inspect;
mod library;
mod living;
mod matching;
mod merge;
mod number;
mod numbers;
mod person;
mod receive;
mod record;
mod remind;
mod retry;
mod reveal;
mod session;
mod settle;
mod status;
mod tickets;
mod turn;
mod unconfirmed;
mod wake;
mod wishes;
mod words;

pub use accept::{
    AcceptError, Accepting, Alternative, Destination, FollowUp, Funds, IdempotencyKey, NewAttachment, NewHeader,
    NewReply, NewTemplate, NotReactable, Said, Saying, Source, Value, Whom, accept,
};
pub use allowance::{Allowance, AllowanceError, Block, Patience, give_back, notice, set_aside};
pub use campaign::{
    CampaignError, Campaigning, CancelError, LONGEST_VARIABLES, NewCampaign, NotForMany, advance, cancel_campaign,
    create_campaign, tell_of_campaign,
};
pub use contacts::{ContactError, NewContact, change_contact, create_contact};
pub use deferred::{DeferredError, cancel_deferred, deferred_replies, deferred_reply, rewrite_deferred};
pub use deliver::{Call, DeliverError, Delivered, OpenError, Opening, Post, UPLOAD_TIMEOUT, deliver};
pub use failures::keep_failure;
pub use fetch::{Fetched, Fetching, Obstacle, Outcome, Reason, fetch};
pub use fresh::fresh_id;
pub use gaps::GapsFound;
pub use library::{LibraryError, NewLibraryBody, NewLibraryItem, keep_in_library};
pub use living::{living_contact, living_ticket};
pub use matching::{also_matching, contacts_with_number};
pub use merge::{UndoError, merges_into, undo_merge};
pub use numbers::{NumberUsage, usage_of_numbers};
pub use receive::{Receipt, ReceiveError, Received, Receiving, Sealing, SealingError, receive};
pub use record::{Origin, Recorded, Recording, record};
pub use retry::Busy;
pub use reveal::{Reveal, RevealError, reveal};
pub use session::session_of;
pub use status::{StatusOutcome, apply_status};
pub use tickets::{TicketError, assign, close, reopen};
pub use turn::{Turned, turn_periods};
pub use unconfirmed::{UnconfirmedError, discard, resend};
pub use wake::{WakeError, Waking, Woken, wake};
pub use wishes::{PreferenceHeard, hear_preference};
