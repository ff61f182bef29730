//! The simulator through its HTTP, as a helpdesk and a tester meet it.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and its world is not an API")]

mod customers;
mod faults;
mod files;
mod sending;
mod templates;
mod uploads;
mod webhooks;
mod world;
