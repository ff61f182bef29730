#![doc = include_str!("../README.md")]

mod answers;
mod body;
mod caller;
mod change;
mod deadline;
mod id;
mod idempotency;
pub mod openapi;
mod operator;
mod paging;
mod period;
mod phone;
mod problem;
mod query;
#[cfg(test)]
mod testing;
mod version;

pub use answers::complete;
pub use body::{Json, LargeJson};
pub use caller::{Caller, ClaimNames, Role};
pub use change::{Change, present};
pub use deadline::within;
pub use id::{Id, Ids};
pub use idempotency::{IdempotencyKey, fingerprint};
pub use operator::Operator;
pub use paging::{List, Paging, cursor_invalid};
pub use period::Period;
pub use phone::{Country, InvalidCountry, InvalidNumber, read_number};
pub use problem::Problem;
pub use query::Query;
pub use version::{IfMatch, Versioned};
