#![doc = include_str!("../README.md")]

mod agent;
mod campaigns;
mod channels;
mod clock;
pub mod coverage;
mod crowd;
mod customer;
mod faults;
pub mod files;
mod graph;
mod identities;
pub mod payload;
mod poll;
mod processes;
pub mod roles;
pub mod secrets;
mod stack;
mod stack_file;
mod templates;
mod uploads;
mod webhooks;
mod wire;
mod world;

pub use agent::{Agent, Answer, Thread, texts};
pub use campaigns::{Somebody, spring_offer};
pub use channels::Number;
pub use clock::Clock;
pub use crowd::{Crowd, Gathered, Played, Tells};
pub use customer::{Customer, Phone};
pub use faults::Point;
pub use graph::GraphRequest;
pub use poll::{eventually, within};
pub use stack_file::{Channel, StackFile, Template, Tenant};
pub use webhooks::{Outcome, signature};
pub use wire::GUARD as WITHOUT_GUARD;
pub use world::World;
