//! From Meta's JSON. What is not known is kept as it came.

use std::collections::BTreeMap;

use domain::template::Reason;
use domain::template::{
    Button, Category, Components, Header, HeaderMedia, Listed, Other, ParameterFormat, Quality, Standing, Status, Text,
};
use serde_json::Value;

use super::{can_be, language};
use crate::webhook::json::{text, text_at};

/// An element of an account's list; nothing if it does not even say what it is called.
pub(crate) fn listed(element: &Value) -> Option<Listed> {
    let (name, language) = (text(element, "name")?, language(&text(element, "language")?));
    if !can_be(&name, &language) {
        return None;
    }
    let format = match text_at(element, "/parameter_format") {
        Some(word) if word.eq_ignore_ascii_case("named") => ParameterFormat::Named,
        _ => ParameterFormat::Positional,
    };
    Some(Listed {
        meta_id: text(element, "id")?,
        name,
        language,
        format,
        standing: Standing {
            status: Status::from(text_at(element, "/status").unwrap_or("unknown")),
            reason: text_at(element, "/rejected_reason").and_then(|word| reason(word, None)),
        },
        category: Category::from(text_at(element, "/category").unwrap_or("unknown")),
        previous_category: text_at(element, "/previous_category").map(Category::from),
        quality: text_at(element, "/quality_score/score").map_or(Quality::Unknown, Quality::from),
        components: components(&element["components"], format),
    })
}

/// Why a template has its status; Meta's `NONE` is nothing.
pub(crate) fn reason(word: &str, words: Option<&str>) -> Option<Reason> {
    let code = word.to_lowercase();
    (code != "none").then(|| Reason { code, text: words.map(|words| words.chars().take(500).collect()) })
}

fn components(list: &Value, format: ParameterFormat) -> Components {
    let mut components = Components::default();
    for part in list.as_array().into_iter().flatten() {
        let kind = kind_of(part, "type");
        match kind.as_str() {
            "body" => components.body = words(part, "body_text", format),
            "footer" => components.footer = text(part, "text"),
            "buttons" => {
                components.buttons = part["buttons"].as_array().into_iter().flatten().map(button).collect();
            }
            "header" => match header(part, format) {
                Some(header) => components.header = Some(header),
                None => components.others.push(other(kind, part)),
            },
            _ => components.others.push(other(kind, part)),
        }
    }
    components
}

fn header(part: &Value, format: ParameterFormat) -> Option<Header> {
    // The example that Meta gives back is an address that is another one each time.
    let media = |kind| Some(Header::Media { kind, sample: None });
    match kind_of(part, "format").as_str() {
        "text" => Some(Header::Text(words(part, "header_text", format))),
        "image" => media(HeaderMedia::Image),
        "video" => media(HeaderMedia::Video),
        "document" => media(HeaderMedia::Document),
        "location" => Some(Header::Location),
        _ => None,
    }
}

/// The words of a part, with the examples under `key`, or under the same key for named ones.
fn words(part: &Value, key: &str, format: ParameterFormat) -> Text {
    let example = &part["example"];
    let samples = match format {
        ParameterFormat::Named => named_samples(&example[format!("{key}_named_params")]),
        ParameterFormat::Positional => numbered_samples(&example[key]),
    };
    Text { text: text(part, "text").unwrap_or_default(), samples }
}

fn named_samples(list: &Value) -> BTreeMap<String, String> {
    let sample = |element: &Value| Some((text(element, "param_name")?, text(element, "example")?));
    list.as_array().into_iter().flatten().filter_map(sample).collect()
}

/// `[["Ada", "Friday"]]` for a body, `["A-17"]` for a header.
fn numbered_samples(list: &Value) -> BTreeMap<String, String> {
    let list = list.get(0).filter(|first| first.is_array()).unwrap_or(list);
    let samples = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    samples.enumerate().map(|(index, sample)| ((index + 1).to_string(), sample.to_owned())).collect()
}

fn button(button: &Value) -> Button {
    let label = || text(button, "text").unwrap_or_default();
    let sample = || {
        let example = &button["example"];
        example.as_str().or_else(|| example[0].as_str()).map(str::to_owned)
    };
    match kind_of(button, "type").as_str() {
        "quick_reply" => Button::QuickReply { label: label() },
        "url" => Button::Url { label: label(), url: text(button, "url").unwrap_or_default(), sample: sample() },
        "phone_number" => Button::Phone { label: label(), number: text(button, "phone_number").unwrap_or_default() },
        "copy_code" => Button::CopyCode { sample: sample() },
        kind => Button::Other(other(kind.to_owned(), button)),
    }
}

fn other(kind: String, part: &Value) -> Other {
    let mut part = part.clone();
    drop_addresses(&mut part);
    Other { kind, original: part.to_string() }
}

/// Takes out the examples that are another address each time.
fn drop_addresses(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("header_handle");
            members.values_mut().for_each(drop_addresses);
        }
        Value::Array(elements) => elements.iter_mut().for_each(drop_addresses),
        _ => {}
    }
}

fn kind_of(value: &Value, key: &str) -> String {
    text(value, key).unwrap_or_default().to_lowercase()
}
