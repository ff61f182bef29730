//! Kills and lost answers, and their end.

use std::time::{Duration, Instant};

use acceptance::World;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::figures::Figures;
use crate::options::Options;
use crate::watch;

const FUNCTIONS: [&str; 5] = ["ticket-creation", "webhook-intake", "api-helpdesk", SENDER, "status-updates"];
const SENDER: &str = "outbound-sender";
/// Every so many kills it is the whole stack.
const WHOLE_STACK: usize = 4;

/// A kill, by the stack's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    pub(crate) at: Timestamp,
    /// How many processes of the sender died.
    pub(crate) senders: usize,
}

/// So many of Graph's answers to replies will be lost, in turn after the reply went out, before, and in the middle of
/// the answer.
pub(crate) async fn lose_answers(world: &World, options: &Options) {
    let Some(one_in) = 100_usize.checked_div(options.lost) else { return };
    let kinds = ["drop_after", "drop_before", "drop_half"].into_iter().cycle();
    for then in kinds.take(options.customers * options.replies / one_in) {
        let matching = json!({ "method": "POST", "path": "/messages" });
        world.meta_misbehaves(json!({ "match": matching, "after": one_in - 1, "then": then })).await;
    }
}

/// Shows the progress every second, and kills as often as it is asked to; the kills.
pub(crate) async fn until_done(
    mut work: JoinSet<()>,
    world: &World,
    options: &Options,
    figures: &Figures,
) -> Vec<Kill> {
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (began, began_at, mut kills) = (Instant::now(), world.clock().now().await, Vec::new());
    let mut killed_at = began;
    while !work.is_empty() {
        tokio::select! {
            done = work.join_next() => done.into_iter().for_each(|done| done.expect("nobody gives up")),
            _ = seconds.tick() => watch::progress(world, options, figures, began.elapsed()).await,
        }
        if options.kill_every.is_some_and(|every| killed_at.elapsed() >= every) {
            let senders = kill(world, kills.len()).await;
            let passed = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX);
            kills.push(Kill { at: began_at + passed, senders });
            killed_at = Instant::now();
        }
    }
    kills
}

/// Says how many of the sender's processes died.
async fn kill(world: &World, turn: usize) -> usize {
    let processes = world.function_processes().await;
    let senders = processes.iter().filter(|(function, _)| function == SENDER).count();
    if turn % WHOLE_STACK == WHOLE_STACK - 1 {
        world.kill_stack();
        world.start_again().await;
        return senders;
    }
    let victim = FUNCTIONS[turn % FUNCTIONS.len()];
    for (_, pid) in processes.iter().filter(|(function, _)| function == victim) {
        world.kill_process(*pid);
    }
    if victim == SENDER { senders } else { 0 }
}

/// Meta and the queues bring again what was interrupted, in their own time.
pub(crate) async fn over(world: &World, options: &Options) {
    world.settles_in_the_end().await;
    let undisturbed = options.kill_every.is_none() && options.lost == 0 && options.through.is_none();
    for _ in 0..if undisturbed { 1 } else { 8 } {
        world.clock().advance("PT7M30S").await;
    }
}
