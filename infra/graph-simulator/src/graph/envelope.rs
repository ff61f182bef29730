//! The body of a request to `…/messages`, checked as far as it does not depend on what happened before.

use serde_json::{Value, json};

use super::error::MetaError;
use super::{recipients, types};
use crate::numbers::Number;
use crate::sending::Outgoing;

/// The longest note to itself that a business may attach.
const OPAQUE_DATA_LENGTH: usize = 512;

/// What a request asks for.
#[derive(Debug)]
pub(super) enum Envelope {
    /// Send a message; `input` is the recipient as it was written.
    Message { input: String, outgoing: Outgoing },
    /// Mark a customer's message, and those before it, as read.
    Read { message_id: String },
}

impl Envelope {
    pub(super) fn parse(body: &[u8], number: &Number) -> Result<Self, MetaError> {
        let body: Value = serde_json::from_slice(body).map_err(|_| MetaError::of_code(100))?;
        match body.get("messaging_product") {
            None => return Err(MetaError::parameter("The parameter messaging_product is required.")),
            Some(product) if product != "whatsapp" => {
                return Err(MetaError::parameter("Param messaging_product must be one of {WHATSAPP}"));
            }
            Some(_) => {}
        }
        if body.get("status").is_some() { read(&body) } else { message(&body, number) }
    }
}

fn read(body: &Value) -> Result<Envelope, MetaError> {
    if body["status"] != "read" {
        return Err(MetaError::parameter("Param status must be one of {READ}"));
    }
    if body.get("typing_indicator").is_some_and(|typing| typing["type"] != "text") {
        return Err(MetaError::invalid("Parameter 'typing_indicator.type' must be 'text'"));
    }
    let message_id =
        body["message_id"].as_str().ok_or_else(|| MetaError::missing("Parameter 'message_id' is mandatory"))?;
    Ok(Envelope::Read { message_id: message_id.to_owned() })
}

fn message(body: &Value, number: &Number) -> Result<Envelope, MetaError> {
    if body.get("recipient_type").is_some_and(|kind| kind != "individual") {
        return Err(MetaError::invalid("Parameter 'recipient_type' must be 'individual'; groups are not simulated"));
    }
    let (input, recipient) = recipients::parse(body, number)?;
    // Text is Meta's default.
    let kind = body.get("type").map_or(Some("text"), Value::as_str).unwrap_or_default();
    types::check(kind, body)?;
    let mut content = json!({ "type": kind, kind: body[kind] });
    if let Some(context) = context(body)? {
        content["context"] = json!({ "id": context });
    }
    let outgoing = Outgoing { recipient, kind: kind.to_owned(), content, opaque_data: opaque_data(body)? };
    Ok(Envelope::Message { input, outgoing })
}

/// The message that this one answers.
fn context(body: &Value) -> Result<Option<&str>, MetaError> {
    let Some(context) = body.get("context").filter(|context| !context.is_null()) else { return Ok(None) };
    let id = context["message_id"].as_str();
    id.map(Some).ok_or_else(|| MetaError::missing("Parameter 'context.message_id' is mandatory"))
}

fn opaque_data(body: &Value) -> Result<Option<String>, MetaError> {
    let Some(data) = body.get("biz_opaque_callback_data").filter(|data| !data.is_null()) else { return Ok(None) };
    match data.as_str() {
        Some(text) if text.chars().count() <= OPAQUE_DATA_LENGTH => Ok(Some(text.to_owned())),
        _ => Err(MetaError::parameter("Param biz_opaque_callback_data must be a string of at most 512 characters")),
    }
}
