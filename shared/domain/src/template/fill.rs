//! Variables become words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::placeholders::{filled, variables};
use super::{Button, Header, ParameterFormat, Template};

/// A variable of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// What it is given by. In the body its own name: `1`, `order_number`. A numbered one in the header is `header.1`;
    /// the one of the button at a place is `buttons.0`.
    pub key: String,
    pub sample: Option<String>,
}

/// A template as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// A text header.
    pub header: Option<String>,
    pub body: String,
    pub footer: Option<String>,
    pub buttons: Vec<FilledButton>,
}

/// A button as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledButton {
    /// Nothing where the label is WhatsApp's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it leads, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it copies, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// The variables for which no value, or only white space, was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no value for {}", .keys.join(", "))]
pub struct Missing {
    pub keys: Vec<String>,
}

impl Template {
    /// Every variable, in the order of reading.
    pub fn variables(&self) -> Vec<Variable> {
        let parts = self.components();
        let mut found: Vec<Variable> = Vec::new();
        let mut add = |key: String, sample: Option<&String>| {
            if !found.iter().any(|variable| variable.key == key) {
                found.push(Variable { key, sample: sample.cloned() });
            }
        };
        if let Some(Header::Text(header)) = &parts.header {
            for name in variables(&header.text) {
                add(self.header_key(name), header.samples.get(name));
            }
        }
        for name in variables(&parts.body.text) {
            add(name.to_owned(), parts.body.samples.get(name));
        }
        for (index, button) in parts.buttons.iter().enumerate() {
            if let Button::Url { sample, .. } | Button::CopyCode { sample } = button
                && button.takes_a_variable()
            {
                add(button_key(index), sample.as_ref());
            }
        }
        found
    }

    /// The template with these values; those it has no variable for are passed over.
    ///
    /// # Errors
    /// [`Missing`], with every variable that has no value.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<Filled, Missing> {
        let given = |key: &str| values.get(key).map(String::as_str).filter(|value| !value.trim().is_empty());
        let missing = self.variables().into_iter().map(|variable| variable.key).filter(|key| given(key).is_none());
        let keys: Vec<String> = missing.collect();
        if !keys.is_empty() {
            return Err(Missing { keys });
        }
        let value = |key: &str| given(key).unwrap_or_default();
        let parts = self.components();
        let header = match &parts.header {
            Some(Header::Text(header)) => Some(filled(&header.text, |name| value(&self.header_key(name)))),
            _ => None,
        };
        let buttons = parts.buttons.iter().enumerate();
        Ok(Filled {
            header,
            body: filled(&parts.body.text, value),
            footer: parts.footer.clone(),
            buttons: buttons.map(|(index, button)| FilledButton::of(button, value(&button_key(index)))).collect(),
        })
    }

    /// Numbers are counted in header and body separately; names are not.
    pub(super) fn header_key(&self, name: &str) -> String {
        match self.format {
            ParameterFormat::Positional => format!("header.{name}"),
            ParameterFormat::Named => name.to_owned(),
        }
    }
}

pub(super) fn button_key(index: usize) -> String {
    format!("buttons.{index}")
}

impl Filled {
    /// Its words, as a thread shows them.
    pub fn text(&self) -> String {
        let parts = [self.header.as_deref(), Some(self.body.as_str()), self.footer.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }
}

impl FilledButton {
    fn of(button: &Button, value: &str) -> Self {
        let (label, url, code) = match button {
            Button::QuickReply { label } | Button::Phone { label, .. } => (Some(label.clone()), None, None),
            Button::Url { label, url, .. } => (Some(label.clone()), Some(filled(url, |_| value)), None),
            Button::CopyCode { .. } => (None, None, Some(value.to_owned())),
            Button::Other(_) => (None, None, None),
        };
        Self { label, url, code }
    }
}
