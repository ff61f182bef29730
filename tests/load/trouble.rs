//! Kills and lost answers, and their end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use acceptance::World;
use jiff::{SignedDuration, Timestamp};
use local::claims;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::figures::Figures;
use crate::options::Options;
use crate::watch;

const FUNCTIONS: [&str; 6] =
    ["ticket-creation", "webhook-intake", "api-helpdesk", SENDER, "status-updates", "due-work"];
const SENDER: &str = "outbound-sender";
/// Every so many kills it is the whole stack.
const WHOLE_STACK: usize = 4;

/// A kill.
#[derive(Clone, Debug)]
pub(crate) struct Kill {
    /// By the stack's clock, which may have been moved.
    pub(crate) at: Timestamp,
    /// A function, or the whole stack.
    pub(crate) victim: &'static str,
    /// The messages that the sender's dead processes had claimed, by our id, and when they had.
    pub(crate) held: BTreeMap<String, Timestamp>,
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
    let (began, mut kills, mut turn) = (Instant::now(), Vec::new(), 0);
    let mut killed_at = began;
    while !work.is_empty() {
        tokio::select! {
            done = work.join_next() => done.into_iter().for_each(|done| done.expect("nobody gives up")),
            _ = seconds.tick() => watch::progress(world, options, figures, began.elapsed()).await,
        }
        if options.kill_every.is_some_and(|every| killed_at.elapsed() >= every) {
            kills.extend(kill(world, turn).await);
            turn += 1;
            killed_at = Instant::now();
        }
    }
    kills
}

/// Nothing when the victim has no process at the moment.
async fn kill(world: &World, turn: usize) -> Option<Kill> {
    let whole = turn % WHOLE_STACK == WHOLE_STACK - 1;
    let victim = if whole { "the whole stack" } else { FUNCTIONS[turn % FUNCTIONS.len()] };
    if !whole && victim != SENDER {
        let mut processes = world.function_processes().await;
        processes.retain(|(name, _)| name == victim);
        processes.iter().for_each(|(_, pid)| world.kill_process(*pid));
        let at = world.clock().now().await;
        return (!processes.is_empty()).then(|| Kill { at, victim, held: BTreeMap::new() });
    }
    // Who stands still neither takes nor finishes anything between the look and the kill.
    let senders = world.freezes(SENDER).await;
    if !whole && senders.is_empty() {
        return None;
    }
    let at = world.clock().now().await;
    let work = world.work_of(SENDER).await;
    if whole {
        world.kill_stack();
    }
    senders.iter().for_each(|pid| world.kill_process(*pid));
    if whole {
        world.start_again().await;
    }
    Some(Kill { at, victim, held: held(world, at, &work).await })
}

/// What was claimed by processes that died: after they got their jobs, and before they stood still. A claim that was on
/// its way then is written by now, and nobody takes it over for a minute and a half.
async fn held(world: &World, at: Timestamp, work: &[(SignedDuration, Vec<Value>)]) -> BTreeMap<String, Timestamp> {
    let mut held = BTreeMap::new();
    for (took, jobs) in work {
        // Milliseconds are cut off.
        let began = at - *took - SignedDuration::from_millis(1);
        let claims = claims::among(jobs, &world.data()).await.expect("the stack runs");
        let theirs = claims.into_iter().filter(|claim| began <= claim.at && claim.at <= at);
        held.extend(theirs.map(|claim| (claim.message_id.to_string(), claim.at)));
    }
    held
}

/// Meta and the queues bring again what was interrupted, in their own time.
pub(crate) async fn over(world: &World, options: &Options) {
    world.settles_in_the_end().await;
    let undisturbed = options.kill_every.is_none() && options.lost == 0 && options.through.is_none();
    for _ in 0..if undisturbed { 1 } else { 8 } {
        world.clock().advance("PT7M30S").await;
    }
}

/// What was asked for and did not come about: a run without it shows nothing.
pub(crate) fn missing(options: &Options, kills: usize, lost: usize) -> Vec<&'static str> {
    let asked = [("kills", options.kill_every.is_some(), kills), ("lost answers", options.lost > 0, lost)];
    asked.into_iter().filter(|(_, is_asked, count)| *is_asked && *count == 0).map(|(what, ..)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_that_was_asked_for_and_did_not_come_about_is_named() {
        let options = Options { kill_every: Some(Duration::from_secs(5)), lost: 10, ..Options::default() };
        assert_eq!(missing(&options, 0, 0), ["kills", "lost answers"]);
        assert_eq!(missing(&options, 3, 0), ["lost answers"]);
        assert!(missing(&options, 3, 40).is_empty() && missing(&Options::default(), 0, 0).is_empty());
    }
}
