//! One message's story, with times: `cargo run -- trace MESSAGE_ID`. The functions' logs tell what was done and by whom,
//! the table what came of it. On AWS, `infra/queries/message.txt` finds the same lines.

mod lines;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::SdkConfig;
use domain::message::Direction;
use domain::{Message, MessageId, Status, TenantId};
use jiff::{SignedDuration, Timestamp};

use crate::account;

/// Something that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    at: Timestamp,
    /// A function, or Meta, or the message itself.
    who: String,
    what: String,
}

/// The story of a message, in lines to print, from a running stack with this data folder.
///
/// # Errors
/// When no stack runs there, or no tenant has the message.
pub async fn of_message(id: MessageId, data: &Path) -> anyhow::Result<String> {
    let message = find(id, data).await?;
    let mut events = recorded(&message);
    events.extend(lines::about(&message, &data.join("logs")).context("the functions' logs")?);
    events.sort_by_key(|event| event.at);
    Ok(text(&message, &events))
}

async fn find(id: MessageId, data: &Path) -> anyhow::Result<Message> {
    let config = account::of_running(data)?;
    let table = account::table_of(account::STACK);
    let Some(tenant) = tenant_of(id, &config, &table).await? else {
        bail!("no tenant has the message {id}");
    };
    let found = storage::Table::new(&config, table).of(tenant).message(id).await?;
    found.with_context(|| format!("the message {id} is not where the table says it is"))
}

/// Whose message it is. Only a tool on one machine may look through the whole table.
async fn tenant_of(id: MessageId, config: &SdkConfig, table: &str) -> anyhow::Result<Option<TenantId>> {
    let mut pages = Client::new(config)
        .scan()
        .table_name(table)
        .projection_expression("pk")
        .filter_expression("sk = :message AND contains(pk, :id)")
        .expression_attribute_values(":message", AttributeValue::S("MESSAGE".to_owned()))
        .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
        .into_paginator()
        .items()
        .send();
    while let Some(item) = pages.next().await {
        let item = item?;
        let key = item.get("pk").and_then(|key| key.as_s().ok()).and_then(|key| key.strip_prefix("T#"));
        if let Some(tenant) = key.and_then(|key| key.split('#').next()).and_then(|tenant| tenant.parse().ok()) {
            return Ok(Some(tenant));
        }
    }
    Ok(None)
}

/// What the table knows.
fn recorded(message: &Message) -> Vec<Event> {
    let event = |at, who: &str, what: String| Event { at, who: who.to_owned(), what };
    match message.delivery() {
        None => vec![event(message.sent_at, "Meta", "the customer sends it, by Meta's clock".to_owned())],
        Some(delivery) => {
            let steps = delivery.steps().iter();
            steps
                .map(|step| event(step.at, "message", format!("is {}{}", word(step.status), clock(step.status))))
                .collect()
        }
    }
}

/// Whose clock tells when a message came so far.
fn clock(status: Status) -> &'static str {
    match status {
        Status::Delivered | Status::Read | Status::Played => ", by Meta's clock",
        _ => "",
    }
}

/// A status as the API names it.
fn word(status: Status) -> String {
    serde_json::to_value(status).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn text(message: &Message, events: &[Event]) -> String {
    let mut text = format!("{}  {}", message.id, state(message));
    let mut line = |line: &str| {
        text.push('\n');
        text.push_str(line);
    };
    line(&format!("{}  {}  {}", message.thread_id, message.channel_id, message.contact_id));
    line(&message.trace_id.map_or_else(|| "no trace".to_owned(), |id| format!("trace {id}")));
    line("");
    let begin = events.first().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
    for Event { at, who, what } in events {
        line(&format!("{at:.3}  {}  {who:<16} {what}", since(at.duration_since(begin))));
    }
    let _ = writeln!(text);
    text
}

fn since(time: SignedDuration) -> String {
    format!("{:>11}", format!("+{:.3} s", time.as_secs_f64()))
}

fn state(message: &Message) -> String {
    match (&message.direction, message.delivery()) {
        (Direction::Outgoing { .. }, Some(delivery)) => {
            let waits = if delivery.status() == Status::Queued { ", waits in its outbox" } else { "" };
            let failed = delivery.failure().map(|failure| format!(", code {}", failure.code)).unwrap_or_default();
            format!("outgoing, {}{failed}{waits}", word(delivery.status()))
        }
        _ => "incoming".to_owned(),
    }
}
