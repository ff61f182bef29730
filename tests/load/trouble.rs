//! Kills, and their end.

use std::time::Instant;

use acceptance::World;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::figures::Figures;
use crate::options::Options;
use crate::watch;

const FUNCTIONS: [&str; 5] = ["ticket-creation", "webhook-intake", "api-helpdesk", "outbound-sender", "status-updates"];
/// Every so many kills it is the whole stack.
const WHOLE_STACK: usize = 4;

/// Shows the progress every second, and kills as often as it is asked to; how often it did.
pub(crate) async fn until_done(mut work: JoinSet<()>, world: &World, options: &Options, figures: &Figures) -> usize {
    let mut seconds = interval(std::time::Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (began, mut killed_at, mut kills) = (Instant::now(), Instant::now(), 0);
    while !work.is_empty() {
        tokio::select! {
            done = work.join_next() => done.into_iter().for_each(|done| done.expect("nobody gives up")),
            _ = seconds.tick() => watch::progress(world, options, figures, began.elapsed()).await,
        }
        if options.kill_every.is_some_and(|every| killed_at.elapsed() >= every) {
            kill(world, kills).await;
            kills += 1;
            killed_at = Instant::now();
        }
    }
    kills
}

async fn kill(world: &World, turn: usize) {
    if turn % WHOLE_STACK == WHOLE_STACK - 1 {
        world.kill_stack();
        world.start_again().await;
        return;
    }
    let victim = FUNCTIONS[turn % FUNCTIONS.len()];
    for (function, pid) in world.function_processes().await {
        if function == victim {
            world.kill_process(pid);
        }
    }
}

/// Meta and the queues bring again what a death interrupted, in their own time.
pub(crate) async fn over(world: &World, kills: usize) {
    world.settles().await;
    let rounds = if kills == 0 { 1 } else { 8 };
    for _ in 0..rounds {
        world.clock().advance("PT7M30S").await;
    }
}
