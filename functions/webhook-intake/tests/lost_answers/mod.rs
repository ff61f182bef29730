//! The function as it is deployed, in processes of its own, while one of ten answers of SQS is lost. Meta wants 99 of 100
//! acknowledgements within a second; and what is acknowledged is never sent again, so it must be in its queue.

mod account;
mod lambda;

use std::collections::BTreeSet;
use std::time::Duration;

use account::{Account, Loss, SECRET};
use lambda::Lambda;
use serde_json::{Value, json};
use whatsapp::webhook::signature;

const WEBHOOKS: usize = 1_000;
/// Lambda runs as many as there are requests at once.
const PROCESSES: usize = 8;
const METAS_PATIENCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn an_answer_that_breaks_off_costs_neither_time_nor_messages() {
    under_one_percent_are_late_and_none_is_lost(Loss::BreaksOff).await;
}

#[tokio::test]
async fn an_answer_that_never_comes_costs_neither_the_second_nor_messages() {
    under_one_percent_are_late_and_none_is_lost(Loss::NeverComes).await;
}

#[expect(clippy::print_stdout, reason = "the figures are for whoever asks with --nocapture")]
async fn under_one_percent_are_late_and_none_is_lost(loss: Loss) {
    let account = Account::start(loss).await;
    let lambda = Lambda::start(account.url(), PROCESSES).await;

    let acknowledgements = lambda.handles((0..WEBHOOKS).map(webhook).collect()).await;

    let accepted = acknowledgements.iter().filter(|it| it.status == 200);
    let accepted: BTreeSet<String> = accepted.map(|it| wamid(it.request)).collect();
    let queued = account.queued_messages().await;
    let missing: Vec<_> = accepted.iter().filter(|wamid| !queued.contains(*wamid)).collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    assert_eq!(queued.len(), queued.iter().collect::<BTreeSet<_>>().len(), "something is in its queue twice");

    let late = acknowledgements.iter().filter(|it| it.status != 200 || it.took > METAS_PATIENCE).count();
    let slowest = acknowledgements.iter().map(|it| it.took).max().unwrap_or_default();
    let lost = account.lost_answers();
    println!("{loss:?}: {lost} answers lost, {late} of {WEBHOOKS} late, the slowest after {slowest:?}");
    assert!(lost > WEBHOOKS / 20, "only {lost} answers were lost");
    assert!(late * 100 < WEBHOOKS, "{late} acknowledgements were late");
}

fn wamid(number: usize) -> String {
    format!("wamid.{number}")
}

/// API Gateway's event of a webhook with one message, each from a customer of its own.
fn webhook(number: usize) -> Value {
    let message = json!({"from": format!("155501{number:05}"), "id": wamid(number), "timestamp": "1794000000",
                         "type": "text", "text": {"body": "hello"}});
    let value = json!({"metadata": {"phone_number_id": "P1"}, "messages": [message]});
    let body = json!({"entry": [{"id": "W1", "changes": [{"field": "messages", "value": value}]}]}).to_string();
    let signature = signature::sign(&SECRET.into(), body.as_bytes());
    json!({"version": "2.0", "requestContext": {"http": {"method": "POST"}}, "body": body, "isBase64Encoded": false,
           "headers": {"content-type": "application/json", "x-hub-signature-256": signature}})
}
