//! A template that is sent: whether it comes with what its variables need, and its words with them (Meta, "sending
//! templates").

use serde_json::Value;

use crate::graph::MetaError;
use crate::templates::Template;

/// The words that the phone shows.
pub(crate) fn filled(template: &Template, sent: &Value) -> Result<String, MetaError> {
    let mut words = Vec::new();
    for part in template.components.as_array().into_iter().flatten() {
        match part["type"].as_str().unwrap_or_default() {
            "HEADER" if part["format"] == "TEXT" => words.push(text(template, part, component(sent, "header"))?),
            "HEADER" => given_above(part, component(sent, "header"))?,
            "BODY" => words.push(text(template, part, component(sent, "body"))?),
            "FOOTER" => words.push(part["text"].as_str().unwrap_or_default().to_owned()),
            "BUTTONS" => buttons(part, sent)?,
            _ => {}
        }
    }
    Ok(words.join("\n\n"))
}

/// The text of a part with a parameter for each of its variables, and no others.
fn text(template: &Template, part: &Value, component: Option<&Value>) -> Result<String, MetaError> {
    let mut words = part["text"].as_str().unwrap_or_default().to_owned();
    let names = variables(&words);
    let given = component.and_then(|component| component["parameters"].as_array()).map_or(&[][..], Vec::as_slice);
    if given.len() != names.len() {
        let details = format!("number of parameters ({}) does not match the expected {}", given.len(), names.len());
        return Err(MetaError::of_code(132_000).detailed(details));
    }
    let is_named = template.parameter_format.eq_ignore_ascii_case("named");
    for (index, parameter) in given.iter().enumerate() {
        let value = parameter["text"].as_str().filter(|value| !value.is_empty() && parameter["type"] == "text");
        let value = value.ok_or_else(|| mismatch("a parameter has no text"))?;
        if value.contains(['\n', '\t']) || value.contains("     ") {
            let details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
            return Err(MetaError::of_code(132_018).detailed(details));
        }
        let name = match (is_named, parameter["parameter_name"].as_str()) {
            (true, Some(name)) if names.iter().any(|wanted| wanted == name) => name.to_owned(),
            (false, None) => (index + 1).to_string(),
            _ => return Err(mismatch("the parameters are not named as in the template")),
        };
        words = words.replace(&format!("{{{{{name}}}}}"), value);
    }
    Ok(words)
}

/// A file or a place.
fn given_above(part: &Value, component: Option<&Value>) -> Result<(), MetaError> {
    let kind = part["format"].as_str().unwrap_or_default().to_lowercase();
    let parameter = component.map(|component| &component["parameters"][0]);
    let parameter = parameter.filter(|parameter| parameter["type"] == kind.as_str() && parameter[&kind].is_object());
    parameter.map(drop).ok_or_else(|| mismatch("the header is not of the template's format"))
}

/// Each button whose address ends in a variable, or that copies a code, has a parameter.
fn buttons(part: &Value, sent: &Value) -> Result<(), MetaError> {
    for (index, button) in part["buttons"].as_array().into_iter().flatten().enumerate() {
        let (kind, member) = match button["type"].as_str() {
            Some("URL") if button["url"].as_str().is_some_and(|url| url.contains("{{")) => ("url", "text"),
            Some("COPY_CODE") => ("copy_code", "coupon_code"),
            _ => continue,
        };
        // As Meta has it, in a text.
        let place = index.to_string();
        let is_it = |component: &&Value| {
            component["type"] == "button" && component["sub_type"] == kind && component["index"] == place.as_str()
        };
        let found = components(sent).find(is_it).and_then(|component| component["parameters"][0][member].as_str());
        if found.is_none_or(str::is_empty) {
            let details = format!("buttons: Button at index {index} of type {kind} requires a parameter");
            return Err(MetaError::of_code(131_008).detailed(details));
        }
    }
    Ok(())
}

fn component<'a>(sent: &'a Value, kind: &str) -> Option<&'a Value> {
    components(sent).find(|component| component["type"] == kind)
}

fn components(sent: &Value) -> impl Iterator<Item = &Value> {
    sent["components"].as_array().into_iter().flatten()
}

/// Each once.
fn variables(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")) {
        if names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn mismatch(details: &str) -> MetaError {
    MetaError::of_code(132_012).detailed(details)
}
