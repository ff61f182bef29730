//! Templates are made, edited and deleted at Meta (F27).
//!
//! Meta comes first and the table follows, so an answer of Meta's that is lost leaves the table behind. Each of the three
//! may therefore be repeated: what Meta has done already is found there and counts as done.

use std::collections::BTreeSet;

use domain::template::{Category, Components, Draft, NotEditable, Status, Violation};
use domain::{Template, TemplateId};
use jiff::Timestamp;
use storage::{CommitError, StorageError};
use whatsapp::graph::{AccountError, CreatedTemplate, GraphError};

use crate::account::Account;
use crate::keeping::{KeepError, alter, keep};

/// A template that is there now.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) template: Template,
    /// Whether it was not there before.
    pub(crate) is_new: bool,
}

/// What an edit replaces.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) category: Option<Category>,
    pub(crate) components: Option<Components>,
}

/// How much is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deletion {
    ThisLanguage,
    AllLanguages,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmissionError {
    /// It breaks rules of Meta's; Meta was not asked.
    #[error("the template breaks {} of Meta's rules", .0.len())]
    Invalid(Vec<Violation>),
    /// An approved template of this name and language was deleted: Meta blocks the name.
    #[error("the name is blocked until {until}")]
    NameBlocked { until: Timestamp },
    /// The account has as many names as Meta lets it have.
    #[error("the account has {limit} templates")]
    TooMany { limit: usize },
    /// Another template has this name and language.
    #[error("another template has this name and language")]
    Exists(TemplateId),
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// Meta keeps disabled templates.
    #[error("a disabled template cannot be deleted")]
    Disabled,
    #[error(transparent)]
    Graph(#[from] AccountError),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Meta's subcode when an account has a template of this name and language.
const EXISTS: i64 = 2_388_024;
/// So often Meta is asked what has become of a template that was stored: again when a webhook comes between its answer
/// and storing that.
const QUESTIONS: usize = 2;

/// Submits a new template, unless the account has it already.
///
/// # Errors
/// [`SubmissionError`]. After [`SubmissionError::Graph`] Meta may have taken it: repeated, it is found.
pub(crate) async fn create(account: &Account<'_>, draft: Draft) -> Result<Made, SubmissionError> {
    let Account { tenancy, waba_id, .. } = account;
    let known = tenancy.template_named(waba_id, &draft.name, &draft.language).await?;
    if let Some(known) = known.as_ref().filter(|known| !known.is_deleted()) {
        return the_same(known.clone(), &draft).map_err(SubmissionError::Exists);
    }
    let at = account.desk.now();
    let mut violations = draft.violations();
    if violations.is_empty() {
        if let Some(until) = known.as_ref().and_then(|known| known.history.name_blocked_until(at)) {
            return Err(SubmissionError::NameBlocked { until });
        }
        let others = tenancy.templates_of(waba_id).await?;
        check_room(account, &draft, &others).await?;
        violations.extend(others.iter().find(|other| draft.duplicates(other)).map(Draft::duplicate_of));
    }
    if !violations.is_empty() {
        return Err(SubmissionError::Invalid(violations));
    }
    match account.desk.graph.create_template(waba_id, &account.token, &draft).await {
        Ok(CreatedTemplate { meta_id, status, category }) => {
            let listed = draft.taken(meta_id, status, category);
            let stored = keep(tenancy, waba_id, &listed, at, known).await?.template();
            Ok(Made { template: as_meta_has_it(account, stored).await, is_new: true })
        }
        Err(AccountError::Refused(refused)) if refused.more.subcode == Some(EXISTS) => {
            the_same(found(account, &draft).await?, &draft).map_err(SubmissionError::Exists)
        }
        Err(error) => Err(error.into()),
    }
}

/// An account has room for so many names. What a business that Meta has verified may have holds while nobody knows.
async fn check_room(account: &Account<'_>, draft: &Draft, others: &[Template]) -> Result<(), SubmissionError> {
    let names: BTreeSet<&str> =
        others.iter().filter(|other| !other.is_deleted()).map(|other| other.name.as_str()).collect();
    if names.len() < Draft::MOST_UNVERIFIED || names.contains(draft.name.as_str()) {
        return Ok(());
    }
    let verified = account.tenancy.portfolio(&account.waba_id).await?.is_verified();
    let limit = if verified == Some(false) { Draft::MOST_UNVERIFIED } else { Draft::MOST };
    if names.len() < limit { Ok(()) } else { Err(SubmissionError::TooMany { limit }) }
}

/// A template of this name and language is this very template, or it is in the way: its id.
fn the_same(template: Template, draft: &Draft) -> Result<Made, TemplateId> {
    let is_same = template.format == draft.format && template.components().read_the_same(&draft.components);
    if is_same { Ok(Made { template, is_new: false }) } else { Err(template.id) }
}

/// What Meta has of a draft that it took, stored as it says.
async fn found(account: &Account<'_>, draft: &Draft) -> Result<Template, SubmissionError> {
    let Account { desk, tenancy, waba_id, token, .. } = account;
    let at = desk.now();
    let listed = desk.graph.template_named(waba_id, token, &draft.name, &draft.language).await?;
    // Meta has just said that it has it.
    let listed =
        listed.ok_or_else(|| AccountError::Unreachable("Meta does not list yet what it has taken".to_owned()))?;
    let known = tenancy.template_named(waba_id, &draft.name, &draft.language).await?;
    let stored = keep(tenancy, waba_id, &listed, at, known).await?.template();
    Ok(as_meta_has_it(account, stored).await)
}

/// A template that was just stored, as Meta has it now. Its review may have been over before: the webhook that said so
/// found nothing here that it could change. What fails is logged: the template is stored, and the next webhook or sync
/// brings the rest.
async fn as_meta_has_it(account: &Account<'_>, stored: Template) -> Template {
    match ask_again(account, stored.clone()).await {
        Ok(template) => template,
        Err(error) => {
            let error = domain::chain(&error);
            tracing::warn!(template.id = %stored.id, error, "what has become of a stored template could not be asked");
            stored
        }
    }
}

/// The answer is stored only on top of what was known before it was asked for: a webhook that was heard since may be
/// newer, though it is of the same second.
async fn ask_again(account: &Account<'_>, mut known: Template) -> Result<Template, SubmissionError> {
    let Account { desk, tenancy, token, .. } = account;
    for _ in 0..QUESTIONS {
        let at = desk.now();
        let Some(listed) = desk.graph.template(&known.meta_id, token).await? else { return Ok(known) };
        if !known.learn(listed, at) {
            return Ok(known);
        }
        match tenancy.save_template(&mut known).await {
            Ok(()) => return Ok(known),
            Err(CommitError::Conflict) => known = tenancy.template(known.id).await?.unwrap_or(known),
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(KeepError::Contended.into())
}

/// Edits a template, which Meta reviews again.
///
/// # Errors
/// [`SubmissionError`]. After [`SubmissionError::Graph`] Meta may have taken it: repeated, that is noticed.
pub(crate) async fn edit(account: &Account<'_>, known: Template, change: Change) -> Result<Template, SubmissionError> {
    let Account { desk, tenancy, waba_id, token, .. } = account;
    let violations = change.violations(&known);
    if !violations.is_empty() {
        return Err(SubmissionError::Invalid(violations));
    }
    let at = desk.now();
    let is_new = known.may_be_sent() && !change.clone().beyond(&known).is_nothing();
    let fresh = match desk.graph.template(&known.meta_id, token).await? {
        Some(listed) => keep(tenancy, waba_id, &listed, at, Some(known)).await?.template(),
        None => known,
    };
    let beyond = change.beyond(&fresh);
    if beyond.is_nothing() {
        return if is_new { found_edited(account, fresh, at).await } else { Ok(fresh) };
    }
    let Change { category, components } = beyond;
    fresh.check_edit(category.as_ref().unwrap_or(fresh.category()), at)?;
    let parts = components.as_ref().map(|components| (components, fresh.format));
    // Meta's review may be over before its answer is here: whatever it says from now on is later.
    let at = desk.now();
    desk.graph.edit_template(&fresh.meta_id, token, category.as_ref(), parts).await?;
    let edited = alter(tenancy, fresh.id, |template| {
        let category = category.clone().unwrap_or_else(|| template.category().clone());
        let components = components.clone().unwrap_or_else(|| template.components().clone());
        template.edited(category, components.without_handles(), at);
        true
    });
    match edited.await? {
        Some(stored) => Ok(as_meta_has_it(account, stored).await),
        None => Ok(fresh),
    }
}

/// Meta has the change already: an earlier answer was lost, and the next edit has to wait all the same.
async fn found_edited(account: &Account<'_>, fresh: Template, at: Timestamp) -> Result<Template, SubmissionError> {
    let noted = alter(&account.tenancy, fresh.id, |template| {
        template.edit_found(at);
        true
    });
    Ok(noted.await?.unwrap_or(fresh))
}

impl Change {
    fn is_nothing(&self) -> bool {
        self.category.is_none() && self.components.is_none()
    }

    /// What is wrong with what is to be replaced.
    fn violations(&self, known: &Template) -> Vec<Violation> {
        let Template { name, language, format, .. } = known.clone();
        let category = self.category.clone().unwrap_or_else(|| known.category().clone());
        let components = self.components.clone().unwrap_or_else(|| known.components().clone());
        let violations = Draft { name, language, category, format, components }.violations().into_iter();
        let parts = [("category", self.category.is_some()), ("components", self.components.is_some())];
        let is_replaced = |at: &str| parts.iter().any(|(part, replaced)| *replaced && at.starts_with(part));
        violations.filter(|violation| is_replaced(&violation.at)).collect()
    }

    /// What of it is not so yet.
    fn beyond(self, fresh: &Template) -> Self {
        Self {
            category: self.category.filter(|category| category != fresh.category()),
            components: self.components.filter(|components| !components.read_the_same(fresh.components())),
        }
    }
}

/// Deletes a template at Meta.
///
/// # Errors
/// [`SubmissionError`]. After [`SubmissionError::Graph`] Meta may have done it: repeated, that is noticed.
pub(crate) async fn delete(
    account: &Account<'_>,
    known: Template,
    what: Deletion,
) -> Result<Template, SubmissionError> {
    let Account { desk, tenancy, waba_id, token, .. } = account;
    let doomed = match what {
        Deletion::ThisLanguage => vec![known.clone()],
        Deletion::AllLanguages => tenancy.template_languages(waba_id, &known.name).await?,
    };
    if doomed.iter().all(Template::is_deleted) {
        return Ok(known);
    }
    if doomed.iter().any(|template| *template.status() == Status::Disabled) {
        return Err(SubmissionError::Disabled);
    }
    let meta_id = Some(known.meta_id.as_str()).filter(|_| what == Deletion::ThisLanguage);
    match desk.graph.delete_template(waba_id, token, &known.name, meta_id).await {
        Ok(()) => {}
        Err(AccountError::Refused(refused)) => was_gone_before(account, &doomed, refused).await?,
        Err(error) => return Err(error.into()),
    }
    let at = desk.now();
    for template in &doomed {
        alter(tenancy, template.id, |template| template.gone(at)).await?;
    }
    Ok(tenancy.template(known.id).await?.unwrap_or(known))
}

/// Meta refuses to delete what is not there; any other refusal is one.
async fn was_gone_before(
    account: &Account<'_>,
    doomed: &[Template],
    refused: GraphError,
) -> Result<(), SubmissionError> {
    for Template { name, language, .. } in doomed {
        if account.desk.graph.template_named(&account.waba_id, &account.token, name, language).await?.is_some() {
            return Err(AccountError::Refused(refused).into());
        }
    }
    Ok(())
}
