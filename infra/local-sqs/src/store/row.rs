use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Row, types::Type};

use super::Millis;
use crate::{Message, MessageAttribute};

/// The columns that [`message`] reads.
pub(crate) const COLUMNS: &str = "sequence, message_id, group_id, deduplication_id, sent_at, available_at, receive_count, \
    first_received_at, trace_header, dead_letter_source, attributes, body";

pub(crate) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        message_id: row.get("message_id")?,
        body: row.get("body")?,
        attributes: attributes(row)?,
        group_id: row.get("group_id")?,
        deduplication_id: row.get("deduplication_id")?,
        sequence_number: sequence_number(row.get("sequence")?),
        sent_at: timestamp(row.get("sent_at")?),
        available_at: timestamp(row.get("available_at")?),
        receive_count: row.get("receive_count")?,
        first_received_at: row.get::<_, Option<Millis>>("first_received_at")?.map(timestamp),
        trace_header: row.get("trace_header")?,
        dead_letter_source: row.get("dead_letter_source")?,
    })
}

/// Twenty digits, like AWS's.
pub(crate) fn sequence_number(sequence: i64) -> String {
    format!("{sequence:020}")
}

/// A time beyond jiff's range becomes its nearest end.
pub(crate) fn timestamp(millis: Millis) -> Timestamp {
    let beyond = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(beyond)
}

pub(crate) fn seconds(seconds: u32) -> Millis {
    Millis::from(seconds) * 1_000
}

fn attributes(row: &Row<'_>) -> rusqlite::Result<BTreeMap<String, MessageAttribute>> {
    let text: String = row.get("attributes")?;
    let unreadable = |error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error));
    serde_json::from_str(&text).map_err(unreadable)
}
