//! What a template consists of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The parts of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Components {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    pub body: Text,
    /// Without variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Parts that have no shape here (carousels, limited-time offers …).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
}

/// Words with variables in them, and an example for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub text: String,
    /// By variable: `1` or `order_number`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<String, String>,
}

/// What stands above the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Header {
    Text(Text),
    Media {
        kind: HeaderMedia,
        /// Meta's handle of an uploaded example; only in drafts, as Meta never gives it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sample: Option<String>,
    },
    /// A place that is chosen when it is sent.
    Location,
}

/// Which kind of file a header takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderMedia {
    Image,
    Video,
    Document,
}

/// What can be pressed below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Button {
    /// Answers with its label.
    QuickReply { label: String },
    /// Opens a page; the address may end in a variable.
    Url {
        label: String,
        url: String,
        /// What the variable may be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sample: Option<String>,
    },
    /// Calls a number.
    Phone { label: String, number: String },
    /// Copies a code that is given when it is sent. Its label is Meta's.
    CopyCode {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sample: Option<String>,
    },
    /// Any other kind (flows, catalogues, one-time passwords …).
    Other(Other),
}

/// A part that has no shape here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Meta's name of its kind, in lower case.
    pub kind: String,
    /// As Meta gave it, in JSON.
    pub original: String,
}

impl Text {
    /// Words without examples.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), samples: BTreeMap::new() }
    }
}

impl Button {
    /// Whether its address ends in a variable.
    pub fn takes_a_variable(&self) -> bool {
        match self {
            Self::Url { url, .. } => url.contains("{{"),
            Self::CopyCode { .. } => true,
            Self::QuickReply { .. } | Self::Phone { .. } | Self::Other(_) => false,
        }
    }
}

impl Components {
    /// Whether a reader could not tell them apart; examples do not count.
    pub fn read_the_same(&self, other: &Self) -> bool {
        self.clone().without_samples() == other.clone().without_samples()
    }

    /// As Meta gives them back: without the handle of a header's example.
    #[must_use]
    pub fn without_handles(mut self) -> Self {
        if let Some(Header::Media { sample, .. }) = &mut self.header {
            *sample = None;
        }
        self
    }

    fn without_samples(self) -> Self {
        let mut bare = self.without_handles();
        bare.body.samples.clear();
        if let Some(Header::Text(text)) = &mut bare.header {
            text.samples.clear();
        }
        for button in &mut bare.buttons {
            if let Button::Url { sample, .. } | Button::CopyCode { sample } = button {
                *sample = None;
            }
        }
        bare
    }
}
