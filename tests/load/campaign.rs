//! A template goes to many.

use std::time::Duration;

use acceptance::{Crowd, Played, World};

/// What an agent's reply may take in the middle of it.
const A_REPLY: Duration = Duration::from_secs(1);
/// So many are measured.
const REPLIES: usize = 10;

/// Plays it twice and says what came of it, and whether that is what the rules say: to all of 5,000 with 1,000 left, 37
/// opted out, 12 blocked and 8 named twice (of fewer, as many parts of them), with replies in the middle; then with enough left
/// for all, cancelled half-way.
pub(crate) async fn run(world: &World, named: usize) -> bool {
    let part = |of_5_000: usize| of_5_000 * named / 5_000;
    let (opted_out, blocked, duplicates) = (part(37), part(12), part(8));
    let crowd = Crowd { named, opted_out, blocked, duplicates, allowance: part(1_000) };
    let gathered = crowd.gathers(world, |how_far| eprintln!("{how_far}")).await;
    let whole = gathered.plays(REPLIES).await;
    let mut faults = gathered.faults_of(&whole).await;
    tell(&format!("{named} contacts, {} left of the allowance", crowd.allowance), &whole);
    let slowest = whole.replies.iter().max().copied().unwrap_or_default();
    let mut replies = whole.replies.clone();
    replies.sort_unstable();
    println!(
        "{REPLIES} replies in the middle: {} ms in the median, {} ms at most",
        replies[REPLIES / 2].as_millis(),
        slowest.as_millis()
    );
    if slowest >= A_REPLY {
        faults.push(format!("a reply took {} ms", slowest.as_millis()));
    }
    let half = gathered.plays_half().await;
    faults.extend(gathered.faults_of_half(&whole, &half).await);
    tell("the same with enough left, cancelled half-way", &half);
    for fault in faults.iter().take(20) {
        println!("NOT as the rules say: {fault}");
    }
    println!(
        "{}",
        if faults.is_empty() { "all as the rules say".to_owned() } else { format!("{} faults", faults.len()) }
    );
    faults.is_empty()
}

fn tell(what: &str, Played { job, took, .. }: &Played) {
    println!("{what}: {:.1} s", took.as_secs_f64());
    println!(
        "  accepted {}, sent {}, refused {}, undecided {}",
        job["accepted"], job["sent"], job["refused"], job["undecided"]
    );
}
