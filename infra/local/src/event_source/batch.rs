//! The event of a batch and the answer to it.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use local_sqs::{AttributeValue, MessageAttribute, ReceivedMessage};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use crate::template::Queue;

/// The most that Lambda takes in one event, with room for what stands around the bodies.
const EVENT_LIMIT: usize = 5_500_000;

/// Batches that each fit in an event, in order.
pub(super) fn split(received: Vec<ReceivedMessage>) -> Vec<Vec<ReceivedMessage>> {
    let mut batches: Vec<Vec<ReceivedMessage>> = Vec::new();
    let mut size = 0;
    for one in received {
        // Escaping makes a body of JSON longer; a quarter is more than it does.
        let weight = one.message.body.len() * 5 / 4;
        match batches.last_mut() {
            Some(batch) if size + weight <= EVENT_LIMIT => {
                size += weight;
                batch.push(one);
            }
            _ => {
                size = weight;
                batches.push(vec![one]);
            }
        }
    }
    batches
}

/// The event that the function gets.
pub(super) fn event(batch: &[ReceivedMessage], queue: &Queue, region: &str) -> Value {
    let records: Vec<_> = batch.iter().map(|one| record(one, queue, region)).collect();
    json!({"Records": records})
}

/// What the messages of an event say, in JSON; nothing of an event that is not a queue's.
pub(crate) fn bodies(event: &[u8]) -> Vec<Value> {
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    let records = event["Records"].as_array().into_iter().flatten();
    records.filter_map(|record| serde_json::from_str(record["body"].as_str()?).ok()).collect()
}

fn record(received: &ReceivedMessage, queue: &Queue, region: &str) -> Value {
    let message = &received.message;
    json!({
        "messageId": message.message_id,
        "receiptHandle": received.receipt_handle,
        "body": message.body,
        "attributes": system_attributes(received),
        "messageAttributes": message_attributes(&message.attributes),
        "md5OfBody": hex(&Md5::digest(message.body.as_bytes())),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": region,
    })
}

fn system_attributes(received: &ReceivedMessage) -> Map<String, Value> {
    let message = &received.message;
    let first_received_at = message.first_received_at.unwrap_or(message.sent_at);
    let mut attributes = Map::from_iter([
        ("ApproximateReceiveCount".to_owned(), json!(message.receive_count.to_string())),
        ("SentTimestamp".to_owned(), json!(message.sent_at.as_millisecond().to_string())),
        ("SenderId".to_owned(), json!("AROALOCAL:local")),
        ("ApproximateFirstReceiveTimestamp".to_owned(), json!(first_received_at.as_millisecond().to_string())),
    ]);
    let mut set = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            attributes.insert(name.to_owned(), json!(value));
        }
    };
    set("MessageGroupId", message.group_id.as_ref());
    set("MessageDeduplicationId", message.deduplication_id.as_ref());
    set("AWSTraceHeader", message.trace_header.as_ref());
    if message.deduplication_id.is_some() {
        set("SequenceNumber", Some(&message.sequence_number));
    }
    attributes
}

fn message_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Map<String, Value> {
    let event = |attribute: &MessageAttribute| {
        let mut event = json!({
            "dataType": attribute.data_type, "stringListValues": [], "binaryListValues": [],
        });
        match &attribute.value {
            AttributeValue::Text(text) => event["stringValue"] = json!(text),
            AttributeValue::Binary(bytes) => event["binaryValue"] = json!(BASE64_STANDARD.encode(bytes)),
        }
        event
    };
    attributes.iter().map(|(name, attribute)| (name.clone(), event(attribute))).collect()
}

/// The ids of the messages that failed. With partial responses the answer names them; one that names others than it
/// got, or that cannot be read, fails the whole batch, as with Lambda.
pub(super) fn failures(answer: &[u8], batch: &[ReceivedMessage], partial_responses: bool) -> BTreeSet<String> {
    let sent: BTreeSet<String> = batch.iter().map(|one| one.message.message_id.clone()).collect();
    if !partial_responses {
        return BTreeSet::new();
    }
    match named_failures(answer) {
        Some(failed) if failed.is_subset(&sent) => failed,
        _ => sent,
    }
}

/// Nothing, `null` and an object without failures are success.
fn named_failures(answer: &[u8]) -> Option<BTreeSet<String>> {
    if answer.is_empty() {
        return Some(BTreeSet::new());
    }
    match serde_json::from_slice::<Value>(answer).ok()?.get("batchItemFailures") {
        None | Some(Value::Null) => Some(BTreeSet::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item["itemIdentifier"].as_str().map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use local_sqs::Message;

    fn received(id: &str, body: &str) -> ReceivedMessage {
        let message = Message {
            message_id: id.into(),
            body: body.into(),
            attributes: BTreeMap::new(),
            group_id: Some("g".into()),
            deduplication_id: Some("d".into()),
            sequence_number: "00000000000000000001".into(),
            sent_at: "2026-11-23T20:00:00Z".parse().unwrap(),
            available_at: "2026-11-23T20:03:00Z".parse().unwrap(),
            receive_count: 2,
            first_received_at: None,
            trace_header: None,
            dead_letter_source: None,
        };
        ReceivedMessage { receipt_handle: format!("handle-{id}"), message }
    }

    fn queue() -> Queue {
        let queues = crate::template::tests::template().queues().unwrap();
        queues.into_iter().find(|queue| queue.logical_id == "InboundQueue").unwrap()
    }

    #[test]
    fn the_event_says_what_lambdas_does() {
        let event = event(&[received("1", "Hello")], &queue(), "us-east-1");

        assert_eq!(
            event,
            json!({"Records": [{
                "messageId": "1",
                "receiptHandle": "handle-1",
                "body": "Hello",
                "attributes": {
                    "ApproximateReceiveCount": "2",
                    "SentTimestamp": "1795464000000",
                    "SenderId": "AROALOCAL:local",
                    "ApproximateFirstReceiveTimestamp": "1795464000000",
                    "MessageGroupId": "g",
                    "MessageDeduplicationId": "d",
                    "SequenceNumber": "00000000000000000001",
                },
                "messageAttributes": {},
                "md5OfBody": "8b1a9953c4611296a827abf8c47804d7",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:local-inbound.fifo",
                "awsRegion": "us-east-1",
            }]})
        );
        let read = serde_json::from_value::<aws_lambda_events::sqs::SqsEvent>(event).unwrap();
        assert_eq!(read.records[0].body.as_deref(), Some("Hello"));
    }

    #[test]
    fn what_its_messages_say_is_read_back_from_an_event() {
        let event = event(&[received("1", r#"{"v":1}"#), received("2", "no JSON")], &queue(), "us-east-1");
        assert_eq!(bodies(event.to_string().as_bytes()), [json!({"v": 1})]);
        assert_eq!(bodies(br#"{"version":"2.0","body":"{}"}"#), [json!(null); 0]);
    }

    #[test]
    fn the_answer_names_what_failed_and_nonsense_fails_everything() {
        let batch = [received("1", "a"), received("2", "b")];
        let failed = |answer: &str| failures(answer.as_bytes(), &batch, true).into_iter().collect::<Vec<_>>();

        assert_eq!(failed(r#"{"batchItemFailures":[{"itemIdentifier":"2"}]}"#), ["2"]);
        for success in ["", "null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#] {
            assert!(failed(success).is_empty(), "{success}");
        }
        for nonsense in ["?", r#"{"batchItemFailures":[{"itemIdentifier":"3"}]}"#, r#"{"batchItemFailures":[{}]}"#] {
            assert_eq!(failed(nonsense), ["1", "2"], "{nonsense}");
        }
        assert!(failures(b"?", &batch, false).is_empty());
    }

    #[test]
    fn what_does_not_fit_in_one_event_becomes_several_in_order() {
        let large = "x".repeat(1_048_576);
        let batches = split((0..10).map(|id| received(&id.to_string(), &large)).collect());

        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        assert_eq!(batches[1][0].message.message_id, "4");
    }
}
