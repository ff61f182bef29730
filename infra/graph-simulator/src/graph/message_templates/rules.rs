//! What Meta refuses of a new template at once.

use rusqlite::Connection;
use serde_json::Value;

use super::MetaError;
use crate::templates::{self, Template};

/// Templates of a verified account.
const MOST: usize = 6_000;

pub(super) fn check(db: &Connection, template: &Template) -> Result<(), MetaError> {
    let Template { waba_id, name, language, .. } = template;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !(1..=512).contains(&name.len()) || !name.bytes().all(fits) {
        return Err(MetaError::parameter("Param name must be lower-case letters, digits and underscores."));
    }
    if !["MARKETING", "UTILITY", "AUTHENTICATION"].contains(&template.category.as_str()) {
        return Err(MetaError::parameter("Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}"));
    }
    if templates::named(db, waba_id, name, language)?.is_some() {
        let words = "There is already content of this language for this template. Choose another name.";
        return Err(MetaError::template(2_388_024, "Content in this language already exists", words));
    }
    if templates::of_waba(db, waba_id)?.len() >= MOST {
        return Err(MetaError::template(2_388_019, "Message template limit exceeded", "There are 6,000 templates."));
    }
    check_components(template)
}

pub(super) fn check_components(template: &Template) -> Result<(), MetaError> {
    let parts = template.components.as_array().ok_or_else(|| MetaError::parameter("components is required."))?;
    for part in parts {
        let text = part["text"].as_str().unwrap_or_default();
        match part["type"].as_str().unwrap_or_default() {
            "BODY" => body(text, part)?,
            "FOOTER" => footer(text)?,
            "HEADER" => header(text, part)?,
            _ => {}
        }
    }
    if parts.iter().any(|part| part["type"] == "BODY") {
        return Ok(());
    }
    Err(MetaError::template(2_388_072, "Body is missing", "A template needs a body."))
}

fn body(text: &str, part: &Value) -> Result<(), MetaError> {
    if text.chars().count() > 1_024 {
        return Err(MetaError::template(2_388_040, "Too many characters", "The body has more than 1024 characters."));
    }
    let text = text.trim();
    if text.is_empty() {
        return Err(MetaError::template(2_388_072, "Body is empty", "A template needs a body."));
    }
    if text.starts_with("{{") || text.ends_with("}}") {
        let words = "Variables can't be at the start or end of the template.";
        return Err(MetaError::template(2_388_299, "Leading or trailing params", words));
    }
    let count = text.matches("{{").count();
    let words = text.split_whitespace().filter(|word| !word.contains("{{")).count();
    if count > 0 && words < 2 * count + 1 {
        let words = "This template has too many variables for its length.";
        return Err(MetaError::template(2_388_293, "Too many variables for the length", words));
    }
    if count > 0 && part["example"].is_null() {
        return Err(MetaError::template(2_388_072, "Samples are missing", "Give an example for each variable."));
    }
    Ok(())
}

fn footer(text: &str) -> Result<(), MetaError> {
    if text.chars().count() > 60 || text.contains("{{") {
        return Err(MetaError::template(
            2_388_073,
            "Footer is not valid",
            "A footer has at most 60 characters and no variables.",
        ));
    }
    Ok(())
}

fn header(text: &str, part: &Value) -> Result<(), MetaError> {
    let media = ["IMAGE", "VIDEO", "DOCUMENT"].contains(&part["format"].as_str().unwrap_or_default());
    let has_handle = part["example"]["header_handle"][0].is_string();
    if text.chars().count() > 60 || text.matches("{{").count() > 1 || (media && !has_handle) {
        return Err(MetaError::template(
            2_388_047,
            "Header is not valid",
            "Correct the header, or give an example of its file.",
        ));
    }
    Ok(())
}
