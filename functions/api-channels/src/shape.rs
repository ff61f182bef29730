//! What resources look like in JSON.

mod channel;
mod components;
mod filled;
mod sync;
mod template;
mod tenant;

pub(crate) use channel::{Channel, ConnectedChannel};
pub(crate) use components::Components;
pub(crate) use filled::FilledTemplate;
pub(crate) use sync::TemplateSync;
pub(crate) use template::Template;
pub(crate) use tenant::{Purchase, Subscription, Tenant};
