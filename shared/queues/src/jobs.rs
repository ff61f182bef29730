//! What a job says. JSON with a version: `{"v": 1, …}`, or `{"v": 1, "spilled": "spill/…"}` when the job itself lies in the
//! bucket because it is larger than SQS takes.

use domain::{CampaignId, ChannelId, ContactId, Position, TenantId, ThreadId, WebhookId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version that is written.
const VERSION: u64 = 1;

/// Messages of one conversation, in the order of their webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboundJob {
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
    pub waba_id: String,
    pub phone_number_id: String,
    pub items: Vec<InboundItem>,
}

/// A message as Meta wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboundItem {
    /// Its address in the webhook.
    pub at: String,
    /// The `contacts[]` element of its sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Value>,
    pub message: Value,
}

/// Statuses of messages we sent, of any number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusesJob {
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
    pub items: Vec<StatusItem>,
}

/// A status as Meta wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusItem {
    /// Its address in the webhook.
    pub at: String,
    pub waba_id: String,
    pub phone_number_id: String,
    /// The `contacts[]` element of its recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Value>,
    pub status: Value,
}

/// Everything else that Meta sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventsJob {
    pub webhook_id: WebhookId,
    pub received_at: Timestamp,
    pub items: Vec<EventItem>,
}

/// A change of another field, an error, or something of no known shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventItem {
    /// Its address in the webhook.
    pub at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waba_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number_id: Option<String>,
    /// When it happened, where Meta says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Meta's name of the field; `unknown` without one, `unreadable` for a body that is not JSON (`{"base64": …}`).
    pub field: String,
    pub value: Value,
}

/// A conversation has messages to send. Which, the table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundJob {
    pub tenant_id: TenantId,
    pub channel_id: ChannelId,
    pub contact_id: ContactId,
}

/// A template goes to many, and somebody is to be decided. Who, the table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignJob {
    pub tenant_id: TenantId,
    pub campaign_id: CampaignId,
}

/// What the sender is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SenderJob {
    Conversation(OutboundJob),
    Campaign(CampaignJob),
}

/// A message's file is with Meta. Which file, and whether it still is, the table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaJob {
    pub tenant_id: TenantId,
    pub thread_id: ThreadId,
    /// The message's place in the thread.
    pub position: Position,
}

/// What a queue's message holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Envelope<J> {
    Job(J),
    /// The job lies in the bucket under this key.
    Spilled(String),
}

/// Why a text is not a job. It never will be: such a message ends in the dead-letter queue.
#[derive(Debug, thiserror::Error)]
pub enum NotAJob {
    #[error("version {0} of a job is not known here; version {VERSION} is")]
    UnknownVersion(u64),
    #[error("not a job of this queue")]
    Malformed(#[from] serde_json::Error),
}

/// A job's text.
pub fn encode<J: Serialize>(job: &J) -> String {
    #[derive(Serialize)]
    struct Versioned<'a, J> {
        v: u64,
        #[serde(flatten)]
        job: &'a J,
    }
    let text = serde_json::to_string(&Versioned { v: VERSION, job }).expect("a job is an object with text keys");
    without_noncharacters(text)
}

/// SQS takes no U+FFFE and no U+FFFF; in JSON they can only stand in texts, where an escape means the same.
fn without_noncharacters(text: String) -> String {
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        text.replace('\u{fffe}', r"\ufffe").replace('\u{ffff}', r"\uffff")
    } else {
        text
    }
}

/// The text that stands for a job in the bucket.
pub fn encode_spilled(key: &str) -> String {
    serde_json::json!({ "v": VERSION, "spilled": key }).to_string()
}

impl<J: DeserializeOwned> Envelope<J> {
    /// Reads a job's text.
    ///
    /// # Errors
    /// When its version is unknown or it is no job of this kind.
    pub fn decode(text: &[u8]) -> Result<Self, NotAJob> {
        #[derive(Deserialize)]
        struct Header {
            v: u64,
            #[serde(default)]
            spilled: Option<String>,
        }
        match serde_json::from_slice(text)? {
            Header { v: VERSION, spilled: Some(key) } => Ok(Self::Spilled(key)),
            Header { v: VERSION, spilled: None } => Ok(Self::Job(serde_json::from_slice(text)?)),
            Header { v, .. } => Err(NotAJob::UnknownVersion(v)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn job() -> OutboundJob {
        OutboundJob {
            tenant_id: Uuid::from_u128(1).into(),
            channel_id: Uuid::from_u128(2).into(),
            contact_id: Uuid::from_u128(3).into(),
        }
    }

    #[test]
    fn a_job_says_its_version_and_is_read_back() {
        let text = encode(&job());
        assert!(text.starts_with(r#"{"v":1,"tenant_id":"ten_"#), "{text}");
        assert_eq!(Envelope::decode(text.as_bytes()).expect("a job"), Envelope::Job(job()));
    }

    #[test]
    fn the_sender_is_told_of_conversations_and_of_campaigns_and_of_nothing_else() {
        let campaign = CampaignJob { tenant_id: Uuid::from_u128(1).into(), campaign_id: Uuid::from_u128(4).into() };
        for (text, read) in
            [(encode(&job()), SenderJob::Conversation(job())), (encode(&campaign), SenderJob::Campaign(campaign))]
        {
            assert_eq!(Envelope::decode(text.as_bytes()).expect("a job"), Envelope::Job(read));
        }
        assert!(Envelope::<SenderJob>::decode(br#"{"v":1,"tenant_id":"ten_1"}"#).is_err());
    }

    #[test]
    fn characters_that_sqs_refuses_are_escaped_and_come_back() {
        let job = json!({"text": "a\u{ffff}\u{fffe}\u{1}b"});
        let text = encode(&job);
        assert_eq!(text, r#"{"v":1,"text":"a\uffff\ufffe\u0001b"}"#);
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON")["text"], job["text"]);
    }

    #[test]
    fn a_spilled_job_is_its_key() {
        let envelope = Envelope::<OutboundJob>::decode(encode_spilled("spill/a").as_bytes()).expect("an envelope");
        assert_eq!(envelope, Envelope::Spilled("spill/a".into()));
    }

    #[test]
    fn an_unknown_version_is_named_and_anything_else_is_no_job() {
        let refused = |text: &str| Envelope::<OutboundJob>::decode(text.as_bytes()).expect_err("no job").to_string();
        assert_eq!(refused(r#"{"v":7,"new":true}"#), "version 7 of a job is not known here; version 1 is");
        for text in ["", "[]", "{}", r#"{"v":"1"}"#, &json!({"v": 1, "tenant_id": 5}).to_string()] {
            assert_eq!(refused(text), "not a job of this queue", "{text}");
        }
    }
}
