use aws_sdk_sqs::{operation::send_message::SendMessageError, types::QueueAttributeName};
use local_sqs::{DeduplicationScope, Fifo, QueueKind, QueueSettings, RedrivePolicy, ThroughputLimit};

use crate::world::{World, bodies, code};

#[tokio::test]
async fn a_queues_url_is_on_the_endpoint_that_was_asked() {
    let world = World::start().await;
    let queue = world.standard().await;

    let found = world.client.get_queue_url().queue_name("jobs").send().await.unwrap();

    assert_eq!(queue.url, format!("{}/000000000000/jobs", world.endpoint));
    assert_eq!(found.queue_url(), Some(queue.url.as_str()));
}

#[tokio::test]
async fn a_queue_is_found_by_the_end_of_its_url_whatever_the_host() {
    let world = World::start().await;
    let queue = world.standard().await;

    let elsewhere = "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs";
    world.client.send_message().queue_url(elsewhere).message_body("hello").send().await.unwrap();

    assert_eq!(bodies(&queue.receive(1).await), ["hello"]);
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_the_error_that_the_sdk_knows() {
    let world = World::start().await;
    let url = format!("{}/000000000000/nowhere", world.endpoint);

    let refused = world.client.send_message().queue_url(url).message_body("hello").send().await;
    let unknown = world.client.get_queue_url().queue_name("nowhere").send().await;

    let error = refused.unwrap_err().into_service_error();
    assert!(matches!(error, SendMessageError::QueueDoesNotExist(_)), "{error:?}");
    assert!(unknown.unwrap_err().into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn making_a_queue_again_changes_nothing_unless_it_is_another() {
    let world = World::start().await;
    let queue = world.queue("jobs", &[(QueueAttributeName::VisibilityTimeout, "60")]).await;
    queue.send("hello").await;
    let create = |seconds: &str| {
        world.client.create_queue().queue_name("jobs").attributes(QueueAttributeName::VisibilityTimeout, seconds).send()
    };

    assert_eq!(create("60").await.unwrap().queue_url(), Some(queue.url.as_str()));
    assert_eq!(code(create("61").await), "QueueAlreadyExists");
    assert_eq!(queue.receives(1).await, ["hello"]);
}

#[tokio::test]
async fn a_fifo_queue_is_one_by_name_and_attribute() {
    let world = World::start().await;
    let create = |name: &str, fifo: bool| {
        let creation = world.client.create_queue().queue_name(name);
        if fifo { creation.attributes(QueueAttributeName::FifoQueue, "true") } else { creation }.send()
    };

    assert_eq!(code(create("jobs", true).await), "InvalidParameterValue");
    assert_eq!(code(create("jobs.fifo", false).await), "InvalidParameterValue");
    assert_eq!(code(create("no spaces", false).await), "InvalidParameterValue");
}

#[tokio::test]
async fn an_attribute_that_aws_would_refuse_is_refused() {
    let world = World::start().await;
    let create = |name: QueueAttributeName, value: &str| {
        world.client.create_queue().queue_name("jobs").attributes(name, value).send()
    };

    assert_eq!(code(create(QueueAttributeName::DelaySeconds, "901").await), "InvalidAttributeValue");
    assert_eq!(code(create(QueueAttributeName::MaximumMessageSize, "1048577").await), "InvalidAttributeValue");
    assert_eq!(code(create(QueueAttributeName::DeduplicationScope, "queue").await), "InvalidAttributeName");
    assert_eq!(code(create(QueueAttributeName::from("Colour"), "red").await), "InvalidAttributeName");
}

#[tokio::test]
async fn throughput_by_group_needs_deduplication_by_group() {
    let world = World::start().await;
    let creation =
        world.client.create_queue().queue_name("jobs.fifo").attributes(QueueAttributeName::FifoQueue, "true");

    let refused = creation.attributes(QueueAttributeName::FifoThroughputLimit, "perMessageGroupId").send().await;

    assert_eq!(code(refused), "InvalidAttributeValue");
}

#[tokio::test]
async fn queues_are_listed_by_prefix() {
    let world = World::start().await;
    for name in ["outbound", "inbound", "inbound-dead"] {
        world.queue(name, &[]).await;
    }
    let names = |urls: &[String]| urls.iter().map(|url| url.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>();

    let all = world.client.list_queues().send().await.unwrap();
    let some = world.client.list_queues().queue_name_prefix("inb").send().await.unwrap();

    assert_eq!(names(all.queue_urls()), ["inbound", "inbound-dead", "outbound"]);
    assert_eq!(names(some.queue_urls()), ["inbound", "inbound-dead"]);
}

#[tokio::test]
async fn a_deleted_queue_is_gone_with_its_messages() {
    let world = World::start().await;
    let queue = world.standard().await;
    queue.send("hello").await;

    queue.client.delete_queue().queue_url(&queue.url).send().await.unwrap();

    let gone = queue.client.receive_message().queue_url(&queue.url).send().await;
    assert_eq!(code(gone), "AWS.SimpleQueueService.NonExistentQueue");
    world.standard().await;
    assert!(queue.receive(1).await.is_empty());
}

#[tokio::test]
async fn settings_come_back_as_the_attributes_they_were_given_as() {
    let world = World::start().await;
    world.queues.create_queue("dead.fifo", QueueSettings::fifo()).await.unwrap();
    let settings = QueueSettings {
        kind: QueueKind::Fifo(Fifo {
            content_based_deduplication: true,
            deduplication_scope: DeduplicationScope::MessageGroup,
            throughput_limit: ThroughputLimit::PerMessageGroupId,
        }),
        visibility_timeout_seconds: 180,
        redrive: Some(RedrivePolicy { dead_letter_queue: "dead.fifo".to_owned(), max_receive_count: 5 }),
        ..QueueSettings::fifo()
    };
    world.queues.create_queue("jobs.fifo", settings.clone()).await.unwrap();

    let attributes = settings.to_attributes();
    assert_eq!(QueueSettings::from_attributes(&attributes).unwrap(), settings);
    let answered = world.queues.attributes("jobs.fifo").await.unwrap();
    assert!(attributes.iter().all(|(name, value)| answered.get(name) == Some(value)), "{answered:?}");
    assert_eq!(answered["QueueArn"], "arn:aws:sqs:us-east-1:000000000000:jobs.fifo");
}

#[tokio::test]
async fn an_action_that_is_not_there_is_refused() {
    let world = World::start().await;

    let refused = world.client.cancel_message_move_task().task_handle("task").send().await;

    assert_eq!(code(refused), "InvalidAction");
}
