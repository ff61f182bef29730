#![doc = include_str!("../README.md")]

mod accounts;
mod clock;
mod connection;
mod control;
mod customers;
mod faults;
mod filling;
mod graph;
mod learning;
mod media;
mod messages;
mod numbers;
mod pair_rate;
mod profile;
mod requests;
mod sending;
mod simulator;
mod statuses;
mod store;
mod templates;
mod uploads;
mod wamid;
mod webhooks;
mod window;
mod writing;

pub use crate::clock::Clock;
pub use crate::numbers::Number;
pub use crate::simulator::{IdleState, OpenError, Settings, Simulator};
pub use crate::templates::Template;
pub use crate::webhooks::PendingWebhook;
