//! What dies in the middle loses and doubles nothing, and leaves everything in order.

use std::collections::BTreeMap;

use acceptance::{Customer, World, astray, eventually, texts};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::counted_world;

const CUSTOMERS: usize = 20;
const MESSAGES: usize = 25;
const ANSWERED: usize = 8;
const REPLIES: usize = 10;
const SENDER: &str = "outbound-sender";

#[tokio::test]
async fn a_stack_that_is_killed_in_the_middle_of_500_messages_loses_and_doubles_nothing() {
    let world = crowded_world().await;
    let mut writing = everybody_writes(&world).await;

    for share in [5, 3] {
        waits_for_messages(&world, CUSTOMERS * MESSAGES / share).await;
        world.kill_stack();
        world.start_again().await;
    }
    while let Some(done) = writing.join_next().await {
        done.unwrap();
    }

    assert_everything_is_there(&world).await;
}

#[tokio::test]
async fn functions_that_are_killed_in_the_middle_of_500_messages_lose_and_double_nothing() {
    let world = crowded_world().await;
    let mut writing = everybody_writes(&world).await;

    kill_one_after_the_other_during(&mut writing, &world).await;

    assert_everything_is_there(&world).await;
}

#[tokio::test]
async fn functions_that_are_killed_while_agents_reply_send_nothing_twice_and_forget_nothing() {
    let world = crowded_world().await;
    let mut threads = Vec::new();
    for n in 0..ANSWERED {
        threads.push(world.customer(&name(n)).writes("hello").await);
    }
    let mut replying = JoinSet::new();
    for thread in threads.clone() {
        let agent = world.agent();
        replying.spawn(async move {
            for n in 0..REPLIES {
                let (text, key) = (reply(n), format!("{}-{n}", thread.id));
                eventually("an accepted reply", async || {
                    let answer = agent.replies_with_key(&thread, &text, &key).await.ok()?;
                    (answer.status == StatusCode::ACCEPTED.as_u16()).then_some(())
                })
                .await;
            }
        });
    }

    let kills = kill_one_after_the_other_during(&mut replying, &world).await;
    an_hour_passes(&world).await;

    let replies: Vec<String> = (0..REPLIES).map(reply).collect();
    let mut unconfirmed = 0;
    for (n, thread) in threads.iter().enumerate() {
        let messages = world.agent().messages(thread).await;
        assert_eq!(texts(&messages[1..]), replies, "{messages:#?}");
        let mut left: Vec<String> = Vec::new();
        for (message, text) in messages[1..].iter().zip(&replies) {
            assert_eq!(astray(message), [""; 0], "{message}");
            match message["status"].as_str().unwrap() {
                "read" => left.push(text.clone()),
                // Its sender died before the call to Graph, or in it; Meta tells of all that it took. It is not sent again.
                "unconfirmed" => unconfirmed += 1,
                other => panic!("a reply is {other}: {message}"),
            }
        }
        assert_eq!(world.phone_of(&name(n)).received().await, left);
    }
    // A conversation has one message under way at a time, and while nobody knows what came of it, no other.
    let most = kills[SENDER] * ANSWERED;
    assert!(unconfirmed <= most, "{unconfirmed} are unconfirmed, after {kills:?}");
}

/// A world with a little room before its present, for messages that were sent a second apart.
async fn crowded_world() -> World {
    let world = counted_world().await;
    world.clock().advance("PT10M").await;
    world
}

/// Twenty customers write at once, each line by line; who finds nobody there writes the line again.
async fn everybody_writes(world: &World) -> JoinSet<()> {
    let start = world.clock().now().await - SignedDuration::from_mins(10);
    let mut writing = JoinSet::new();
    for n in 0..CUSTOMERS {
        writing.spawn(writes_everything(world.customer(&name(n)), start));
    }
    writing
}

async fn writes_everything(customer: Customer, start: Timestamp) {
    for n in 0..MESSAGES {
        let at = start + SignedDuration::from_secs(i64::try_from(n).unwrap());
        let text = line(n);
        // A stack that dies keeps the message or does not: the phone knows.
        eventually("the line on the phone", async || {
            customer.tries_to_write(&text, at).await;
            let shown = customer.phone().try_shows().await?;
            shown.last().filter(|last| **last == text).map(drop)
        })
        .await;
    }
}

/// Kills processes of functions, each function in its turn, until the work is done; how often any of each died.
async fn kill_one_after_the_other_during(work: &mut JoinSet<()>, world: &World) -> BTreeMap<&'static str, usize> {
    const VICTIMS: [&str; 5] = ["ticket-creation", "webhook-intake", "api-helpdesk", SENDER, "status-updates"];
    let mut kills = BTreeMap::new();
    for victim in VICTIMS.into_iter().cycle() {
        if work.is_empty() {
            break;
        }
        tokio::select! {
            done = work.join_next() => done.into_iter().for_each(|done| done.unwrap()),
            () = something_is_done(world) => {}
        }
        let mut processes = world.function_processes().await;
        processes.retain(|(function, _)| function == victim);
        processes.iter().for_each(|(_, pid)| world.kill_process(*pid));
        if !processes.is_empty() {
            *kills.entry(victim).or_default() += 1;
        }
    }
    assert!(VICTIMS.iter().all(|victim| kills.contains_key(victim)), "not all of them died: {kills:?}");
    kills
}

/// Between two kills: until the outcomes of some more items are known.
async fn something_is_done(world: &World) {
    let before = world.outcomes().await.len();
    eventually("any progress", async || (world.outcomes().await.len() > before + 20).then_some(())).await;
}

async fn waits_for_messages(world: &World, count: usize) {
    eventually("messages in the middle", async || {
        let outcomes = world.outcomes().await;
        (outcomes.iter().filter(|outcome| outcome.outcome == "message").count() >= count).then_some(())
    })
    .await;
}

/// Meta and the queues bring again what a death interrupted, in their own time.
async fn assert_everything_is_there(world: &World) {
    an_hour_passes(world).await;
    let expected: Vec<String> = (0..MESSAGES).map(line).collect();
    for n in 0..CUSTOMERS {
        let customer = world.customer(&name(n));
        assert_eq!(customer.phone().wrote().await, expected);
        let [thread] = &customer.threads().await[..] else { panic!("{} has no thread or several", customer.name) };
        assert_eq!(world.agent().reads(thread).await, expected);
    }
    assert_eq!(world.agent().tickets().await.len(), CUSTOMERS);
    assert!(world.dead_letters().await.is_empty());
}

async fn an_hour_passes(world: &World) {
    for _ in 0..8 {
        world.clock().advance("PT7M30S").await;
    }
}

fn name(n: usize) -> String {
    format!("Ada {n}")
}

fn line(n: usize) -> String {
    format!("line {n}")
}

fn reply(n: usize) -> String {
    format!("reply {n}")
}
