//! What Graph answered to a send.

use std::time::Duration;

use domain::{Failure, Identity, Wamid};
use reqwest::{Response, StatusCode, header};
use serde_json::Value;

use super::errors::{self, Row};
use super::{SendResult, describe};
use crate::webhook::json::{text, text_at};

/// A refusal of Graph's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    pub http_status: u16,
    /// Meta's code; nothing when the answer was not Graph's own.
    pub code: Option<i64>,
    /// What Meta says beyond the code, apart: most errors have none of it, and they travel far.
    pub more: Box<More>,
    /// What the code means and what to do.
    pub row: &'static Row,
    /// Meta's id of the call, for its support.
    pub trace_id: Option<String>,
    /// How long Meta asks to wait, where it does: a day at most.
    pub retry_after: Option<Duration>,
    failure: Failure,
}

/// What Meta says of an error beyond its code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct More {
    /// What kind of the code it is.
    pub subcode: Option<i64>,
    /// A title and words for people.
    pub title: Option<String>,
    pub message: Option<String>,
}

impl GraphError {
    /// What an agent is shown.
    pub fn failure(&self) -> &Failure {
        &self.failure
    }
}

pub(super) async fn read(response: Response) -> SendResult {
    let status = response.status();
    let retry_after = retry_after(&response);
    let body = match response.bytes().await {
        Ok(body) => serde_json::from_slice(&body).unwrap_or(Value::Null),
        // A refusal is one even if its reason is lost; anything else may have been taken.
        Err(_) if is_refusal(status) => Value::Null,
        Err(error) => return SendResult::Unknown(describe(error)),
    };
    if let Some(error) = body.get("error").filter(|error| error.is_object()) {
        return SendResult::Refused(refusal(status, retry_after, error));
    }
    match sent(status, &body) {
        Some(sent) => sent,
        None if is_refusal(status) => SendResult::Refused(refusal(status, retry_after, &Value::Null)),
        None => SendResult::Unknown(format!("HTTP {} without an answer of Graph's", status.as_u16())),
    }
}

/// The body of an answer to anything but a send; nothing, if a success has none that can be read.
pub(super) async fn read_json(response: Response) -> Result<Result<Value, GraphError>, reqwest::Error> {
    let status = response.status();
    let retry_after = retry_after(&response);
    let body: Value = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
    let error = body.get("error").filter(|error| error.is_object());
    Ok(match error {
        Some(error) => Err(refusal(status, retry_after, error)),
        None if status.is_success() => Ok(body),
        None => Err(refusal(status, retry_after, &Value::Null)),
    })
}

/// Whether the status alone says that nothing was sent. A proxy's 408 does not: it gave up waiting for an answer.
fn is_refusal(status: StatusCode) -> bool {
    (status.is_client_error() || status.is_redirection()) && status != StatusCode::REQUEST_TIMEOUT
}

fn sent(status: StatusCode, body: &Value) -> Option<SendResult> {
    let id = text_at(body, "/messages/0/id").filter(|_| status.is_success())?;
    let wamid = Wamid::try_from(id.to_owned()).ok()?;
    let wa_id = || text_at(body, "/contacts/0/wa_id").and_then(Identity::read);
    let user_id = || text_at(body, "/contacts/0/user_id").and_then(Identity::read_bsuid);
    Some(SendResult::Sent { wamid, recipient: wa_id().or_else(user_id) })
}

fn refusal(status: StatusCode, retry_after: Option<Duration>, error: &Value) -> GraphError {
    let code = error.get("code").and_then(Value::as_i64);
    let subcode = error.get("error_subcode").and_then(Value::as_i64);
    let message = errors::words_at(error, "/error_user_msg").or_else(|| errors::words_at(error, "/error_data/details"));
    let row = subcode.and_then(errors::row_of_subcode).unwrap_or_else(|| errors::classify(code, status.as_u16()));
    GraphError {
        http_status: status.as_u16(),
        code,
        more: Box::new(More { subcode, title: errors::words_at(error, "/error_user_title"), message }),
        row,
        trace_id: text(error, "fbtrace_id"),
        retry_after,
        failure: errors::failure(code, row, error),
    }
}

/// Whatever Meta asks for, it is asked again after a day.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Meta documents no `Retry-After`; it is honoured where it comes, in seconds.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}
