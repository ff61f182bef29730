//! A template goes to many.

use acceptance::{Crowd, World};
use serde_json::json;

/// Plays it and says what came of it, and whether that is what the rules say: of 5,000 with 1,000 left, 37 opted out, 12
/// blocked and 8 named twice; of fewer, as many parts of them.
pub(crate) async fn run(world: &World, named: usize) -> bool {
    let part = |of_5_000: usize| of_5_000 * named / 5_000;
    let (opted_out, blocked, duplicates) = (part(37), part(12), part(8));
    let crowd = Crowd { named, opted_out, blocked, duplicates, allowance: part(1_000) };
    let played = crowd.plays(world).await;
    let (accepted, refused) = crowd.expected();
    let job = &played.job;
    let sound = (&job["accepted"], &job["sent"], &job["refused"]) == (&json!(accepted), &json!(accepted), &refused);
    println!(
        "{named} contacts in {:.1} s; a reply in the middle took {} ms",
        played.took.as_secs_f64(),
        played.reply_took.as_millis()
    );
    println!("accepted {}, sent {}, refused {}", job["accepted"], job["sent"], job["refused"]);
    println!("{}", if sound { "as the rules say" } else { "NOT as the rules say" });
    sound
}
