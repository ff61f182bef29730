use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};
use jiff::SignedDuration;

use crate::world::{World, bodies, code, system};

#[tokio::test]
async fn a_message_received_as_often_as_allowed_moves_with_all_it_has() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs.fifo", "dead.fifo", 2).await;
    let kind = MessageAttributeValue::builder().data_type("String").string_value("text").build().unwrap();
    let message = queue.client.send_message().queue_url(&queue.url).message_body("poison");
    let message =
        message.message_group_id("ada").message_deduplication_id("id").message_attributes("kind", kind.clone());
    let sent = message.send().await.unwrap();

    for _ in 0..2 {
        assert_eq!(queue.receives(10).await, ["poison"]);
        world.visibility_timeout_passes();
    }
    assert!(queue.receive(10).await.is_empty());

    let listed = &world.queues.messages("dead.fifo").await.unwrap()[0];
    assert_eq!((listed.body.as_str(), listed.group_id.as_deref(), listed.receive_count), ("poison", Some("ada"), 2));
    assert_eq!(listed.dead_letter_source.as_deref(), Some("jobs.fifo"));
    let received = &dead.receive(10).await[0];
    assert_eq!(received.message_id, sent.message_id);
    assert_eq!(received.message_attributes.as_ref().unwrap()["kind"], kind);
    assert_eq!(system(received, &MessageSystemAttributeName::MessageGroupId), Some("ada"));
    assert_eq!(system(received, &MessageSystemAttributeName::MessageDeduplicationId), Some("id"));
    let source = system(received, &MessageSystemAttributeName::DeadLetterQueueSourceArn);
    assert_eq!(source, Some(local_sqs::queue_arn("jobs.fifo").as_str()));
}

#[tokio::test]
async fn what_follows_a_dead_letter_keeps_its_order() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs.fifo", "dead.fifo", 1).await;
    for body in ["poison", "second", "third"] {
        queue.send_to("ada", body).await;
    }
    assert_eq!(queue.receives(1).await, ["poison"]);
    world.visibility_timeout_passes();

    assert_eq!(queue.receives(10).await, ["second", "third"]);
    assert_eq!(dead.receives(10).await, ["poison"]);
}

#[tokio::test]
async fn what_was_received_together_dies_in_order_even_if_given_back_out_of_order() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs.fifo", "dead.fifo", 1).await;
    queue.send_to("ada", "first").await;
    queue.send_to("ada", "second").await;
    let together = queue.receive(10).await;

    queue.hide(&together[1], 0).await;
    assert!(queue.receive(10).await.is_empty());
    world.visibility_timeout_passes();
    assert!(queue.receive(10).await.is_empty());

    assert_eq!(dead.receives(10).await, ["first", "second"]);
}

#[tokio::test]
async fn a_standard_queue_has_dead_letters_too() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs", "dead", 1).await;
    queue.send("poison").await;
    queue.receive(1).await;
    world.visibility_timeout_passes();
    queue.send("hello").await;

    assert_eq!(queue.receives(10).await, ["hello"]);
    assert_eq!(dead.receives(10).await, ["poison"]);
}

#[tokio::test]
async fn a_message_that_waits_for_its_last_receiver_is_not_dead_yet() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs", "dead", 1).await;
    queue.send("slow").await;

    let slow = queue.receive(1).await;
    assert!(queue.receive(1).await.is_empty());
    queue.delete(&slow[0]).await;
    world.visibility_timeout_passes();

    assert!(queue.receive(1).await.is_empty());
    assert!(dead.receive(1).await.is_empty());
}

#[tokio::test]
async fn retention_begins_anew_in_a_fifo_dead_letter_queue_and_goes_on_in_a_standard_one() {
    let world = World::start().await;
    let (fifo, fifo_dead) = world.with_dead_letters("jobs.fifo", "dead.fifo", 1).await;
    let (standard, standard_dead) = world.with_dead_letters("jobs", "dead", 1).await;
    fifo.send_to("ada", "poison").await;
    standard.send("poison").await;
    for queue in [&fifo, &standard] {
        queue.receive(1).await;
    }
    world.passes(SignedDuration::from_hours(3 * 24));
    for queue in [&fifo, &standard] {
        assert!(queue.receive(1).await.is_empty());
    }

    world.passes(SignedDuration::from_hours(24));

    assert_eq!(fifo_dead.receives(1).await, ["poison"]);
    assert!(standard_dead.receive(1).await.is_empty());
}

#[tokio::test]
async fn redriven_dead_letters_return_in_order_and_begin_anew() {
    let world = World::start().await;
    let (queue, _) = world.with_dead_letters("jobs.fifo", "dead.fifo", 1).await;
    queue.send_to("ada", "first").await;
    queue.send_to("ada", "second").await;
    queue.receive(10).await;
    world.visibility_timeout_passes();
    assert!(queue.receive(10).await.is_empty());

    assert_eq!(world.queues.redrive("dead.fifo").await.unwrap(), 2);

    let again = queue.receive(10).await;
    assert_eq!(bodies(&again), ["first", "second"]);
    assert_eq!(system(&again[0], &MessageSystemAttributeName::ApproximateReceiveCount), Some("1"));
    assert!(world.queues.messages("dead.fifo").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_move_task_sends_dead_letters_back_and_is_listed() {
    let world = World::start().await;
    let (queue, dead) = world.with_dead_letters("jobs", "dead", 1).await;
    queue.send("poison").await;
    queue.receive(1).await;
    world.visibility_timeout_passes();
    assert!(queue.receive(1).await.is_empty());

    let arn = local_sqs::queue_arn("dead");
    world.client.start_message_move_task().source_arn(&arn).send().await.unwrap();

    assert_eq!(queue.receives(10).await, ["poison"]);
    assert!(dead.receive(1).await.is_empty());
    let tasks = world.client.list_message_move_tasks().source_arn(&arn).send().await.unwrap();
    let task = &tasks.results()[0];
    assert_eq!((task.status(), task.approximate_number_of_messages_moved()), (Some("COMPLETED"), 1));
}

#[tokio::test]
async fn a_dead_letter_queue_must_be_there_and_of_the_same_kind() {
    let world = World::start().await;
    world.fifo().await;
    let create = |target: &str| {
        let arn = local_sqs::queue_arn(target);
        let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"5"}}"#);
        world.client.create_queue().queue_name("other").attributes(QueueAttributeName::RedrivePolicy, policy).send()
    };

    assert_eq!(code(create("nowhere").await), "InvalidParameterValue");
    assert_eq!(code(create("jobs.fifo").await), "InvalidParameterValue");
}
