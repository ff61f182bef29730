//! What Meta says of a template becomes what is stored of it.

use domain::template::Listed;
use domain::{Template, TemplateId};
use jiff::Timestamp;
use storage::{CommitError, StorageError, Tenancy};

/// What storing it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Added(Template),
    Changed(Template),
    AsItWas(Template),
}

/// Why it is not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("lost every race for the same template")]
    Contended,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A webhook may come at the same moment; several in a row are rare.
const ATTEMPTS: usize = 5;

impl Kept {
    pub(crate) fn template(self) -> Template {
        match self {
            Self::Added(template) | Self::Changed(template) | Self::AsItWas(template) => template,
        }
    }
}

/// Stores what a listing of Meta's, asked for at `at`, says of a template. `known` is what was read of it before.
pub(crate) async fn keep(
    tenancy: &Tenancy,
    waba_id: &str,
    listed: &Listed,
    at: Timestamp,
    mut known: Option<Template>,
) -> Result<Kept, KeepError> {
    for _ in 0..ATTEMPTS {
        let stored = match known {
            None => {
                let template = Template::listed(tenancy.tenant_id(), waba_id, listed.clone(), at);
                tenancy.create_template(&template).await.map(|()| Kept::Added(template))
            }
            Some(mut template) => {
                if !template.learn(listed.clone(), at) {
                    return Ok(Kept::AsItWas(template));
                }
                tenancy.save_template(&mut template).await.map(|()| Kept::Changed(template))
            }
        };
        match stored {
            Ok(kept) => return Ok(kept),
            Err(CommitError::Conflict) => {
                known = tenancy.template_named(waba_id, &listed.name, &listed.language).await?;
            }
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(KeepError::Contended)
}

/// Stores a change of a template that is stored. `change` says whether there is anything to change. Gives the template as
/// it is then; nothing if it is not there.
pub(crate) async fn alter(
    tenancy: &Tenancy,
    id: TemplateId,
    change: impl Fn(&mut Template) -> bool,
) -> Result<Option<Template>, KeepError> {
    for _ in 0..ATTEMPTS {
        let Some(mut template) = tenancy.template(id).await? else { return Ok(None) };
        if !change(&mut template) {
            return Ok(Some(template));
        }
        match tenancy.save_template(&mut template).await {
            Ok(()) => return Ok(Some(template)),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(KeepError::Contended)
}
