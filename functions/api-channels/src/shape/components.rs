//! The parts of a template in JSON, in either direction.

use std::collections::BTreeMap;

use domain::template::{self as of_domain, HeaderMedia, Other};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The parts of a template.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Components {
    #[serde(default)]
    #[schema(required = false)]
    header: Option<Header>,
    body: Words,
    /// At most 60 characters, without variables.
    #[serde(default)]
    #[schema(required = false, example = "Lovelace Books")]
    footer: Option<String>,
    /// At most ten; quick replies together, before or after all others.
    #[serde(default)]
    #[schema(required = false)]
    buttons: Vec<Button>,
    /// Meta's names of further parts that the template has. Templates with such are made in WhatsApp Manager.
    #[serde(default, skip_deserializing)]
    #[schema(read_only, example = json!([]))]
    others: Vec<String>,
}

/// Words, with variables in them.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Words {
    #[schema(example = "Hello {{1}}, your parcel is on its way.")]
    text: String,
    /// An example for each variable, by its number or name.
    #[serde(default)]
    #[schema(required = false, example = json!({"1": "Ada"}))]
    samples: BTreeMap<String, String>,
}

/// What stands above the body.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Header {
    /// At most 60 characters and one variable.
    Text(Words),
    Image(Sample),
    Video(Sample),
    Document(Sample),
    /// A place that is chosen when it is sent.
    Location,
}

/// An example of a header's file.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Sample {
    /// The handle that Meta's Resumable Upload API answers. Never shown.
    #[serde(default, skip_serializing)]
    #[schema(write_only, required = false)]
    sample: Option<String>,
}

/// What can be pressed below.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Button {
    QuickReply {
        label: String,
    },
    Url {
        label: String,
        /// May end in `{{1}}`.
        #[schema(example = "https://example.com/track/{{1}}")]
        url: String,
        /// What the variable may be.
        #[serde(default)]
        #[schema(required = false)]
        sample: Option<String>,
    },
    Phone {
        label: String,
        number: String,
    },
    CopyCode {
        /// What a code may be; at most 15 characters.
        #[serde(default)]
        #[schema(required = false)]
        sample: Option<String>,
    },
    /// Any other kind, by Meta's name. Templates with such are made in WhatsApp Manager.
    Other {
        kind: String,
    },
}

impl From<of_domain::Components> for Components {
    fn from(parts: of_domain::Components) -> Self {
        Self {
            header: parts.header.map(Into::into),
            body: parts.body.into(),
            footer: parts.footer,
            buttons: parts.buttons.into_iter().map(Into::into).collect(),
            others: parts.others.into_iter().map(|other| other.kind).collect(),
        }
    }
}

impl From<Components> for of_domain::Components {
    fn from(parts: Components) -> Self {
        Self {
            header: parts.header.map(Into::into),
            body: parts.body.into(),
            footer: parts.footer,
            buttons: parts.buttons.into_iter().map(Into::into).collect(),
            others: Vec::new(),
        }
    }
}

impl From<of_domain::Text> for Words {
    fn from(of_domain::Text { text, samples }: of_domain::Text) -> Self {
        Self { text, samples }
    }
}

impl From<Words> for of_domain::Text {
    fn from(Words { text, samples }: Words) -> Self {
        Self { text, samples }
    }
}

impl From<of_domain::Header> for Header {
    fn from(header: of_domain::Header) -> Self {
        match header {
            of_domain::Header::Text(text) => Self::Text(text.into()),
            of_domain::Header::Location => Self::Location,
            of_domain::Header::Media { kind, sample } => match kind {
                HeaderMedia::Image => Self::Image(Sample { sample }),
                HeaderMedia::Video => Self::Video(Sample { sample }),
                HeaderMedia::Document => Self::Document(Sample { sample }),
            },
        }
    }
}

impl From<Header> for of_domain::Header {
    fn from(header: Header) -> Self {
        let media = |kind, Sample { sample }| Self::Media { kind, sample };
        match header {
            Header::Text(words) => Self::Text(words.into()),
            Header::Image(sample) => media(HeaderMedia::Image, sample),
            Header::Video(sample) => media(HeaderMedia::Video, sample),
            Header::Document(sample) => media(HeaderMedia::Document, sample),
            Header::Location => Self::Location,
        }
    }
}

impl From<of_domain::Button> for Button {
    fn from(button: of_domain::Button) -> Self {
        match button {
            of_domain::Button::QuickReply { label } => Self::QuickReply { label },
            of_domain::Button::Url { label, url, sample } => Self::Url { label, url, sample },
            of_domain::Button::Phone { label, number } => Self::Phone { label, number },
            of_domain::Button::CopyCode { sample } => Self::CopyCode { sample },
            of_domain::Button::Other(Other { kind, .. }) => Self::Other { kind },
        }
    }
}

impl From<Button> for of_domain::Button {
    fn from(button: Button) -> Self {
        match button {
            Button::QuickReply { label } => Self::QuickReply { label },
            Button::Url { label, url, sample } => Self::Url { label, url, sample },
            Button::Phone { label, number } => Self::Phone { label, number },
            Button::CopyCode { sample } => Self::CopyCode { sample },
            Button::Other { kind } => Self::Other(Other { kind, original: String::new() }),
        }
    }
}
