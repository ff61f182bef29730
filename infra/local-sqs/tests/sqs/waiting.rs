use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use jiff::SignedDuration;
use local_sqs::{Error, NewMessage};

use crate::world::{Queue, World};

/// Waits far longer than any of these tests takes.
async fn long_poll(queue: &Queue) -> Vec<String> {
    let poll = queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(20);
    crate::world::bodies(poll.send().await.unwrap().messages())
}

/// As an event source waits, but not for ever.
async fn wait_for_message(world: &World, queue: &str) -> Result<(), Error> {
    let waiting = world.queues.wait_for_message(queue);
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("nobody woke the waiting one")
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_is_sent() {
    let world = World::start().await;
    let queue = world.standard().await;

    let (received, _) = tokio::join!(long_poll(&queue), queue.send("hello"));

    assert_eq!(received, ["hello"]);
}

#[tokio::test]
async fn a_long_poll_ends_when_the_clock_moves_past_a_delay() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::DelaySeconds, "900")]).await;
    queue.send("hello").await;

    let (received, ()) = tokio::join!(long_poll(&queue), async { world.passes(SignedDuration::from_mins(15)) });

    assert_eq!(received, ["hello"]);
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_of_its_group_is_done() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "first").await;
    queue.send_to("ada", "second").await;
    let first = queue.receive(1).await;

    let (received, ()) = tokio::join!(long_poll(&queue), queue.delete(&first[0]));

    assert_eq!(received, ["second"]);
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_is_given_back() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;
    let received = queue.receive(1).await;

    let (received, ()) = tokio::join!(long_poll(&queue), queue.hide(&received[0], 0));

    assert_eq!(received, ["hello"]);
}

#[tokio::test]
async fn a_long_poll_of_dead_letters_ends_when_there_is_one() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs", "dead", 1).await;
    queue.send("poison").await;
    queue.receive(1).await;
    world.visibility_timeout_passes();

    let (received, nothing) = tokio::join!(long_poll(&dead), queue.receive(1));

    assert!(nothing.is_empty());
    assert_eq!(received, ["poison"]);
}

#[tokio::test]
async fn two_long_polls_share_what_comes() {
    let world = World::start().await;
    let queue = world.standard().await;

    let (one, other, _, _) =
        tokio::join!(long_poll(&queue), long_poll(&queue), queue.send("hello"), queue.send("goodbye"));

    let mut received = [one, other].concat();
    received.sort();
    assert_eq!(received, ["goodbye", "hello"]);
}

#[tokio::test]
async fn a_long_poll_comes_back_empty_when_its_time_is_over() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::ReceiveMessageWaitTimeSeconds, "1")]).await;

    assert!(queue.receive(1).await.is_empty());
}

#[tokio::test]
async fn an_event_source_waits_in_process_without_receiving() {
    let world = World::start().await;
    let queue = world.fifo().await;

    let (ready, _) = tokio::join!(wait_for_message(&world, "jobs.fifo"), queue.send_to("ada", "hello"));

    ready.unwrap();
    wait_for_message(&world, "jobs.fifo").await.unwrap();
    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn what_is_sent_wakes_who_waits_even_if_the_sender_is_gone() {
    let world = World::start().await;
    let queue = world.standard().await;
    let is_killed = async {
        // Its request has arrived, and nobody is there for the answer.
        tokio::select! {
            biased;
            _ = world.queues.send("jobs", NewMessage::new("hello")) => {}
            () = std::future::ready(()) => {}
        }
    };

    let (ready, ()) = tokio::join!(wait_for_message(&world, "jobs"), is_killed);

    ready.unwrap();
    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn who_waits_for_a_queue_learns_that_it_is_deleted() {
    let world = World::start().await;
    world.standard().await;

    let (waited, deleted) = tokio::join!(wait_for_message(&world, "jobs"), world.queues.delete_queue("jobs"));

    deleted.unwrap();
    assert!(matches!(waited, Err(Error::QueueDoesNotExist)));
}
