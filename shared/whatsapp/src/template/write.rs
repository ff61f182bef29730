//! To Meta's JSON.

use domain::template::{Button, Category, Components, Draft, Header, HeaderMedia, ParameterFormat, Text};
use serde_json::{Value, json};

/// What is posted to make a template.
pub(crate) fn draft(draft: &Draft) -> Value {
    json!({
        "name": draft.name,
        "language": draft.language,
        "category": category(&draft.category),
        "parameter_format": match draft.format {
            ParameterFormat::Positional => "POSITIONAL",
            ParameterFormat::Named => "NAMED",
        },
        "components": components(&draft.components, draft.format),
    })
}

pub(crate) fn category(category: &Category) -> String {
    category.as_str().to_uppercase()
}

/// All parts: an edit replaces them whole.
pub(crate) fn components(components: &Components, format: ParameterFormat) -> Value {
    let mut parts = Vec::new();
    if let Some(header) = &components.header {
        parts.push(header_of(header, format));
    }
    parts.push(words("BODY", &components.body, format));
    if let Some(footer) = &components.footer {
        parts.push(json!({ "type": "FOOTER", "text": footer }));
    }
    if !components.buttons.is_empty() {
        let buttons: Vec<Value> = components.buttons.iter().map(button).collect();
        parts.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    Value::Array(parts)
}

fn header_of(header: &Header, format: ParameterFormat) -> Value {
    match header {
        Header::Text(text) => {
            let mut part = words("HEADER", text, format);
            part["format"] = json!("TEXT");
            part
        }
        Header::Media { kind, sample } => {
            let format = match kind {
                HeaderMedia::Image => "IMAGE",
                HeaderMedia::Video => "VIDEO",
                HeaderMedia::Document => "DOCUMENT",
            };
            json!({ "type": "HEADER", "format": format, "example": { "header_handle": sample.as_slice() } })
        }
        Header::Location => json!({ "type": "HEADER", "format": "LOCATION" }),
    }
}

fn words(kind: &str, text: &Text, format: ParameterFormat) -> Value {
    let mut part = json!({ "type": kind, "text": text.text });
    if text.samples.is_empty() {
        return part;
    }
    let key = if kind == "HEADER" { "header_text" } else { "body_text" };
    part["example"] = match format {
        ParameterFormat::Positional if kind == "HEADER" => json!({ key: numbered(text) }),
        ParameterFormat::Positional => json!({ key: [numbered(text)] }),
        ParameterFormat::Named => json!({ format!("{key}_named_params"): named(text) }),
    };
    part
}

/// In the order of their numbers.
fn numbered(text: &Text) -> Vec<&String> {
    let mut samples: Vec<(usize, &String)> =
        text.samples.iter().filter_map(|(number, sample)| Some((number.parse().ok()?, sample))).collect();
    samples.sort_unstable();
    samples.into_iter().map(|(_, sample)| sample).collect()
}

fn named(text: &Text) -> Vec<Value> {
    text.samples.iter().map(|(name, sample)| json!({ "param_name": name, "example": sample })).collect()
}

fn button(button: &Button) -> Value {
    match button {
        Button::QuickReply { label } => json!({ "type": "QUICK_REPLY", "text": label }),
        Button::Url { label, url, sample } => {
            let mut part = json!({ "type": "URL", "text": label, "url": url });
            if let Some(sample) = sample {
                part["example"] = json!([sample]);
            }
            part
        }
        Button::Phone { label, number } => json!({ "type": "PHONE_NUMBER", "text": label, "phone_number": number }),
        Button::CopyCode { sample } => json!({ "type": "COPY_CODE", "example": sample }),
        Button::Other(other) => serde_json::from_str(&other.original).unwrap_or_default(),
    }
}
