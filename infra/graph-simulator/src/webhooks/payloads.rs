//! What webhooks of the field `messages` hold.

use serde_json::{Value, json};

use crate::customers::Customer;
use crate::messages::Message;
use crate::numbers::Number;

/// A customer's message. System messages come without `contacts`.
pub(crate) fn message(number: &Number, customer: &Customer, user_id: Option<&str>, message: &Value) -> Value {
    let mut value = json!({ "messages": [message] });
    if message["type"] != "system" {
        let contact = contact(customer, customer.wa_id.as_deref(), user_id, customer.username.as_deref());
        value["contacts"] = json!([contact]);
    }
    envelope(number, value)
}

/// What a status says of a message of ours, besides whom it is about.
pub(crate) struct Report<'a> {
    pub(crate) status: &'a str,
    /// Unix seconds.
    pub(crate) timestamp: i64,
    pub(crate) pricing: Option<Value>,
    /// As webhooks write an error; for `failed`.
    pub(crate) error: Option<Value>,
}

/// A status. `contacts` is there unless it failed, and the username only once the phone has the message;
/// a failure of what was sent to a number does not tell the BSUID (2026).
pub(crate) fn status(
    number: &Number,
    customer: &Customer,
    user_id: Option<&str>,
    message: &Message,
    report: Report<'_>,
) -> Value {
    let failed = report.status == "failed";
    let wa_id = customer.wa_id.as_deref().filter(|_| message.sent_to_user_id.is_none());
    let user_id = message.sent_to_user_id.as_deref().or(user_id.filter(|_| !failed));
    let mut status = json!({
        "id": message.id,
        "status": report.status,
        "timestamp": report.timestamp.to_string(),
    });
    put(&mut status, "recipient_id", wa_id.map(Value::from));
    put(&mut status, "recipient_user_id", user_id.map(Value::from));
    put(&mut status, "biz_opaque_callback_data", message.opaque_data.clone().map(Value::from));
    put(&mut status, "pricing", report.pricing);
    put(&mut status, "errors", report.error.map(|error| json!([error])));
    let mut value = json!({ "statuses": [status] });
    if !failed {
        let username = customer.username.as_deref().filter(|_| report.status != "sent");
        value["contacts"] = json!([contact(customer, wa_id, user_id, username)]);
    }
    envelope(number, value)
}

fn contact(customer: &Customer, wa_id: Option<&str>, user_id: Option<&str>, username: Option<&str>) -> Value {
    let mut contact = json!({ "profile": { "name": customer.name } });
    put(&mut contact["profile"], "username", username.map(Value::from));
    put(&mut contact, "wa_id", wa_id.map(Value::from));
    put(&mut contact, "user_id", user_id.map(Value::from));
    contact
}

fn envelope(number: &Number, mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({ "display_phone_number": number.digits(), "phone_number_id": number.phone_number_id });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": number.waba_id, "changes": [{ "field": "messages", "value": value }] }],
    })
}

fn put(object: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[key] = value;
    }
}
