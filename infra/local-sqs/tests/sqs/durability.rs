use std::{fs, path::Path};

use jiff::SignedDuration;
use local_sqs::{NewMessage, QueueSettings, Queues, Receive};

use crate::world::{HandClock, World};

/// What `kill -9` leaves behind: the files as the system has them, nothing closed, nothing flushed.
fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::TempDir::new().unwrap();
    for file in ["queues.sqlite", "queues.sqlite-wal"] {
        fs::copy(folder.join(file), copy.path().join(file)).unwrap();
    }
    copy
}

#[tokio::test]
async fn everything_that_was_answered_survives_a_kill() {
    let world = World::start().await;
    let queue = world.fifo().await;
    for (group, body) in [("ada", "in flight"), ("bob", "also in flight"), ("cyd", "deleted"), ("ada", "blocked")] {
        queue.send_to(group, body).await;
    }
    queue.receive(1).await;
    let doomed = queue.receive(2).await;
    queue.delete(&doomed[1]).await;

    let remains = copy_of(world.folder());
    let restarted = Queues::open(&remains.path().join("queues.sqlite"), world.clock()).unwrap();

    assert_eq!(restarted.settings("jobs.fifo").await.unwrap(), QueueSettings::fifo());
    let kept: Vec<_> = restarted.messages("jobs.fifo").await.unwrap().into_iter().map(|message| message.body).collect();
    assert_eq!(kept, ["in flight", "also in flight", "blocked"]);
    assert!(restarted.receive("jobs.fifo", Receive::up_to(10)).await.unwrap().is_empty());
    world.visibility_timeout_passes();
    assert_eq!(restarted.receive("jobs.fifo", Receive::up_to(10)).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_receipt_handle_is_good_after_a_restart() {
    let (clock, folder) = (HandClock::new(), tempfile::TempDir::new().unwrap());
    let path = folder.path().join("queues.sqlite");
    let queues = Queues::open(&path, clock.as_clock()).unwrap();
    queues.create_queue("jobs", QueueSettings::standard()).await.unwrap();
    queues.send("jobs", NewMessage::new("hello")).await.unwrap();
    let received = queues.receive("jobs", Receive::up_to(1)).await.unwrap();
    drop(queues);

    let restarted = Queues::open(&path, clock.as_clock()).unwrap();
    restarted.delete("jobs", &received[0].receipt_handle).await.unwrap();

    clock.advance(SignedDuration::from_secs(30));
    assert!(restarted.receive("jobs", Receive::up_to(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn senders_at_once_lose_and_double_nothing() {
    let world = World::start().await;
    let queue = world.fifo().await;
    let sending: Vec<_> = (0..200)
        .map(|number: u32| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.send_to(&format!("group-{}", number % 7), &number.to_string()).await })
        })
        .collect();
    for sent in sending {
        sent.await.unwrap();
    }

    let mut received: Vec<u32> = Vec::new();
    loop {
        let messages = queue.receive(10).await;
        if messages.is_empty() {
            break;
        }
        for message in &messages {
            received.push(message.body().unwrap().parse().unwrap());
            queue.delete(message).await;
        }
    }

    received.sort_unstable();
    assert_eq!(received, (0..200).collect::<Vec<_>>());
}
