use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use jiff::SignedDuration;
use local_sqs::Queues;

use crate::world::{World, code, system};

const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);
const A_MOMENT: SignedDuration = SignedDuration::from_millis(1);

#[tokio::test]
async fn a_repetition_is_answered_like_the_first_and_not_delivered() {
    let world = World::start().await;
    let queue = world.fifo().await;

    let first = queue.send_as("ada", "id", "hello").await;
    let again = queue.send_as("ada", "id", "hello").await;

    assert_eq!(again.message_id, first.message_id);
    assert_eq!(again.sequence_number, first.sequence_number);
    assert_eq!(queue.receives(10).await, ["hello"]);
}

#[tokio::test]
async fn after_five_minutes_it_is_a_new_message() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_as("ada", "id", "hello").await;

    world.passes(FIVE_MINUTES - A_MOMENT);
    queue.send_as("ada", "id", "too early").await;
    world.passes(A_MOMENT);
    queue.send_as("ada", "id", "hello again").await;

    assert_eq!(queue.receives(10).await, ["hello", "hello again"]);
}

#[tokio::test]
async fn a_deleted_message_is_still_known_even_after_a_restart() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_as("ada", "id", "hello").await;
    queue.delete(&queue.receive(1).await[0]).await;

    let restarted = Queues::open(&world.folder().join("queues.sqlite"), world.clock()).unwrap();
    let again = local_sqs::NewMessage::new("hello").in_group("ada").deduplicated_by("id");
    restarted.send("jobs.fifo", again).await.unwrap();

    assert!(queue.receive(10).await.is_empty());
}

#[tokio::test]
async fn by_default_an_id_is_unique_in_the_queue() {
    let world = World::start().await;
    let queue = world.fifo().await;

    queue.send_as("ada", "id", "ada's").await;
    queue.send_as("bob", "id", "bob's").await;

    assert_eq!(queue.receives(10).await, ["ada's"]);
}

#[tokio::test]
async fn with_the_scope_of_groups_an_id_is_unique_in_its_group() {
    let world = World::start().await;
    let high_throughput = [
        (QueueAttributeName::FifoQueue, "true"),
        (QueueAttributeName::DeduplicationScope, "messageGroup"),
        (QueueAttributeName::FifoThroughputLimit, "perMessageGroupId"),
    ];
    let queue = world.queue("jobs.fifo", &high_throughput).await;

    queue.send_as("ada", "id", "ada's").await;
    queue.send_as("ada", "id", "ada's again").await;
    queue.send_as("bob", "id", "bob's").await;

    assert_eq!(queue.receives(10).await, ["ada's", "bob's"]);
}

#[tokio::test]
async fn content_based_deduplication_knows_a_body_unless_an_id_is_given() {
    let world = World::start().await;
    let by_content = [(QueueAttributeName::FifoQueue, "true"), (QueueAttributeName::ContentBasedDeduplication, "true")];
    let queue = world.queue("jobs.fifo", &by_content).await;
    let send =
        |body: &str| queue.client.send_message().queue_url(&queue.url).message_body(body).message_group_id("ada");

    send("hello").send().await.unwrap();
    send("hello").send().await.unwrap();
    send("hello").message_deduplication_id("another").send().await.unwrap();
    send("goodbye").send().await.unwrap();

    let received = queue.receive(10).await;
    let ids: Vec<_> =
        received.iter().map(|message| system(message, &MessageSystemAttributeName::MessageDeduplicationId)).collect();
    let sha256_of_hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(crate::world::bodies(&received), ["hello", "hello", "goodbye"]);
    assert_eq!(ids[..2], [Some(sha256_of_hello), Some("another")]);
}

#[tokio::test]
async fn without_content_based_deduplication_an_id_is_needed() {
    let world = World::start().await;
    let queue = world.fifo().await;

    let message = queue.client.send_message().queue_url(&queue.url).message_body("hello");
    let refused = message.message_group_id("ada").send().await;

    assert_eq!(code(refused), "InvalidParameterValue");
}
