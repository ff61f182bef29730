//! A template in JSON.

use domain::TemplateId;
use domain::template::{Coming, ParameterFormat};
use jiff::Timestamp;
use rest::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use super::Components;

/// A template of one account in one language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Template {
    /// The same whenever the account has a template of this name in this language.
    #[schema(value_type = String, example = "tpl_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    id: TemplateId,
    /// Meta's id of the WhatsApp Business account.
    #[schema(example = "102290129340398")]
    waba_id: String,
    /// Meta's id of the template.
    #[schema(example = "1689556908129832")]
    meta_id: String,
    #[schema(example = "parcel_shipped")]
    name: String,
    #[schema(example = "en_US")]
    language: String,
    /// `marketing`, `utility`, `authentication`, or a word of Meta's that is newer.
    #[schema(example = "utility")]
    category: String,
    /// What it was before Meta changed it.
    #[schema(required = true)]
    previous_category: Option<String>,
    /// What Meta has announced that it will be.
    #[schema(required = true)]
    coming_category: Option<ComingCategory>,
    /// `approved`, `pending`, `rejected`, `paused`, `disabled`, `flagged`, `locked`, `in_appeal`, `limit_exceeded`,
    /// `pending_deletion`, `deleted`, `archived`, or a word of Meta's that is newer.
    #[schema(example = "approved")]
    status: String,
    /// Why it has its status, where Meta says so.
    #[schema(required = true)]
    reason: Option<Reason>,
    /// Whether Meta takes messages made of it.
    sendable: bool,
    /// `green`, `yellow`, `red` or `unknown`.
    #[schema(example = "green")]
    quality: String,
    /// `positional` or `named`.
    #[schema(value_type = String, example = "positional")]
    parameter_format: ParameterFormat,
    components: Components,
    /// What has to be given when it is filled.
    variables: Vec<Variable>,
}

/// An announced change of category.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComingCategory {
    #[schema(example = "marketing")]
    category: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// Why a template has its status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// Meta's word.
    #[schema(example = "incorrect_category")]
    code: String,
    /// What Meta says or recommends.
    #[schema(required = true)]
    text: Option<String>,
}

/// A variable of a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Variable {
    /// `1` or `order_number` in the body, `header.1` in the header, `buttons.0` for the first button.
    #[schema(example = "1")]
    key: String,
    #[schema(required = true, example = "Ada")]
    sample: Option<String>,
}

impl Template {
    /// The template with its version.
    pub(crate) fn versioned(template: domain::Template) -> Versioned<Self> {
        Versioned { version: template.version, body: template.into() }
    }
}

impl From<domain::Template> for Template {
    fn from(template: domain::Template) -> Self {
        let variables = template.variables().into_iter();
        let (standing, classification) = (template.standing.value.clone(), template.classification.value.clone());
        Self {
            id: template.id,
            sendable: template.may_be_sent(),
            variables: variables.map(|it| Variable { key: it.key, sample: it.sample }).collect(),
            waba_id: template.waba_id,
            meta_id: template.meta_id,
            name: template.name,
            language: template.language,
            category: classification.category.into(),
            previous_category: classification.previous.map(Into::into),
            coming_category: classification.coming.map(Into::into),
            status: standing.status.into(),
            reason: standing.reason.map(|reason| Reason { code: reason.code, text: reason.text }),
            quality: template.quality.value.into(),
            parameter_format: template.format,
            components: template.components.value.into(),
        }
    }
}

impl From<Coming> for ComingCategory {
    fn from(Coming { category, at }: Coming) -> Self {
        Self { category: category.into(), at }
    }
}
