//! Queue settings as SQS and CloudFormation write them: a map of names to texts.

use std::{collections::BTreeMap, ops::RangeInclusive, str::FromStr};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Error, queue_arn,
    settings::{
        DeduplicationScope, Fifo, MAXIMUM_MESSAGE_BYTES, QueueKind, QueueSettings, RedrivePolicy, ThroughputLimit,
    },
};

impl QueueSettings {
    /// The defaults, changed by the attributes of SQS's `CreateQueue`, which have the names of CloudFormation's properties.
    /// Those about encryption and policies are taken and have no effect.
    ///
    /// # Errors
    /// An unknown name, or a value that AWS would refuse.
    pub fn from_attributes(attributes: &BTreeMap<String, String>) -> Result<Self, Error> {
        let is_fifo = attributes.get("FifoQueue").is_some_and(|value| value == "true");
        if is_fifo { Self::fifo() } else { Self::standard() }.with_attributes(attributes)
    }

    /// These settings, changed by the attributes.
    ///
    /// # Errors
    /// An unknown name, a value that AWS would refuse, or a change of what must stay.
    pub fn with_attributes(mut self, attributes: &BTreeMap<String, String>) -> Result<Self, Error> {
        for (name, value) in attributes {
            self.set(name, value)?;
        }
        self.throughput_limit_fits_the_scope()?;
        Ok(self)
    }

    /// All of them, by SQS's names.
    pub fn to_attributes(&self) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::from([
            ("DelaySeconds".to_owned(), self.delay_seconds.to_string()),
            ("VisibilityTimeout".to_owned(), self.visibility_timeout_seconds.to_string()),
            ("MessageRetentionPeriod".to_owned(), self.retention_seconds.to_string()),
            ("ReceiveMessageWaitTimeSeconds".to_owned(), self.receive_wait_seconds.to_string()),
            ("MaximumMessageSize".to_owned(), self.maximum_message_bytes.to_string()),
        ]);
        if let QueueKind::Fifo(fifo) = &self.kind {
            attributes.extend(fifo.to_attributes());
        }
        if let Some(policy) = &self.redrive {
            attributes.insert("RedrivePolicy".to_owned(), policy.to_attribute());
        }
        attributes
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "DelaySeconds" => self.delay_seconds = number(name, value, 0..=900)?,
            "VisibilityTimeout" => self.visibility_timeout_seconds = number(name, value, 0..=43_200)?,
            "MessageRetentionPeriod" => self.retention_seconds = number(name, value, 60..=1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => self.receive_wait_seconds = number(name, value, 0..=20)?,
            "MaximumMessageSize" => self.maximum_message_bytes = number(name, value, 1_024..=MAXIMUM_MESSAGE_BYTES)?,
            "RedrivePolicy" if value.is_empty() => self.redrive = None,
            "RedrivePolicy" => self.redrive = Some(RedrivePolicy::from_attribute(value)?),
            "FifoQueue" if parsed::<bool>(name, value)? == self.is_fifo() => {}
            "Policy"
            | "KmsMasterKeyId"
            | "KmsDataKeyReusePeriodSeconds"
            | "SqsManagedSseEnabled"
            | "RedriveAllowPolicy" => {}
            _ => match &mut self.kind {
                QueueKind::Fifo(fifo) => fifo.set(name, value)?,
                QueueKind::Standard => return Err(Error::InvalidAttributeName(name.to_owned())),
            },
        }
        Ok(())
    }

    fn throughput_limit_fits_the_scope(&self) -> Result<(), Error> {
        match &self.kind {
            QueueKind::Fifo(Fifo {
                throughput_limit: ThroughputLimit::PerMessageGroupId,
                deduplication_scope: DeduplicationScope::Queue,
                ..
            }) => Err(Error::InvalidAttributeValue("FifoThroughputLimit".to_owned())),
            _ => Ok(()),
        }
    }
}

impl Fifo {
    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match (name, value) {
            ("ContentBasedDeduplication", _) => self.content_based_deduplication = parsed(name, value)?,
            ("DeduplicationScope", "queue") => self.deduplication_scope = DeduplicationScope::Queue,
            ("DeduplicationScope", "messageGroup") => self.deduplication_scope = DeduplicationScope::MessageGroup,
            ("FifoThroughputLimit", "perQueue") => self.throughput_limit = ThroughputLimit::PerQueue,
            ("FifoThroughputLimit", "perMessageGroupId") => self.throughput_limit = ThroughputLimit::PerMessageGroupId,
            ("DeduplicationScope" | "FifoThroughputLimit", _) => {
                return Err(Error::InvalidAttributeValue(name.to_owned()));
            }
            _ => return Err(Error::InvalidAttributeName(name.to_owned())),
        }
        Ok(())
    }

    fn to_attributes(&self) -> [(String, String); 4] {
        let scope = match self.deduplication_scope {
            DeduplicationScope::Queue => "queue",
            DeduplicationScope::MessageGroup => "messageGroup",
        };
        let limit = match self.throughput_limit {
            ThroughputLimit::PerQueue => "perQueue",
            ThroughputLimit::PerMessageGroupId => "perMessageGroupId",
        };
        [
            ("FifoQueue".to_owned(), "true".to_owned()),
            ("ContentBasedDeduplication".to_owned(), self.content_based_deduplication.to_string()),
            ("DeduplicationScope".to_owned(), scope.to_owned()),
            ("FifoThroughputLimit".to_owned(), limit.to_owned()),
        ]
    }
}

impl RedrivePolicy {
    fn from_attribute(value: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            dead_letter_target_arn: String,
            max_receive_count: Value,
        }

        let invalid = || Error::InvalidAttributeValue("RedrivePolicy".to_owned());
        let policy: Policy = serde_json::from_str(value).map_err(|_| invalid())?;
        let name = policy.dead_letter_target_arn.rsplit(':').next().unwrap_or_default();
        // AWS takes the count as a number and as a text.
        let count = match &policy.max_receive_count {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Ok(Self { dead_letter_queue: name.to_owned(), max_receive_count: number("RedrivePolicy", &count, 1..=1_000)? })
    }

    fn to_attribute(&self) -> String {
        let arn = queue_arn(&self.dead_letter_queue);
        json!({ "deadLetterTargetArn": arn, "maxReceiveCount": self.max_receive_count }).to_string()
    }
}

fn number(name: &str, value: &str, allowed: RangeInclusive<u32>) -> Result<u32, Error> {
    let number = parsed(name, value)?;
    if allowed.contains(&number) { Ok(number) } else { Err(Error::InvalidAttributeValue(name.to_owned())) }
}

fn parsed<T: FromStr>(name: &str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|_| Error::InvalidAttributeValue(name.to_owned()))
}
