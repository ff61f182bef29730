//! What the customer picked or filled in.

use domain::Content;
use domain::content::{Choice, ChoiceKind, Form};
use serde_json::Value;

use super::super::json::text;

/// A quick reply of a template.
pub(super) fn quick_reply(button: &Value) -> Option<Choice> {
    let payload = text(button, "payload");
    let title = text(button, "text").or_else(|| payload.clone())?;
    Some(Choice { kind: ChoiceKind::QuickReply, title, description: None, payload })
}

/// The answer to an interactive message, by the object that is there: its `type` says the same.
pub(super) fn answer(interactive: &Value) -> Option<Content> {
    let part = |name: &str| interactive.get(name).filter(|part| part.is_object());
    if let Some(reply) = part("button_reply") {
        return picked(ChoiceKind::Button, reply);
    }
    if let Some(reply) = part("list_reply") {
        return picked(ChoiceKind::ListRow, reply);
    }
    if let Some(reply) = part("call_permission_reply") {
        return permission(reply);
    }
    part("nfm_reply").and_then(form)
}

fn picked(kind: ChoiceKind, reply: &Value) -> Option<Content> {
    let payload = text(reply, "id");
    let title = text(reply, "title").or_else(|| payload.clone())?;
    Some(Content::Choice(Choice { kind, title, description: text(reply, "description"), payload }))
}

/// Meta names no words that the customer read, so its own word stands for them: `accept` or `reject`.
fn permission(reply: &Value) -> Option<Content> {
    let title = text(reply, "response")?;
    Some(Content::Choice(Choice { kind: ChoiceKind::CallPermission, title, description: None, payload: None }))
}

/// Documented as JSON in a string; where it comes as JSON it is written as a string.
fn form(reply: &Value) -> Option<Content> {
    let response = match reply.get("response_json")? {
        Value::String(json) => json.clone(),
        Value::Null => return None,
        json => json.to_string(),
    };
    Some(Content::Form(Form { name: text(reply, "name"), body: text(reply, "body"), response }))
}
