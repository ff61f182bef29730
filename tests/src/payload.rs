//! Webhooks as Meta writes them.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::customer::Customer;
use crate::stack_file::Channel;

/// A message id that Meta never gave before.
pub fn wamid() -> String {
    format!("wamid.TEST{}", Uuid::new_v4().simple())
}

/// A text that the customer wrote at `at`.
pub fn text(from: &Customer, at: Timestamp, body: &str) -> Value {
    json!({
        "from": from.number, "id": wamid(), "timestamp": at.as_second().to_string(), "type": "text", "text": { "body": body },
    })
}

/// A status of a message that carries our id, if one is given.
pub fn status(wamid: &str, status: &str, at: Timestamp, to: &Customer, opaque: Option<&str>) -> Value {
    let mut value = json!({
        "id": wamid, "status": status, "timestamp": at.as_second().to_string(), "recipient_id": to.number,
    });
    if let Some(opaque) = opaque {
        value["biz_opaque_callback_data"] = json!(opaque);
    }
    value
}

/// A change of the field `messages` on a number.
pub fn change(channel: &Channel, writer: &Customer, messages: &[Value], statuses: &[Value]) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": channel.display_phone_number, "phone_number_id": channel.phone_number_id },
    });
    if !messages.is_empty() {
        value["contacts"] = json!([{ "profile": { "name": writer.name }, "wa_id": writer.number }]);
        value["messages"] = json!(messages);
    }
    if !statuses.is_empty() {
        value["statuses"] = json!(statuses);
    }
    json!({ "field": "messages", "value": value })
}

/// An entry with its changes.
pub fn entry(waba_id: &str, changes: &[Value]) -> Value {
    json!({ "id": waba_id, "changes": changes })
}

/// A whole body.
pub fn webhook(entries: &[Value]) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": entries })
}

/// A body with these messages of one customer.
pub fn messages(writer: &Customer, messages: &[Value]) -> Value {
    webhook(&[entry(&writer.channel.waba_id, &[change(&writer.channel, writer, messages, &[])])])
}

/// A body with these statuses of messages to one customer.
pub fn statuses(to: &Customer, statuses: &[Value]) -> Value {
    webhook(&[entry(&to.channel.waba_id, &[change(&to.channel, to, &[], statuses)])])
}

/// A body with one change of any field.
pub fn field(waba_id: &str, field: &str, value: &Value) -> Value {
    webhook(&[entry(waba_id, &[json!({ "field": field, "value": value })])])
}
