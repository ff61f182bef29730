//! A template with what the request and the contact give for its variables (F27).

use std::collections::BTreeMap;

use domain::contact::wishes::Approach;
use domain::content::TemplateMessage;
use domain::template::{Category, GivenHeader, Status};
use domain::{Contact, Content, Identity, Template};
use storage::StorageError;
use storage::templates::TemplateFilter;

use super::files::above;
use super::reply::{NewHeader, NewTemplate, Value};
use super::thread::Thread;
use super::{AcceptError, Accepting, Alternative};

/// How many templates are named instead of one that cannot be sent.
const ALTERNATIVES: u16 = 5;

impl Accepting<'_> {
    /// The message that a template becomes in a thread.
    pub(super) async fn template(self, new: &NewTemplate, thread: &Thread) -> Result<TemplateMessage, AcceptError> {
        let waba_id = thread.waba_id(self.tenancy).await?;
        let template = self.sendable(&waba_id, new).await?;
        let header = match &new.header {
            None => None,
            Some(NewHeader::File(source)) => Some(GivenHeader::File(self.file(*source).await?)),
            Some(NewHeader::Kept(file)) => Some(GivenHeader::File(above(file.clone()))),
            Some(NewHeader::Place(place)) => Some(GivenHeader::Place(place.clone())),
        };
        Ok(template.message(&values(&template, new, thread.contact()), header)?)
    }

    /// The template of an account, if Meta takes messages made of it.
    pub(crate) async fn sendable(self, waba_id: &str, new: &NewTemplate) -> Result<Template, AcceptError> {
        let found = self.tenancy.template_named(waba_id, &new.name, &new.language).await?;
        let Some(template) = found.filter(|template| !template.is_deleted()) else {
            let alternatives = self.alternatives(waba_id, new, None).await?;
            return Err(AcceptError::NoSuchTemplate { alternatives });
        };
        if let Err(why) = template.check_send(new.category.as_ref()) {
            let alternatives = self.alternatives(waba_id, new, Some(&template)).await?;
            return Err(AcceptError::TemplateNotSendable { why, alternatives });
        }
        Ok(template)
    }

    /// What could be sent instead: the same in other languages, or else others of its category in its language.
    async fn alternatives(
        self,
        waba_id: &str,
        new: &NewTemplate,
        instead_of: Option<&Template>,
    ) -> Result<Vec<Alternative>, StorageError> {
        let languages = self.tenancy.template_languages(waba_id, &new.name).await?;
        let same = languages.iter().filter(|other| other.language != new.language && other.may_be_sent());
        let same: Vec<Alternative> = same.map(Alternative::from).collect();
        let Some(template) = instead_of.filter(|_| same.is_empty()) else { return Ok(same) };
        let filter = TemplateFilter {
            status: Some(Status::Approved),
            category: Some(template.category().clone()),
            language: Some(template.language.clone()),
            words: Vec::new(),
        };
        let others = self.tenancy.templates(&[waba_id.to_owned()], &filter, ALTERNATIVES, None).await?.data;
        Ok(others.iter().filter(|other| other.id != template.id).map(Alternative::from).collect())
    }
}

impl From<&Template> for Alternative {
    fn from(template: &Template) -> Self {
        let Template { name, language, .. } = template.clone();
        Self { name, language, category: template.category().clone() }
    }
}

/// What the variables stand for, as far as it is known: by the request, or else by the contact.
fn values(template: &Template, new: &NewTemplate, contact: Option<&Contact>) -> BTreeMap<String, String> {
    let known = |name: &str| contact.and_then(|contact| contact.known(name)).map(|value| value.into_owned());
    let value = |key: &str| match new.variables.get(key) {
        None => known(key),
        Some(Value::Given(text)) => Some(text.clone()),
        Some(Value::OfContact { property, fallback }) => {
            known(property.as_deref().unwrap_or(key)).or_else(|| fallback.clone())
        }
    };
    let variables = template.variables().into_iter();
    variables.filter_map(|variable| value(&variable.key).map(|value| (variable.key, value))).collect()
}

/// Whether this may go to the contact of this thread now: the one place that decides it, whichever way it is sent.
///
/// # Errors
/// Why not.
pub(super) fn may_go(content: &Content, thread: &Thread) -> Result<(), AcceptError> {
    let approach = match content {
        // Meta sends codes to numbers only (131062).
        Content::Template(template)
            if template.category == Category::Authentication
                && matches!(thread.ticket.customer, Identity::Bsuid(_)) =>
        {
            return Err(AcceptError::NumberNeeded);
        }
        Content::Template(template) => Approach::Template(&template.category),
        _ => Approach::Reply,
    };
    thread.contact().map_or(Ok(()), |contact| Ok(contact.wishes.allow(approach)?))
}
