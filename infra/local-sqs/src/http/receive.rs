use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    call::{Call, Reply, reply},
    problem::Problem,
    wire::{WireAttribute, WireAttributes},
};
use crate::{
    ACCOUNT_ID, Message, Receive, ReceivedMessage,
    message_attribute::{md5_of_attributes, md5_of_body},
    queue_arn,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters {
    max_number_of_messages: Option<u32>,
    visibility_timeout: Option<u32>,
    wait_time_seconds: Option<u32>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<WireMessage>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WireMessage {
    message_id: String,
    receipt_handle: String,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: String,
    body: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: WireAttributes,
}

pub(super) async fn receive(call: &Call<'_>) -> Result<Reply, Problem> {
    let parameters: Parameters = call.parameters()?;
    let receive = Receive {
        max_messages: parameters.max_number_of_messages.unwrap_or(1),
        visibility_timeout_seconds: parameters.visibility_timeout,
        wait_seconds: parameters.wait_time_seconds,
    };
    let received = call.queues.receive(&call.queue()?, receive).await?;
    let messages = received.into_iter().map(|message| WireMessage::new(message, &parameters)).collect();
    reply(&Received { messages })
}

impl Parameters {
    fn wants_system_attribute(&self, name: &str) -> bool {
        let mut wanted = self.attribute_names.iter().chain(&self.message_system_attribute_names);
        wanted.any(|pattern| pattern == "All" || pattern == name)
    }

    /// `All`, `.*`, a name, or the beginning of names followed by `.*`.
    fn wants_attribute(&self, name: &str) -> bool {
        self.message_attribute_names.iter().any(|pattern| match pattern.strip_suffix(".*") {
            Some(beginning) => name.starts_with(beginning),
            None => pattern == "All" || pattern == name,
        })
    }
}

impl WireMessage {
    fn new(received: ReceivedMessage, parameters: &Parameters) -> Self {
        let mut message = received.message;
        message.attributes.retain(|name, _| parameters.wants_attribute(name));
        let mut attributes = system_attributes(&message);
        attributes.retain(|name, _| parameters.wants_system_attribute(name));
        Self {
            receipt_handle: received.receipt_handle,
            md5_of_body: md5_of_body(&message.body),
            md5_of_message_attributes: md5_of_attributes(&message.attributes),
            attributes,
            message_attributes: wire(message.attributes),
            message_id: message.message_id,
            body: message.body,
        }
    }
}

fn system_attributes(message: &Message) -> BTreeMap<&'static str, String> {
    let millis = |at: jiff::Timestamp| at.as_millisecond().to_string();
    // A group id alone does not make a message one of a FIFO queue; a deduplication id does.
    let sequence_number = message.deduplication_id.as_ref().map(|_| message.sequence_number.clone());
    let all = [
        ("SenderId", Some(ACCOUNT_ID.to_owned())),
        ("SentTimestamp", Some(millis(message.sent_at))),
        ("ApproximateReceiveCount", Some(message.receive_count.to_string())),
        ("ApproximateFirstReceiveTimestamp", message.first_received_at.map(millis)),
        ("MessageGroupId", message.group_id.clone()),
        ("MessageDeduplicationId", message.deduplication_id.clone()),
        ("SequenceNumber", sequence_number),
        ("AWSTraceHeader", message.trace_header.clone()),
        ("DeadLetterQueueSourceArn", message.dead_letter_source.as_deref().map(queue_arn)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn wire(attributes: BTreeMap<String, crate::MessageAttribute>) -> WireAttributes {
    attributes.into_iter().map(|(name, attribute)| (name, WireAttribute::from(attribute))).collect()
}
