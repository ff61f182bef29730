//! The types of messages that can be sent, and the limits that Meta documents for each.

use serde_json::Value;

use super::error::MetaError;

/// Checks the object named like the type.
pub(super) fn check(kind: &str, body: &Value) -> Result<(), MetaError> {
    let check: fn(&Value) -> Result<(), MetaError> = match kind {
        "text" => text,
        "image" | "video" | "document" => captioned_media,
        "audio" | "sticker" => media,
        "location" => location,
        "contacts" => contacts,
        "reaction" => reaction,
        "interactive" => interactive,
        "template" => template,
        _ => return Err(unknown(kind)),
    };
    let object = body.get(kind).filter(|object| !object.is_null());
    let object =
        object.ok_or_else(|| MetaError::missing(format!("Parameter '{kind}' is mandatory for type '{kind}'")))?;
    if kind == "reaction" && body.get("context").is_some() {
        return Err(MetaError::invalid("A reaction cannot have a context"));
    }
    check(object)
}

fn unknown(kind: &str) -> MetaError {
    MetaError::parameter(format!(
        "Param type must be one of {{AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, \
         TEMPLATE, TEXT, VIDEO}} - got \"{kind}\"."
    ))
}

fn text(text: &Value) -> Result<(), MetaError> {
    required(text, "text", "body", 4096)
}

fn captioned_media(object: &Value) -> Result<(), MetaError> {
    at_most(object, "media", "caption", 1024)?;
    media(object)
}

/// A file is named by id or link.
fn media(object: &Value) -> Result<(), MetaError> {
    match (object["id"].as_str(), object["link"].as_str()) {
        (Some(_), Some(_)) => Err(MetaError::invalid("Only one of 'id' and 'link' may be given")),
        (None, None) => Err(MetaError::missing("One of 'id' and 'link' is mandatory")),
        _ => Ok(()),
    }
}

fn location(location: &Value) -> Result<(), MetaError> {
    let has =
        |key: &str| location[key].is_number() || location[key].as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    if has("latitude") && has("longitude") {
        return Ok(());
    }
    Err(MetaError::missing("Parameters 'location.latitude' and 'location.longitude' are mandatory"))
}

fn contacts(contacts: &Value) -> Result<(), MetaError> {
    const MOST: usize = 257;
    let list = contacts.as_array().filter(|list| (1..=MOST).contains(&list.len()));
    let list = list.ok_or_else(|| MetaError::invalid("Parameter 'contacts' must hold 1 to 257 contacts"))?;
    if list.iter().all(|contact| contact["name"]["formatted_name"].is_string()) {
        return Ok(());
    }
    Err(MetaError::missing("Parameter 'contacts.name.formatted_name' is mandatory"))
}

/// An empty emoji takes the reaction back.
fn reaction(reaction: &Value) -> Result<(), MetaError> {
    if reaction["message_id"].is_string() && reaction["emoji"].is_string() {
        return Ok(());
    }
    Err(MetaError::missing("Parameters 'reaction.message_id' and 'reaction.emoji' are mandatory"))
}

fn template(template: &Value) -> Result<(), MetaError> {
    required(template, "template", "name", 512)?;
    if template["language"]["code"].is_string() {
        return Ok(());
    }
    Err(MetaError::missing("Parameter 'template.language.code' is mandatory"))
}

fn interactive(interactive: &Value) -> Result<(), MetaError> {
    let kind = interactive["type"].as_str();
    let kind = kind.ok_or_else(|| MetaError::missing("Parameter 'interactive.type' is mandatory"))?;
    let action = &interactive["action"];
    at_most(&interactive["body"], "interactive.body", "text", if kind == "list" { 4096 } else { 1024 })?;
    at_most(&interactive["header"], "interactive.header", "text", 60)?;
    at_most(&interactive["footer"], "interactive.footer", "text", 60)?;
    match kind {
        "button" => buttons(action),
        "list" => list(action),
        "cta_url" => at_most(&action["parameters"], "action.parameters", "display_text", 20),
        _ => Ok(()),
    }
}

fn buttons(action: &Value) -> Result<(), MetaError> {
    let buttons = action["buttons"].as_array().filter(|buttons| (1..=3).contains(&buttons.len()));
    let buttons = buttons.ok_or_else(|| MetaError::invalid("Parameter 'action.buttons' must hold 1 to 3 buttons"))?;
    for button in buttons {
        required(&button["reply"], "reply", "title", 20)?;
        required(&button["reply"], "reply", "id", 256)?;
    }
    let titles: Vec<_> = buttons.iter().map(|button| &button["reply"]["title"]).collect();
    let is_repeated = titles.iter().enumerate().any(|(at, title)| titles[..at].contains(title));
    if is_repeated { Err(MetaError::invalid("The titles of buttons must differ")) } else { Ok(()) }
}

fn list(action: &Value) -> Result<(), MetaError> {
    required(action, "action", "button", 20)?;
    let sections = action["sections"].as_array().filter(|sections| (1..=10).contains(&sections.len()));
    let sections =
        sections.ok_or_else(|| MetaError::invalid("Parameter 'action.sections' must hold 1 to 10 sections"))?;
    let rows: Vec<&Value> = sections.iter().filter_map(|section| section["rows"].as_array()).flatten().collect();
    if !(1..=10).contains(&rows.len()) {
        return Err(MetaError::invalid("All sections together must hold 1 to 10 rows"));
    }
    for section in sections {
        at_most(section, "section", "title", 24)?;
    }
    for row in rows {
        required(row, "row", "id", 200)?;
        required(row, "row", "title", 24)?;
        at_most(row, "row", "description", 72)?;
    }
    Ok(())
}

fn required(object: &Value, name: &str, key: &str, longest: usize) -> Result<(), MetaError> {
    if object[key].as_str().is_none_or(str::is_empty) {
        return Err(MetaError::missing(format!("Parameter '{name}.{key}' is mandatory")));
    }
    at_most(object, name, key, longest)
}

fn at_most(object: &Value, name: &str, key: &str, longest: usize) -> Result<(), MetaError> {
    if object[key].as_str().is_some_and(|text| text.chars().count() > longest) {
        return Err(MetaError::parameter(format!("Param {name}['{key}'] must be at most {longest} characters long.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;

    #[test]
    fn a_text_may_be_as_long_as_documented() {
        assert!(check("text", &json!({"text": {"body": "é".repeat(4096)}})).is_ok());
        assert!(check("text", &json!({"text": {"body": "é".repeat(4097)}})).is_err());
        assert!(check("text", &json!({"text": {"body": ""}})).is_err());
        assert!(check("text", &json!({})).is_err());
    }

    #[test]
    fn a_list_has_ten_rows_in_all_its_sections() {
        let rows = |n: usize| (0..n).map(|i| json!({"id": i.to_string(), "title": "row"})).collect::<Vec<_>>();
        let list = |first, second| {
            let sections = json!([{"rows": rows(first)}, {"rows": rows(second)}]);
            json!({"interactive": {"type": "list", "body": {"text": "?"}, "action": {"button": "Choose", "sections": sections}}})
        };
        assert!(check("interactive", &list(5, 5)).is_ok());
        assert!(check("interactive", &list(5, 6)).is_err());
    }

    #[test]
    fn other_types_are_refused() {
        assert!(check("telegram", &json!({"telegram": {}})).is_err());
    }
}
