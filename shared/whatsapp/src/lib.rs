#![doc = include_str!("../README.md")]

pub mod formatting;
pub mod graph;
pub mod limits;
pub mod media;
pub mod portfolio;
mod template;
pub mod webhook;
