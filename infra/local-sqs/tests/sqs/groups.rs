use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use jiff::SignedDuration;

use crate::world::{World, bodies, code, system};

#[tokio::test]
async fn a_group_waits_while_its_message_is_in_flight() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "first").await;
    queue.send_to("ada", "second").await;

    let first = queue.receive(1).await;
    assert_eq!(bodies(&first), ["first"]);
    assert!(queue.receive(10).await.is_empty());

    queue.delete(&first[0]).await;
    assert_eq!(queue.receives(10).await, ["second"]);
}

#[tokio::test]
async fn another_group_goes_on_meanwhile() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "ada's first").await;
    queue.send_to("ada", "ada's second").await;
    queue.send_to("bob", "bob's first").await;

    assert_eq!(queue.receives(1).await, ["ada's first"]);
    assert_eq!(queue.receives(10).await, ["bob's first"]);
}

#[tokio::test]
async fn a_group_waits_until_all_that_were_received_together_are_done() {
    let world = World::start().await;
    let queue = world.fifo().await;
    for body in ["one", "two", "three"] {
        queue.send_to("ada", body).await;
    }
    let together = queue.receive(2).await;

    queue.delete(&together[0]).await;
    assert!(queue.receive(10).await.is_empty());

    queue.delete(&together[1]).await;
    assert_eq!(queue.receives(10).await, ["three"]);
}

#[tokio::test]
async fn a_message_given_back_waits_for_those_of_its_group_still_in_flight() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "first").await;
    queue.send_to("ada", "second").await;
    let together = queue.receive(2).await;

    queue.hide(&together[0], 0).await;
    assert!(queue.receive(10).await.is_empty());

    queue.hide(&together[1], 0).await;
    assert_eq!(queue.receives(10).await, ["first", "second"]);
}

#[tokio::test]
async fn ten_messages_of_one_group_come_in_one_receive_in_order() {
    let world = World::start().await;
    let queue = world.fifo().await;
    let sent: Vec<String> = (0..12).map(|number| format!("message {number}")).collect();
    for body in &sent {
        queue.send_to("ada", body).await;
    }

    assert_eq!(queue.receives(10).await, sent[..10]);
}

#[tokio::test]
async fn a_receive_takes_one_group_as_far_as_it_goes_and_then_the_next() {
    let world = World::start().await;
    let queue = world.fifo().await;
    for (group, body) in [("ada", "a1"), ("bob", "b1"), ("ada", "a2"), ("bob", "b2"), ("ada", "a3")] {
        queue.send_to(group, body).await;
    }

    assert_eq!(queue.receives(4).await, ["a1", "a2", "a3", "b1"]);
}

#[tokio::test]
async fn a_message_whose_time_ran_out_comes_again_before_those_behind_it() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "first").await;
    queue.send_to("ada", "second").await;
    queue.receive(1).await;

    world.passes(SignedDuration::from_millis(29_999));
    assert!(queue.receive(10).await.is_empty());

    world.passes(SignedDuration::from_millis(1));
    assert_eq!(queue.receives(10).await, ["first", "second"]);
}

#[tokio::test]
async fn a_group_that_fails_at_once_lets_the_others_go_first() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "poison").await;
    world.passes(SignedDuration::from_secs(1));
    queue.send_to("bob", "hello").await;
    world.passes(SignedDuration::from_secs(1));

    let poison = queue.receive(1).await;
    queue.hide(&poison[0], 0).await;

    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn the_delay_of_a_fifo_queue_is_the_queues_and_holds_for_what_waits_already() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.set(QueueAttributeName::DelaySeconds, "60").await;
    queue.send_to("ada", "hello").await;
    assert_eq!(queue.counts().await, ["0", "0", "1"]);

    queue.set(QueueAttributeName::DelaySeconds, "10").await;
    world.passes(SignedDuration::from_secs(10));

    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn a_fifo_queue_takes_no_delay_of_a_single_message() {
    let world = World::start().await;
    let queue = world.fifo().await;

    let message = queue.client.send_message().queue_url(&queue.url).message_body("hello").delay_seconds(5);
    let refused = message.message_group_id("ada").message_deduplication_id("1").send().await;

    assert_eq!(code(refused), "InvalidParameterValue");
}

#[tokio::test]
async fn a_fifo_queue_takes_no_message_without_group() {
    let world = World::start().await;
    let queue = world.fifo().await;

    let refused = queue.client.send_message().queue_url(&queue.url).message_body("hello").send().await;

    assert_eq!(code(refused), "MissingParameter");
}

#[tokio::test]
async fn sequence_numbers_grow_and_are_the_same_for_sender_and_receiver() {
    let world = World::start().await;
    let queue = world.fifo().await;
    let first = queue.send_to("ada", "first").await.sequence_number.unwrap();
    let second = queue.send_to("bob", "second").await.sequence_number.unwrap();

    let received = queue.receive(10).await;

    assert!(first < second);
    assert_eq!(system(&received[0], &MessageSystemAttributeName::SequenceNumber), Some(first.as_str()));
    assert_eq!(system(&received[1], &MessageSystemAttributeName::SequenceNumber), Some(second.as_str()));
}

#[tokio::test]
async fn a_standard_queue_carries_a_group_along_and_blocks_nothing() {
    let world = World::start().await;
    let queue = world.standard().await;
    for body in ["first", "second"] {
        queue.send_for("t", body).await;
    }

    let first = queue.receive(1).await;

    assert_eq!(system(&first[0], &MessageSystemAttributeName::MessageGroupId), Some("t"));
    assert_eq!(queue.receives(1).await, ["second"]);
}

#[tokio::test]
async fn in_a_standard_queue_no_group_stands_behind_all_of_another() {
    let world = World::start().await;
    let queue = world.standard().await;
    for n in 0..20 {
        queue.send_for("many", &format!("many {n}")).await;
    }
    queue.send_for("few", "few 0").await;
    queue.send_for("few", "few 1").await;
    queue.send("nobody's").await;

    // Each group's first, in the order in which they came, and then those of who has fewer in flight.
    assert_eq!(queue.receives(4).await, ["many 0", "few 0", "nobody's", "many 1"]);
    assert_eq!(queue.receives(3).await, ["few 1", "many 2", "many 3"]);
}

#[tokio::test]
async fn who_has_many_in_flight_waits_for_who_has_few() {
    let world = World::start().await;
    let queue = world.standard().await;
    for n in 0..10 {
        queue.send_for("many", &format!("many {n}")).await;
    }
    let held = queue.receive(5).await;
    for n in 0..3 {
        queue.send_for("few", &format!("few {n}")).await;
    }
    assert_eq!(queue.receives(2).await, ["few 0", "few 1"]);

    for one in held {
        queue.delete(&one).await;
    }
    assert_eq!(queue.receives(4).await, ["many 5", "many 6", "many 7", "few 2"]);
}
