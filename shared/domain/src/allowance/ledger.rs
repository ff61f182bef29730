//! The lines behind a period's count: what each was for, and what became of it (F23).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ChargeState, PeriodId};
use crate::delivery::Status;
use crate::ids::{BlockId, ChannelId, MessageId, ThreadId};
use crate::message::Message;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "subject")]
pub enum Subject {
    Message {
        message_id: MessageId,
        thread_id: ThreadId,
        channel_id: ChannelId,
    },
    /// What a campaign has set aside and not used yet.
    Block {
        block_id: BlockId,
    },
}

/// Why something was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// We wrote first.
    OutsideSession,
    /// The customer had begun the session before 1 November 2024.
    SessionBeforeNovember2024,
    /// A campaign has it and has not used it yet.
    SetAside,
}

/// A count that was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    pub at: Timestamp,
    /// The code of the failure, or `discarded`.
    pub reason: String,
}

impl Reversal {
    /// Of a message that is known not to have been sent.
    pub fn of(message: &Message) -> Option<Self> {
        let delivery = message.delivery()?;
        let reason = match delivery.status() {
            Status::Failed => delivery.failure()?.code.clone(),
            Status::Discarded => "discarded".to_owned(),
            _ => return None,
        };
        Some(Self { at: delivery.since(), reason })
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    #[serde(flatten)]
    pub subject: Subject,
    pub period: PeriodId,
    pub at: Timestamp,
    /// Kept under another name than DynamoDB's own words for it, as is the state.
    #[serde(rename = "amount")]
    pub count: u64,
    /// How much a campaign set aside at first, whatever it has used of it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<u64>,
    pub reason: Reason,
    #[serde(rename = "charge_state")]
    pub state: ChargeState,
    /// When the message was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversal: Option<Reversal>,
}

impl LedgerEntry {
    /// A message of ours takes 1.
    pub fn of_message(message: &Message, period: PeriodId, reason: Reason) -> Self {
        let Message { id: message_id, thread_id, channel_id, .. } = *message;
        Self {
            subject: Subject::Message { message_id, thread_id, channel_id },
            period,
            at: message.sent_at,
            count: 1,
            aside: None,
            reason,
            state: ChargeState::Reserved,
            used_at: None,
            reversal: None,
        }
    }

    /// A campaign sets `count` aside.
    pub fn of_block(block_id: BlockId, period: PeriodId, count: u64, at: Timestamp) -> Self {
        Self {
            subject: Subject::Block { block_id },
            period,
            at,
            count,
            aside: Some(count),
            reason: Reason::SetAside,
            state: ChargeState::Reserved,
            used_at: None,
            reversal: None,
        }
    }

    /// What it counts now.
    pub fn counts(&self) -> u64 {
        if self.state == ChargeState::Released { 0 } else { self.count }
    }
}
