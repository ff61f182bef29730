//! A filled template in JSON.

use serde::Serialize;
use utoipa::ToSchema;

/// A template as the customer would see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilledTemplate {
    /// All its words, as a thread shows them.
    #[schema(example = "Hello Ada, your parcel is on its way.")]
    text: String,
    /// The words of a text header.
    #[schema(required = true)]
    header: Option<String>,
    body: String,
    #[schema(required = true)]
    footer: Option<String>,
    buttons: Vec<FilledButton>,
}

/// A button as the customer would see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilledButton {
    /// `null` where the label is WhatsApp's.
    #[schema(required = true)]
    label: Option<String>,
    /// Where it leads, if anywhere.
    #[schema(required = true)]
    url: Option<String>,
    /// What it copies, if anything.
    #[schema(required = true)]
    code: Option<String>,
}

impl From<domain::template::Filled> for FilledTemplate {
    fn from(filled: domain::template::Filled) -> Self {
        let text = filled.text();
        let domain::template::Filled { header, body, footer, buttons } = filled;
        Self { text, header, body, footer, buttons: buttons.into_iter().map(Into::into).collect() }
    }
}

impl From<domain::template::FilledButton> for FilledButton {
    fn from(button: domain::template::FilledButton) -> Self {
        let domain::template::FilledButton { label, url, code } = button;
        Self { label, url, code }
    }
}
