#![doc = include_str!("../README.md")]

pub mod allowance;
pub mod attachment;
pub mod audit;
pub mod campaign;
mod chain;
pub mod channel;
pub mod contact;
pub mod content;
pub mod deferred;
pub mod delivery;
pub mod failure;
pub mod gap;
pub mod ids;
pub mod library;
pub mod message;
pub mod moderation;
pub mod notice;
pub mod phone;
pub mod portfolio;
pub mod position;
pub mod provenance;
pub mod sealed;
pub mod service;
pub mod session;
pub mod template;
pub mod tenant;
pub mod ticket;
pub mod trace;
pub mod upload;

pub use allowance::Usage;
pub use attachment::Attachment;
pub use campaign::Campaign;
pub use chain::chain;
pub use channel::{BusinessNumber, Channel};
pub use contact::{Contact, Identity, Merge, MergeId, Sender};
pub use content::Content;
pub use deferred::{DeferredReply, DeferredStatus, NotWaiting};
pub use delivery::{Delivery, Status, Step};
pub use failure::Failure;
pub use gap::{Gap, GapKind};
pub use ids::{
    AttachmentId, AuditId, BlockId, CampaignId, ChannelId, ContactId, LibraryItemId, MessageId, TemplateId, TenantId,
    ThreadId, TicketId, UploadId, UserId, WebhookId,
};
pub use library::LibraryItem;
pub use message::{InboundMessage, Message, Wamid};
pub use moderation::{Detector, Moderation};
pub use notice::Notice;
pub use phone::{MatchingKey, Phone};
pub use portfolio::Portfolio;
pub use position::Position;
pub use provenance::Provenance;
pub use sealed::Sealed;
pub use session::Session;
pub use template::Template;
pub use tenant::Tenant;
pub use ticket::Ticket;
pub use trace::TraceId;
pub use upload::Upload;
