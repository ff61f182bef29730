//! What a campaign says, as it is kept and as it is accepted.

use std::collections::BTreeMap;

use domain::ContactId;
use domain::campaign::{CampaignHeader, CampaignTemplate, CampaignVariable, Recipient};

use crate::accept::{NewHeader, NewTemplate, Source, Value};

/// Why a template cannot go to many as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotForMany {
    /// So that a slice goes into an item.
    #[error("the variables are too long")]
    VariablesTooLong { of: Option<ContactId> },
}

/// What the variables of all, and those of one, may have in bytes.
pub const LONGEST_VARIABLES: usize = 4_000;

/// The template as it is kept, with its header.
pub(super) fn kept(template: NewTemplate, header: Option<CampaignHeader>) -> Result<CampaignTemplate, NotForMany> {
    let NewTemplate { name, language, category, variables, header: _, then: _ } = template;
    let variables = kept_variables(variables).ok_or(NotForMany::VariablesTooLong { of: None })?;
    Ok(CampaignTemplate { name, language, category, variables, header })
}

/// Somebody who is to get it, as they are kept.
pub(super) fn recipient(contact_id: ContactId, own: BTreeMap<String, Value>) -> Result<Recipient, NotForMany> {
    let variables = kept_variables(own).ok_or(NotForMany::VariablesTooLong { of: Some(contact_id) })?;
    Ok(Recipient { contact_id, variables, outcome: None })
}

/// The template as this recipient gets it: their own variables go before those of all.
pub(super) fn template_for(template: &CampaignTemplate, recipient: &Recipient) -> NewTemplate {
    let CampaignTemplate { name, language, category, variables, header } = template.clone();
    let all = variables.into_iter().chain(recipient.variables.clone());
    NewTemplate {
        name,
        language,
        category,
        variables: all.map(|(key, variable)| (key, variable.into())).collect(),
        header: header.map(|header| match header {
            CampaignHeader::Library(id) => NewHeader::File(Source::Library(id)),
            CampaignHeader::File(file) => NewHeader::Kept(file),
            CampaignHeader::Place(place) => NewHeader::Place(place),
        }),
        then: None,
    }
}

fn kept_variables(variables: BTreeMap<String, Value>) -> Option<BTreeMap<String, CampaignVariable>> {
    let length = |value: &Value| match value {
        Value::Given(text) => text.len(),
        Value::OfContact { property, fallback } => [property, fallback].into_iter().flatten().map(String::len).sum(),
    };
    let whole: usize = variables.iter().map(|(key, value)| key.len() + length(value)).sum();
    (whole <= LONGEST_VARIABLES).then(|| variables.into_iter().map(|(key, value)| (key, value.into())).collect())
}

impl From<Value> for CampaignVariable {
    fn from(value: Value) -> Self {
        match value {
            Value::Given(text) => Self::Given(text),
            Value::OfContact { property, fallback } => Self::OfContact { property, fallback },
        }
    }
}

impl From<CampaignVariable> for Value {
    fn from(variable: CampaignVariable) -> Self {
        match variable {
            CampaignVariable::Given(text) => Self::Given(text),
            CampaignVariable::OfContact { property, fallback } => Self::OfContact { property, fallback },
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, Value> {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), Value::Given((*text).to_owned()))).collect()
    }

    fn template(variables: BTreeMap<String, Value>) -> NewTemplate {
        NewTemplate { name: "offer".into(), language: "en".into(), category: None, variables, header: None, then: None }
    }

    #[test]
    fn ones_own_variables_go_before_those_of_all() {
        let ada = Uuid::from_u128(1).into();
        let kept = kept(template(given(&[("1", "you"), ("2", "Friday")])), None).expect("kept");
        let recipient = recipient(ada, given(&[("1", "Ada")])).expect("kept");
        let filled = template_for(&kept, &recipient);
        assert_eq!(filled.variables, given(&[("1", "Ada"), ("2", "Friday")]));
    }

    #[test]
    fn what_would_not_fit_into_a_slice_is_refused() {
        let long = given(&[("1", &"x".repeat(4_000))]);
        let ada = Uuid::from_u128(1).into();
        assert_eq!(recipient(ada, long).expect_err("refused"), NotForMany::VariablesTooLong { of: Some(ada) });
    }
}
