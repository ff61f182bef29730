use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry};
use local_sqs::{Error, NewMessage};

use crate::world::{World, bodies, code, entry, failures};

const MEBIBYTE: usize = 1_048_576;

#[tokio::test]
async fn a_message_that_the_queue_does_not_take_fails_alone() {
    let world = World::start().await;
    let queue = world.standard().await;
    let mut delayed_too_long = entry("late", "hello");
    delayed_too_long.delay_seconds = Some(901);

    let answer =
        queue.send_batch(vec![entry("a", "first"), entry("b", "\u{1}"), delayed_too_long, entry("c", "last")]).await;

    let sent: Vec<_> = answer.successful.iter().map(|sent| sent.id()).collect();
    assert_eq!(sent, ["a", "c"]);
    assert_eq!(failures(&answer.failed), [("b", "InvalidMessageContents"), ("late", "InvalidParameterValue")]);
    assert!(answer.failed.iter().all(|failure| failure.sender_fault()));
    assert_eq!(queue.receives(10).await, ["first", "last"]);
}

#[tokio::test]
async fn a_fifo_batch_keeps_its_order_around_a_failure() {
    let world = World::start().await;
    let queue = world.fifo().await;
    let mut entries: Vec<_> = ["1", "2", "3"].map(|id| entry(id, id)).into();
    for entry in &mut entries {
        entry.message_group_id = Some("ada".to_owned());
        entry.message_deduplication_id = Some(entry.id.clone());
    }
    entries[1].message_group_id = None;

    let answer = queue.send_batch(entries).await;

    assert_eq!(failures(&answer.failed), [("2", "MissingParameter")]);
    assert_eq!(queue.receives(10).await, ["1", "3"]);
}

#[tokio::test]
async fn a_batch_weighs_one_mebibyte_at_most() {
    let world = World::start().await;
    let queue = world.standard().await;
    let half = "x".repeat(MEBIBYTE / 2);
    let send = |last: &str| {
        let entries = vec![entry("a", &half), entry("b", &format!("{half}{last}"))];
        queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send()
    };

    assert_eq!(code(send("x").await), "AWS.SimpleQueueService.BatchRequestTooLong");
    assert!(queue.receive(10).await.is_empty());
    assert_eq!(send("").await.unwrap().successful.len(), 2);
}

#[tokio::test]
async fn the_rust_face_refuses_a_batch_over_one_mebibyte_too() {
    let world = World::start().await;
    world.standard().await;
    let half = NewMessage::new("x".repeat(MEBIBYTE / 2 + 1));

    let refused = world.queues.send_batch("jobs", vec![half.clone(), half]).await;

    assert!(matches!(refused, Err(Error::BatchRequestTooLong)));
}

#[tokio::test]
async fn a_batch_has_one_to_ten_entries_with_ids_of_their_own() {
    let world = World::start().await;
    let queue = world.standard().await;
    let send = |ids: &[&str]| {
        let entries = ids.iter().map(|id| entry(id, "hello")).collect();
        queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send()
    };
    let eleven = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];

    assert_eq!(code(send(&[]).await), "AWS.SimpleQueueService.EmptyBatchRequest");
    assert_eq!(code(send(&eleven).await), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
    assert_eq!(code(send(&["a", "a"]).await), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
    assert_eq!(code(send(&["not an id"]).await), "AWS.SimpleQueueService.InvalidBatchEntryId");
    assert_eq!(send(&eleven[..10]).await.unwrap().successful.len(), 10);
}

#[tokio::test]
async fn a_deletion_that_fails_leaves_the_others_of_its_batch_done() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;
    let handle = queue.receive(1).await.remove(0).receipt_handle.unwrap();
    let deletion = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };

    let batch = queue.client.delete_message_batch().queue_url(&queue.url);
    let answer = batch.entries(deletion("bad", "nonsense")).entries(deletion("good", &handle)).send().await.unwrap();

    assert_eq!(failures(&answer.failed), [("bad", "ReceiptHandleIsInvalid")]);
    assert_eq!(answer.successful[0].id(), "good");
    world.visibility_timeout_passes();
    assert!(queue.receive(10).await.is_empty());
}

#[tokio::test]
async fn a_change_of_visibility_that_fails_leaves_the_others_of_its_batch_done() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;
    let received = queue.receive(1).await;
    let change = |id: &str, handle: &str, seconds: i32| {
        let change = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle);
        change.visibility_timeout(seconds).build().unwrap()
    };
    let handle = received[0].receipt_handle.as_deref().unwrap();

    let batch = queue.client.change_message_visibility_batch().queue_url(&queue.url);
    let batch = batch.entries(change("long", handle, 43_201)).entries(change("bad", "nonsense", 0));
    let answer = batch.entries(change("good", handle, 0)).send().await.unwrap();

    assert_eq!(failures(&answer.failed), [("long", "InvalidParameterValue"), ("bad", "ReceiptHandleIsInvalid")]);
    assert_eq!(answer.successful[0].id(), "good");
    assert_eq!(bodies(&queue.receive(1).await), ["hello"]);
}
