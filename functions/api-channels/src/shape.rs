//! What resources look like in JSON.

mod channel;
mod tenant;

pub(crate) use channel::Channel;
pub(crate) use tenant::Tenant;
