//! Whether a queue takes a message, decided before anything is written.

use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};

use crate::{
    Error,
    message::{NewMessage, Receive},
    settings::{QueueKind, QueueSettings},
};

impl NewMessage {
    /// What SQS counts against its limits: body, and names, types and values of attributes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, attribute)| name.len() + attribute.bytes());
        self.body.len() + attributes.sum::<usize>()
    }

    pub(crate) fn check(&self, settings: &QueueSettings) -> Result<(), Error> {
        if self.body.is_empty() {
            return Err(Error::MissingParameter("MessageBody"));
        }
        if !self.body.chars().all(is_allowed) {
            return Err(Error::InvalidMessageContents);
        }
        self.check_attributes()?;
        let limit = settings.maximum_message_bytes;
        if self.bytes() > limit as usize {
            return Err(Error::InvalidParameterValue(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
            )));
        }
        self.check_ids()?;
        match settings.kind {
            QueueKind::Standard => self.check_for_standard(),
            QueueKind::Fifo(_) => self.check_for_fifo(),
        }
    }

    /// The given deduplication id, or the digest of the body where the queue makes it from there; none in standard queues.
    pub(crate) fn effective_deduplication_id(&self, settings: &QueueSettings) -> Result<Option<String>, Error> {
        match (&settings.kind, &self.deduplication_id) {
            (QueueKind::Standard, _) => Ok(None),
            (QueueKind::Fifo(_), Some(id)) => Ok(Some(id.clone())),
            (QueueKind::Fifo(fifo), None) if fifo.content_based_deduplication => {
                Ok(Some(hex::encode(Sha256::digest(&self.body))))
            }
            (QueueKind::Fifo(_), None) => Err(Error::InvalidParameterValue(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
                    .to_owned(),
            )),
        }
    }

    fn check_attributes(&self) -> Result<(), Error> {
        if self.attributes.len() > 10 {
            return Err(Error::InvalidParameterValue(
                "Number of message attributes exceeds the allowed maximum [10].".to_owned(),
            ));
        }
        self.attributes.iter().try_for_each(|(name, attribute)| attribute.check(name))
    }

    fn check_ids(&self) -> Result<(), Error> {
        let ids = [("MessageGroupId", &self.group_id), ("MessageDeduplicationId", &self.deduplication_id)];
        for (name, id) in ids {
            if let Some(id) = id
                && !is_id(id)
            {
                let reason =
                    format!("{name} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
                return Err(Error::invalid_parameter(name, id, &reason));
            }
        }
        Ok(())
    }

    fn check_for_standard(&self) -> Result<(), Error> {
        if let Some(id) = &self.deduplication_id {
            return Err(Error::invalid_parameter("MessageDeduplicationId", id, NOT_FOR_THIS_KIND));
        }
        let Some(delay) = self.delay_seconds else { return Ok(()) };
        in_range("DelaySeconds", delay, 0..=900)
    }

    fn check_for_fifo(&self) -> Result<(), Error> {
        if self.group_id.is_none() {
            return Err(Error::MissingParameter("MessageGroupId"));
        }
        match self.delay_seconds {
            None | Some(0) => Ok(()),
            Some(delay) => Err(Error::invalid_parameter("DelaySeconds", delay, NOT_FOR_THIS_KIND)),
        }
    }
}

const NOT_FOR_THIS_KIND: &str = "The request include parameter that is not valid for this queue type.";

impl Receive {
    pub(crate) fn check(&self) -> Result<(), Error> {
        in_range("MaxNumberOfMessages", self.max_messages, 1..=10)?;
        if let Some(seconds) = self.visibility_timeout_seconds {
            check_visibility_timeout(seconds)?;
        }
        if let Some(seconds) = self.wait_seconds {
            in_range("WaitTimeSeconds", seconds, 0..=20)?;
        }
        Ok(())
    }
}

pub(crate) fn check_visibility_timeout(seconds: u32) -> Result<(), Error> {
    in_range("VisibilityTimeout", seconds, 0..=43_200)
}

/// A queue's name: up to 80 letters, digits, hyphens and underscores; `.fifo` at the end of a FIFO queue's, which counts.
pub(crate) fn check_queue_name(name: &str, settings: &QueueSettings) -> Result<(), Error> {
    let stem = if settings.is_fifo() { name.strip_suffix(".fifo") } else { Some(name) };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match stem {
        Some(stem) if !stem.is_empty() && name.len() <= 80 && stem.chars().all(is_letter) => Ok(()),
        _ => Err(Error::InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length; the name of a FIFO queue must end with the .fifo suffix."
                .to_owned(),
        )),
    }
}

fn in_range(name: &str, value: u32, allowed: RangeInclusive<u32>) -> Result<(), Error> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let reason = format!("Must be between {} and {}, if provided.", allowed.start(), allowed.end());
    Err(Error::invalid_parameter(name, value, &reason))
}

fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic())
}

/// AWS's list of Unicode characters that a body may have. Surrogates cannot occur in a Rust string.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
