//! The product as its users see it. The world around these tests is described in the crate's README.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "this is all tests, what they share included")]

mod allowance;
mod architecture;
mod batches;
mod campaign_people;
mod campaigns;
mod channels;
mod contacts;
mod control;
mod conversations;
mod counting;
mod credentials;
mod dead_letters;
mod deferred;
mod deployment;
mod faults;
mod fixtures;
mod formatting;
mod gaps;
mod inbound;
mod intake;
mod kills;
mod kinds;
mod large;
mod late;
mod library;
mod media;
mod media_trouble;
mod merges;
mod messaging_limits;
mod moderation;
mod notices;
mod outbound_media;
mod pace;
mod permissions;
mod placeholders;
mod races;
mod reactions;
mod refusals;
mod replies;
mod restarts;
mod sessions;
mod statuses;
mod story;
mod template_changes;
mod template_messages;
mod templates;
mod tenants;
mod told;
mod unconfirmed;
mod undone;
mod versions;
mod wishes;

use acceptance::World;

const STACK: &str = env!("CARGO_BIN_EXE_stack-under-test");

/// A world of one's own, for those who move its clock, change settings or kill it.
async fn fresh_world() -> World {
    World::start_with(STACK).await
}

/// A world of one's own for those who count calls, or choose the faults that these meet.
async fn counted_world() -> World {
    World::start_counted_with(STACK).await
}

/// A world of one's own from another template than the project's.
async fn world_from(template: &str) -> World {
    World::start_from(STACK, template).await
}

/// The world of all others.
async fn shared_world() -> World {
    World::share_with(STACK).await
}
