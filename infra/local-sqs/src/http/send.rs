use serde::{Deserialize, Serialize};

use super::{
    batch::{Batch, BatchReply, Entry},
    call::{Call, Reply, reply},
    problem::Problem,
    wire::{WireAttributes, parsed},
};
use crate::{AttributeValue, Error, NewMessage, SentMessage};

/// A message to send, alone or as a batch's entry.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(default)]
    id: String,
    #[serde(default)]
    message_body: String,
    #[serde(default)]
    message_attributes: WireAttributes,
    #[serde(default)]
    message_system_attributes: WireAttributes,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
    delay_seconds: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    md5_of_message_body: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<String>,
}

pub(super) async fn send(call: &Call<'_>) -> Result<Reply, Problem> {
    let message: NewMessage = call.parameters::<Message>()?.try_into()?;
    let sent = call.queues.send(&call.queue()?, message).await?;
    reply(&Sent::new(String::new(), sent))
}

pub(super) async fn send_batch(call: &Call<'_>) -> Result<Reply, Problem> {
    let entries = call.parameters::<Batch<Message>>()?.into_entries()?;
    let ids = entries.iter().map(|entry| entry.id.clone()).collect();
    let messages = entries.into_iter().map(NewMessage::try_from).collect::<Result<_, _>>()?;
    let results = call.queues.send_batch(&call.queue()?, messages).await?;
    reply(&BatchReply::new(ids, results, Sent::new))
}

impl Entry for Message {
    fn id(&self) -> &str {
        &self.id
    }
}

impl TryFrom<Message> for NewMessage {
    type Error = Error;

    fn try_from(message: Message) -> Result<Self, Error> {
        let mut system_attributes = parsed(message.message_system_attributes)?;
        let trace_header = match system_attributes.remove("AWSTraceHeader").map(|attribute| attribute.value) {
            Some(AttributeValue::Text(header)) => Some(header),
            _ => None,
        };
        Ok(Self {
            body: message.message_body,
            attributes: parsed(message.message_attributes)?,
            group_id: message.message_group_id,
            deduplication_id: message.message_deduplication_id,
            delay_seconds: message.delay_seconds,
            trace_header,
        })
    }
}

impl Sent {
    fn new(id: String, sent: SentMessage) -> Self {
        Self {
            id,
            message_id: sent.message_id,
            md5_of_message_body: sent.md5_of_body,
            md5_of_message_attributes: sent.md5_of_attributes,
            sequence_number: sent.sequence_number,
        }
    }
}
