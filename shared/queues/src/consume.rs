//! Consuming a batch of records that an event source hands to a function, with a partial batch response.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{TraceId, chain};
use futures::future::join_all;
use futures::{StreamExt, stream};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use crate::jobs::Envelope;
use crate::trace::Trace;

/// What a handler says of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Its effects are stored; the record may be deleted.
    Done,
    /// It comes again, and ends in the dead-letter queue after as many times as the queue allows. The reason is logged:
    /// no text, number or token in it.
    Retry(String),
}

impl Disposition {
    /// To be run again, because of an error and its sources.
    pub fn retry(error: &dyn Error) -> Self {
        Self::Retry(chain(error))
    }
}

/// Why a record is not done, for whoever finds it among the dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDone {
    /// SQS's id of the record, which it keeps there.
    pub record_id: String,
    /// How often it was received.
    pub receives: u32,
    /// No text, number or token is in it.
    pub reason: String,
    pub trace_id: Option<TraceId>,
}

/// A record that was received as often as this may be on its way to the dead letters.
const TELLING: u32 = 3;

/// The template's queues bury what was received ten times: from here on a record keeps those behind it no more.
const BURIED_SOON: u32 = 9;

/// Groups, or records of a standard queue, that run at once: a whole batch of the template's. One that had to wait for
/// another's place would begin when the time of its batch is nearly over.
const CONCURRENT: usize = 10;

/// What stays of a function's time for answering.
const MARGIN: Duration = Duration::from_secs(1);

/// Gives every record to `handler`: groups of a FIFO queue beside each other, each strictly in its order; records of a
/// standard queue all beside each other, whoever's they are. At most ten at once.
///
/// After a record that is not done, the rest of its group is reported failed without being run, but for one that is about to be
/// buried: those behind it, received as often, would be buried with it, and nobody had tried them. So is what is not
/// finished a second before `time_left` is over; a handler that runs then is dropped at its next wait.
/// A handler runs as part of the trace that came with its record.
pub async fn consume(
    event: SqsEvent,
    time_left: Duration,
    handler: impl AsyncFn(&SqsMessage) -> Disposition,
) -> SqsBatchResponse {
    let deadline = Instant::now() + time_left.saturating_sub(MARGIN);
    response(run_all(event, deadline, handler).await)
}

/// The same for records that hold jobs `J`. `read_spilled` reads from the bucket a job that was too large for SQS.
///
/// A record that is no job is left to its redrives, so that it reaches the dead-letter queue; the reason is logged, and
/// given to `keep` for those that have failed before.
pub async fn consume_jobs<J: DeserializeOwned, E: Error>(
    event: SqsEvent,
    time_left: Duration,
    read_spilled: impl AsyncFn(&str) -> Result<Vec<u8>, E>,
    handler: impl AsyncFn(J) -> Disposition,
    keep: impl AsyncFn(NotDone),
) -> SqsBatchResponse {
    let deadline = Instant::now() + time_left.saturating_sub(MARGIN);
    let handle = async |record: &SqsMessage| match open(record, &read_spilled).await {
        Ok(job) => handler(job).await,
        Err(reason) => Disposition::Retry(reason),
    };
    let failed = run_all(event, deadline, handle).await;
    let told = join_all(failed.iter().filter_map(Failed::to_be_kept).map(async |not_done| keep(not_done).await));
    // Whoever is late with it keeps the reason in the log alone.
    let _ = timeout_at(deadline + MARGIN / 2, told).await;
    response(failed)
}

/// A record that is not done, and why; nothing for one that was not run since one before it was not done.
struct Failed {
    record: SqsMessage,
    reason: Option<String>,
}

impl Failed {
    fn to_be_kept(&self) -> Option<NotDone> {
        let reason = self.reason.clone()?;
        let receives = Some(receives(&self.record)).filter(|receives| *receives >= TELLING)?;
        let trace_id = trace(&self.record).map(|trace| trace.id());
        Some(NotDone { record_id: self.record.message_id.clone()?, receives, reason, trace_id })
    }
}

/// How often it was received; 0 if SQS does not say.
fn receives(record: &SqsMessage) -> u32 {
    record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or_default()
}

async fn run_all(event: SqsEvent, deadline: Instant, handler: impl AsyncFn(&SqsMessage) -> Disposition) -> Vec<Failed> {
    let runs = stream::iter(groups(event.records)).map(|group| run(group, deadline, &handler));
    let failed: Vec<Vec<Failed>> = runs.buffer_unordered(CONCURRENT).collect().await;
    failed.into_iter().flatten().collect()
}

fn response(failed: Vec<Failed>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for Failed { record, .. } in failed {
        // A record without id cannot be named; an empty name makes Lambda return the whole batch.
        response.add_failure(record.message_id.unwrap_or_default());
    }
    response
}

async fn open<J: DeserializeOwned, E: Error>(
    record: &SqsMessage,
    read_spilled: impl AsyncFn(&str) -> Result<Vec<u8>, E>,
) -> Result<J, String> {
    // A reader's own words on malformed JSON quote from it, so only our words are kept.
    let decode = |text: &[u8]| Envelope::decode(text).map_err(|error| error.to_string());
    match decode(record.body.as_deref().unwrap_or_default().as_bytes())? {
        Envelope::Job(job) => Ok(job),
        Envelope::Spilled(key) => {
            let bytes = read_spilled(&key).await.map_err(|error| chain(&error))?;
            match decode(&bytes)? {
                Envelope::Job(job) => Ok(job),
                Envelope::Spilled(_) => Err("a spilled job is another key".to_owned()),
            }
        }
    }
}

/// The records that have to go one after the other: those of a FIFO group; each of a standard queue for itself.
fn groups(records: Vec<SqsMessage>) -> Vec<Vec<SqsMessage>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<SqsMessage>> = Vec::new();
    for record in records {
        let next = groups.len();
        let place = match record.attributes.get("MessageGroupId").filter(|_| is_from_fifo(&record)) {
            Some(group) => *places.entry(group.clone()).or_insert(next),
            None => next,
        };
        match groups.get_mut(place) {
            Some(group) => group.push(record),
            None => groups.push(vec![record]),
        }
    }
    groups
}

/// Whether the record comes from a FIFO queue, whose name ends so (AWS's rule). In a standard queue a group is whoever
/// takes a share of it.
pub fn is_from_fifo(record: &SqsMessage) -> bool {
    record.event_source_arn.as_deref().is_some_and(|arn| arn.ends_with(".fifo"))
}

/// Runs a group and gives back what of it is not done.
async fn run(
    group: Vec<SqsMessage>,
    deadline: Instant,
    handler: &impl AsyncFn(&SqsMessage) -> Disposition,
) -> Vec<Failed> {
    let mut records = group.into_iter();
    let mut all = Vec::new();
    while let Some(record) = records.next() {
        if let Some(reason) = not_done(&record, deadline, handler).await {
            let receives = receives(&record);
            let trace = trace(&record).map(|trace| trace.id().to_string());
            tracing::warn!(
                record.id = record.message_id,
                record.receives = receives,
                trace.id = trace,
                reason,
                "a job is not done"
            );
            all.push(Failed { record, reason: Some(reason) });
            if receives < BURIED_SOON {
                all.extend(records.map(|record| Failed { record, reason: None }));
                return all;
            }
        }
    }
    all
}

/// Runs a record, unless time is over; says why it is not done.
async fn not_done(
    record: &SqsMessage,
    deadline: Instant,
    handler: &impl AsyncFn(&SqsMessage) -> Disposition,
) -> Option<String> {
    if Instant::now() >= deadline {
        return Some("the function's time was over before it began".to_owned());
    }
    let work = async {
        match trace(record) {
            Some(trace) => trace.around(handler(record)).await,
            None => handler(record).await,
        }
    };
    match timeout_at(deadline, work).await {
        Ok(Disposition::Done) => None,
        Ok(Disposition::Retry(reason)) => Some(reason),
        Err(_) => Some("the function's time was over before it finished".to_owned()),
    }
}

/// The trace that whoever sent the record was part of.
fn trace(record: &SqsMessage) -> Option<Trace> {
    record.attributes.get("AWSTraceHeader").and_then(|header| Trace::read(header))
}

#[cfg(test)]
mod tests;
