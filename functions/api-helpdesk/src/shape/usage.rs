//! What is used of an allowance, in JSON.

use domain::allowance::{ChargeState, PeriodId, Reason, Subject, Threshold};
use domain::{BlockId, ChannelId, MessageId, ThreadId, service};
use helpdesk::Allowance;
use jiff::Timestamp;
use serde::Serialize;
use storage::allowance::Counted;
use utoipa::ToSchema;

/// What is used of the allowance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// How many conversations may be begun in the period, on all numbers together.
    #[schema(example = 1000)]
    limit: u32,
    /// Messages that were sent.
    used: u64,
    /// Messages that were accepted and wait, or of which nobody knows yet; and what campaigns have set aside.
    reserved: u64,
    /// How many more may be begun.
    remaining: u64,
    /// Names the period: the day it began on, in the tenant's zone.
    #[schema(value_type = String, format = Date, example = "2026-10-28")]
    period: PeriodId,
    #[schema(value_type = String, format = DateTime)]
    period_start: Timestamp,
    /// When the next period begins, with nothing used.
    #[schema(value_type = String, format = DateTime)]
    resets_at: Timestamp,
    /// How much will be used and reserved by then, if it goes on as it went so far.
    forecast: u64,
    /// The parts of the allowance that were reached in this period, in percent, and since when that is known.
    warnings: Vec<Warning>,
    /// What Meta itself allows and charges, for each connected number.
    numbers: Vec<NumberUsage>,
}

/// A part of the allowance that was reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Warning {
    /// 75 or 100.
    #[schema(example = 75)]
    percent: u8,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// What Meta allows and charges for a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NumberUsage {
    #[schema(value_type = String)]
    channel_id: ChannelId,
    #[schema(example = "+1 202 555 0101")]
    display_phone_number: String,
    /// Whether Meta has verified the business; `null` while it has not said.
    #[schema(required = true)]
    business_verified: Option<bool>,
    /// How many conversations the business may begin in 24 hours, over all its numbers; `null`: Meta has told of no limit.
    #[schema(required = true, example = 2000)]
    conversations_in_24_hours: Option<u32>,
    service_messages: ServiceMessages,
}

/// Messages in sessions, of which Meta charges those beyond the free ones. Nothing is refused for them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceMessages {
    /// How many are free in a month.
    #[schema(example = 1000)]
    free: u32,
    /// How many were delivered in this month so far.
    delivered: u64,
    /// How many are still free.
    remaining: u64,
    /// When the next month begins, by the clock of the number's account.
    #[schema(value_type = String, format = DateTime)]
    resets_at: Timestamp,
    /// The parts of the free ones that were reached, in percent: 75, 100.
    warnings: Vec<u8>,
}

impl NumberUsage {
    fn of(number: helpdesk::NumberUsage, unverified: u32) -> Self {
        let helpdesk::NumberUsage { channel, portfolio, month, delivered } = number;
        let reached = Threshold::EACH.into_iter().filter(|threshold| threshold.is_reached(delivered, service::FREE));
        Self {
            channel_id: channel.id,
            display_phone_number: channel.display_phone_number,
            business_verified: portfolio.is_verified(),
            conversations_in_24_hours: portfolio.limit(unverified),
            service_messages: ServiceMessages {
                free: service::FREE,
                delivered,
                remaining: u64::from(service::FREE).saturating_sub(delivered),
                resets_at: month.ends_at,
                warnings: reached.map(Threshold::percent).collect(),
            },
        }
    }
}

impl Usage {
    /// `numbers` stand behind how many conversations an unverified business may begin.
    pub(crate) fn of(
        allowance: &Allowance,
        counted: &Counted,
        (unverified, numbers): (u32, Vec<helpdesk::NumberUsage>),
        now: Timestamp,
    ) -> Self {
        let Allowance { limit, period } = *allowance;
        let usage = counted.usage;
        let warning =
            |threshold: Threshold| counted.warned_at(threshold).map(|at| Warning { percent: threshold.percent(), at });
        Self {
            limit,
            used: usage.used,
            reserved: usage.reserved,
            remaining: usage.remaining(limit),
            period: period.id,
            period_start: period.starts_at,
            resets_at: period.ends_at,
            forecast: usage.forecast(&period, now),
            warnings: Threshold::EACH.into_iter().filter_map(warning).collect(),
            numbers: numbers.into_iter().map(|number| NumberUsage::of(number, unverified)).collect(),
        }
    }
}

/// One count, with what it was for and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerEntry {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(example = 1)]
    count: u64,
    /// `outside_session`: we wrote first. `set_aside`: a campaign has it and has not used it yet.
    /// `session_before_november2024`: the customer had begun the session when such sessions still counted.
    #[schema(value_type = String, example = "outside_session")]
    reason: Reason,
    /// `reserved`, `used` or `released`; what is released counts no more.
    #[schema(value_type = String, example = "used")]
    status: ChargeState,
    /// The message; `null` for what a campaign has set aside.
    #[schema(required = true, value_type = Option<String>)]
    message_id: Option<MessageId>,
    #[schema(required = true, value_type = Option<String>)]
    thread_id: Option<ThreadId>,
    #[schema(required = true, value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    /// What a campaign has set aside; `null` for a message.
    #[schema(required = true, value_type = Option<String>)]
    block_id: Option<BlockId>,
    /// When the message was sent.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// Why it was taken back.
    #[schema(required = true)]
    reversal: Option<Reversal>,
}

/// A count that was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reversal {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The code of the message's failure, `discarded` for one that was given up, `given_back` for what a campaign did not use.
    #[schema(example = "131026")]
    reason: String,
}

impl From<domain::allowance::LedgerEntry> for LedgerEntry {
    fn from(entry: domain::allowance::LedgerEntry) -> Self {
        let domain::allowance::LedgerEntry { subject, at, count, reason, state, used_at, reversal, .. } = entry;
        let (message_id, thread_id, channel_id, block_id) = match subject {
            Subject::Message { message_id, thread_id, channel_id } => {
                (Some(message_id), Some(thread_id), Some(channel_id), None)
            }
            Subject::Block { block_id } => (None, None, None, Some(block_id)),
        };
        let reversal = reversal.map(|it| Reversal { at: it.at, reason: it.reason });
        Self { at, count, reason, status: state, message_id, thread_id, channel_id, block_id, used_at, reversal }
    }
}
