//! The Graph client against servers that answer in every way Meta or a broken network may.

#![expect(clippy::unwrap_used, reason = "these are tests, what they share included")]

mod downloading;
mod sending;
mod uploading;
