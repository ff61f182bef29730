use aws_sdk_sqs::{
    operation::change_message_visibility::ChangeMessageVisibilityError,
    primitives::Blob,
    types::{
        MessageAttributeValue, MessageSystemAttributeName, MessageSystemAttributeNameForSends,
        MessageSystemAttributeValue, QueueAttributeName,
    },
};
use jiff::SignedDuration;

use crate::world::{World, bodies, code, system};

const MEBIBYTE: usize = 1_048_576;

#[tokio::test]
async fn a_message_waits_for_its_own_delay_or_else_the_queues() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::DelaySeconds, "60")]).await;
    queue.send("as the queue says").await;
    queue.client.send_message().queue_url(&queue.url).message_body("its own").delay_seconds(5).send().await.unwrap();
    queue.client.send_message().queue_url(&queue.url).message_body("at once").delay_seconds(0).send().await.unwrap();

    assert_eq!(queue.counts().await, ["1", "0", "2"]);
    assert_eq!(queue.receives(10).await, ["at once"]);
    let next = world.queues.next_change_at("jobs").await.unwrap().unwrap();
    assert_eq!(next, world.now() + SignedDuration::from_secs(5));

    world.passes(SignedDuration::from_secs(5));
    assert_eq!(queue.receives(10).await, ["its own"]);
    world.passes(SignedDuration::from_secs(55));
    assert_eq!(queue.counts().await, ["3", "0", "0"]);
}

#[tokio::test]
async fn a_standard_queues_new_delay_holds_for_later_messages_only() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("before").await;

    queue.set(QueueAttributeName::DelaySeconds, "60").await;
    queue.send("after").await;

    assert_eq!(queue.receives(10).await, ["before"]);
}

#[tokio::test]
async fn attributes_come_back_with_the_digest_that_aws_defines() {
    let world = World::start().await;
    let queue = world.standard().await;
    let number = MessageAttributeValue::builder().data_type("Number").string_value("1493147359900").build().unwrap();

    let message = queue.client.send_message().queue_url(&queue.url).message_body("derp");
    let sent = message.message_attributes("timestamp", number.clone()).send().await.unwrap();

    // Not from our own code: the digest that moto expects of this attribute.
    assert_eq!(sent.md5_of_message_attributes(), Some("235c5c510d26fb653d073faed50ae77c"));
    assert_eq!(sent.md5_of_message_body(), Some("58fd9edd83341c29f1aebba81c31e257"));
    let received = &queue.receive(1).await[0];
    assert_eq!(received.message_attributes.as_ref().unwrap()["timestamp"], number);
    assert_eq!(received.md5_of_message_attributes, sent.md5_of_message_attributes);
    assert_eq!(received.md5_of_body, sent.md5_of_message_body);
}

#[tokio::test]
async fn a_receiver_gets_the_attributes_it_asks_for() {
    let world = World::start().await;
    let queue = world.standard().await;
    let binary =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 255])).build().unwrap();
    let text = MessageAttributeValue::builder().data_type("String").string_value("text").build().unwrap();
    let message = queue.client.send_message().queue_url(&queue.url).message_body("hello");
    let message = message.message_attributes("job.kind", binary.clone()).message_attributes("other", text);
    message.send().await.unwrap();

    let plain = queue.client.receive_message().queue_url(&queue.url).visibility_timeout(0).send().await.unwrap();
    let some =
        queue.client.receive_message().queue_url(&queue.url).message_attribute_names("job.*").send().await.unwrap();

    let (plain, some) = (&plain.messages()[0], &some.messages()[0]);
    assert_eq!((plain.attributes(), plain.message_attributes()), (None, None));
    assert_eq!(some.message_attributes().unwrap().keys().collect::<Vec<_>>(), ["job.kind"]);
    assert_eq!(some.message_attributes().unwrap()["job.kind"], binary);
}

#[tokio::test]
async fn an_attribute_has_a_known_type_and_a_value() {
    let world = World::start().await;
    let queue = world.standard().await;
    let send = |data_type: &str, value: &str| {
        let attribute = MessageAttributeValue::builder().data_type(data_type).string_value(value).build().unwrap();
        queue
            .client
            .send_message()
            .queue_url(&queue.url)
            .message_body("hello")
            .message_attributes("a", attribute)
            .send()
    };

    assert_eq!(code(send("Colour", "red").await), "InvalidParameterValue");
    assert_eq!(code(send("String", "").await), "InvalidParameterValue");
    send("String.colour", "red").await.unwrap();
}

#[tokio::test]
async fn a_message_may_weigh_one_mebibyte_and_not_a_byte_more() {
    let world = World::start().await;
    let queue = world.standard().await;
    let send = |body: String| queue.client.send_message().queue_url(&queue.url).message_body(body).send();
    // A quote takes two bytes in JSON and one here.
    let most = "\"".repeat(MEBIBYTE);

    send(most.clone()).await.unwrap();

    assert_eq!(code(send(format!("{most}x")).await), "InvalidParameterValue");
    assert!(queue.receives(10).await == [most]);
}

#[tokio::test]
async fn a_queue_may_take_less_and_counts_attributes() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::MaximumMessageSize, "1024")]).await;
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("v").build().unwrap();
    let body = "x".repeat(1_024 - "kind".len() - "String".len() - "v".len());
    let send = |body: &str| {
        let message = queue.client.send_message().queue_url(&queue.url).message_body(body);
        message.message_attributes("kind", attribute.clone()).send()
    };

    send(&body).await.unwrap();

    assert_eq!(code(send(&format!("{body}x")).await), "InvalidParameterValue");
}

#[tokio::test]
async fn a_body_is_not_empty_and_has_no_control_characters() {
    let world = World::start().await;
    let queue = world.standard().await;
    let send = |body: &str| queue.client.send_message().queue_url(&queue.url).message_body(body).send();

    assert_eq!(code(send("").await), "MissingParameter");
    assert_eq!(code(send("\u{0}").await), "InvalidMessageContents");
    assert_eq!(code(send("\u{ffff}").await), "InvalidMessageContents");
    send("tab\t, line\n, 🦀").await.unwrap();
    assert_eq!(queue.receives(1).await, ["tab\t, line\n, 🦀"]);
}

#[tokio::test]
async fn a_message_tells_when_it_was_sent_and_how_often_it_was_received() {
    let world = World::start().await;
    let queue = world.standard().await;
    let trace = MessageSystemAttributeValue::builder().data_type("String").string_value("Root=1").build().unwrap();
    let message = queue.client.send_message().queue_url(&queue.url).message_body("hello");
    message.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace).send().await.unwrap();
    let sent_at = world.now().as_millisecond().to_string();
    world.passes(SignedDuration::from_secs(1));
    let first_received_at = world.now().as_millisecond().to_string();
    queue.receive(1).await;
    world.visibility_timeout_passes();

    let again = &queue.receive(1).await[0];

    assert_eq!(system(again, &MessageSystemAttributeName::SentTimestamp), Some(sent_at.as_str()));
    assert_eq!(system(again, &MessageSystemAttributeName::ApproximateReceiveCount), Some("2"));
    let first = system(again, &MessageSystemAttributeName::ApproximateFirstReceiveTimestamp);
    assert_eq!(first, Some(first_received_at.as_str()));
    assert_eq!(system(again, &MessageSystemAttributeName::AwsTraceHeader), Some("Root=1"));
    assert_eq!(system(again, &MessageSystemAttributeName::SequenceNumber), None);
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_visibility_timeout_and_back_then() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::VisibilityTimeout, "60")]).await;
    queue.send("hello").await;

    queue.receive(1).await;
    assert_eq!(queue.counts().await, ["0", "1", "0"]);
    world.passes(SignedDuration::from_millis(59_999));
    assert!(queue.receive(1).await.is_empty());
    world.passes(SignedDuration::from_millis(1));
    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn a_receiver_can_ask_for_more_time_or_give_a_message_back() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;
    let received = queue.receive(1).await;

    queue.hide(&received[0], 3_600).await;
    world.passes(SignedDuration::from_secs(3_599));
    assert!(queue.receive(1).await.is_empty());
    queue.hide(&received[0], 0).await;

    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn who_comes_too_late_cannot_ask_for_more_time() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;
    let late = queue.receive(1).await.remove(0).receipt_handle.unwrap();
    world.visibility_timeout_passes();
    let change = || {
        let change = queue.client.change_message_visibility().queue_url(&queue.url);
        change.receipt_handle(&late).visibility_timeout(60).send()
    };

    let refusal = change().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, ChangeMessageVisibilityError::MessageNotInflight(_)));

    queue.receive(1).await;
    assert_eq!(code(change().await), "InvalidParameterValue");
}

#[tokio::test]
async fn a_stale_receipt_handle_deletes_nothing() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;
    let stale = queue.receive(1).await;
    world.visibility_timeout_passes();
    let current = queue.receive(1).await;

    queue.delete(&stale[0]).await;
    world.visibility_timeout_passes();
    assert_eq!(bodies(&queue.receive(1).await), ["hello"]);

    assert_ne!(stale[0].receipt_handle, current[0].receipt_handle);
}

#[tokio::test]
async fn a_fifo_queue_tells_a_late_receiver_that_its_time_is_over() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "hello").await;
    let late = queue.receive(1).await.remove(0).receipt_handle.unwrap();
    world.visibility_timeout_passes();

    let refused = queue.client.delete_message().queue_url(&queue.url).receipt_handle(late).send().await;

    assert_eq!(code(refused), "InvalidParameterValue");
    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn deleting_twice_is_no_error() {
    let world = World::start().await;
    let queue = world.fifo().await;
    queue.send_to("ada", "hello").await;
    let received = queue.receive(1).await;

    queue.delete(&received[0]).await;
    queue.delete(&received[0]).await;

    assert_eq!(queue.counts().await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_message_is_kept_for_the_retention_period() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::MessageRetentionPeriod, "60")]).await;
    queue.send("old").await;
    world.passes(SignedDuration::from_secs(30));
    queue.send("newer").await;

    world.passes(SignedDuration::from_millis(29_999));
    assert_eq!(queue.counts().await, ["2", "0", "0"]);
    world.passes(SignedDuration::from_millis(1));

    assert_eq!(queue.receives(10).await, ["newer"]);
}

#[tokio::test]
async fn a_purge_deletes_what_waits_and_what_is_in_flight() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("in flight").await;
    queue.receive(1).await;
    queue.send("waiting").await;

    queue.client.purge_queue().queue_url(&queue.url).send().await.unwrap();

    assert_eq!(queue.counts().await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_receive_asks_for_one_to_ten_messages() {
    let world = World::start().await;
    let queue = world.standard().await;
    let receive = |max| queue.client.receive_message().queue_url(&queue.url).max_number_of_messages(max).send();

    assert_eq!(code(receive(0).await), "InvalidParameterValue");
    assert_eq!(code(receive(11).await), "InvalidParameterValue");
    assert!(receive(10).await.unwrap().messages().is_empty());
}
