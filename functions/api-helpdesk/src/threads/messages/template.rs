//! A template in a request to send.

use std::collections::BTreeMap;

use domain::UploadId;
use domain::template::Category;
use helpdesk::{FollowUp, NewHeader, NewTemplate, Source, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::new::Location;
use crate::refusal::{self, Refusal};

/// A template of the number's account, with what its variables stand for.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewTemplateMessage)]
pub(crate) struct Template {
    #[schema(example = "order_update")]
    name: String,
    #[schema(example = "en_US")]
    language: String,
    /// `marketing`, `utility` or `authentication`: what you take it for. It is refused if it is something else by now; it
    /// has to be given for a template that Meta has put into another category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, required = false, example = "utility")]
    category: Option<Category>,
    #[serde(default)]
    #[schema(required = false, example = json!({"1": "Ada", "2": "A-17", "buttons.0": "A-17"}))]
    variables: Variables,
    /// What stands above the body, for a template that has a file or a place there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    header: Option<Header>,
}

/// By the `key` of each of the template's `variables`; or, for those of a body that counts them, a list in their order. One
/// that is not given is looked for in the contact under its own name: among the `properties`, then as `name`, `username`,
/// `phone` or `mobile_phone`.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewTemplateVariables)]
#[serde(
    untagged,
    expecting = "variables are an object by their keys, or a list; each is a text, or an object with `property` and `fallback`"
)]
pub(crate) enum Variables {
    ByKey(BTreeMap<String, Variable>),
    InOrder(Vec<Variable>),
}

/// What a variable stands for: a text, or what the contact has under the name `property` (the variable's own without it), or
/// else `fallback`.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewTemplateVariable)]
#[serde(untagged)]
pub(crate) enum Variable {
    Given(String),
    OfContact(OfContact),
}

/// A property of the contact's.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewTemplateVariableOfContact)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfContact {
    #[schema(required = false, example = "first_name")]
    property: Option<String>,
    #[schema(required = false, example = "there")]
    fallback: Option<String>,
}

/// A file (`upload_id` or `library_id`) or a `location`.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewTemplateHeader)]
struct Header {
    upload_id: Option<String>,
    library_id: Option<String>,
    location: Option<Location>,
}

impl Default for Variables {
    fn default() -> Self {
        Self::ByKey(BTreeMap::new())
    }
}

impl Template {
    /// What is asked for; `then` follows the answer.
    pub(crate) fn into_new(self, then: Option<FollowUp>) -> Result<NewTemplate, Refusal> {
        let Self { name, language, category, variables, header } = self;
        Ok(NewTemplate {
            name,
            language,
            category,
            variables: variables.into_values(),
            header: header.map(Header::into_new).transpose()?,
            then,
        })
    }
}

impl Variables {
    /// What they stand for, by their keys.
    pub(crate) fn into_values(self) -> BTreeMap<String, Value> {
        let by_key: BTreeMap<String, Variable> = match self {
            Self::ByKey(by_key) => by_key,
            Self::InOrder(list) => (1..).map(|number: u32| number.to_string()).zip(list).collect(),
        };
        by_key.into_iter().map(|(key, variable)| (key, variable.into())).collect()
    }
}

impl From<Variable> for Value {
    fn from(variable: Variable) -> Self {
        match variable {
            Variable::Given(text) => Self::Given(text),
            Variable::OfContact(OfContact { property, fallback }) => Self::OfContact { property, fallback },
        }
    }
}

impl Header {
    fn into_new(self) -> Result<NewHeader, Refusal> {
        match (self.upload_id, self.library_id, self.location) {
            (Some(id), None, None) => {
                let id: UploadId = id.parse().map_err(|_| refusal::no_such_upload(&id))?;
                Ok(NewHeader::File(Source::Upload(id)))
            }
            (None, Some(id), None) => {
                let id = id.parse().map_err(|_| refusal::no_such_library_item(&id))?;
                Ok(NewHeader::File(Source::Library(id)))
            }
            (None, None, Some(location)) => Ok(NewHeader::Place(location.try_into()?)),
            _ => Err(refusal::header_invalid().into()),
        }
    }
}
