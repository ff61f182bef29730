//! What Meta tells of templates changes what is stored of them (F27).

use std::error::Error;

use domain::TemplateId;
use jiff::Timestamp;
use queues::jobs::EventItem;
use storage::{CommitError, Directory, Tenancy};
use whatsapp::webhook::template::{self, TemplateNews};

/// What news of a template came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It was none.
    NoNews,
    Applied(TemplateId),
    /// Something later is known already.
    Outdated,
    /// No such template is known; whoever stores it asks Meta again then, and the next sync brings what this said.
    UnknownTemplate,
}

/// Somebody else was always faster; the queue brings it again.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("lost the race for the same template {ATTEMPTS} times in a row")]
struct Contended;

/// A sync may come at the same moment; several in a row are rare.
const ATTEMPTS: usize = 5;

impl Heard {
    /// The id of what it changed.
    pub(crate) fn became(self) -> String {
        match self {
            Self::Applied(id) => id.to_string(),
            Self::NoNews | Self::Outdated | Self::UnknownTemplate => String::new(),
        }
    }

    /// Why it changed nothing, where that is not plain.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NoNews | Self::Applied(_) => "",
            Self::Outdated => "outdated",
            Self::UnknownTemplate => "unknown_template",
        }
    }
}

/// Applies news of a template, by Meta's time. Hearing it twice is as hearing it once.
pub(crate) async fn hear(
    directory: &Directory,
    item: &EventItem,
    received_at: Timestamp,
) -> Result<Heard, Box<dyn Error>> {
    let (Some(news), Some(waba_id)) = (template::parse(&item.field, &item.value), &item.waba_id) else {
        return Ok(Heard::NoNews);
    };
    let Some(tenancy) = directory.tenant_of_waba(waba_id).await? else { return Ok(Heard::NoNews) };
    apply(&tenancy, waba_id, &news, item.time.unwrap_or(received_at)).await
}

async fn apply(tenancy: &Tenancy, waba_id: &str, news: &TemplateNews, at: Timestamp) -> Result<Heard, Box<dyn Error>> {
    let synced_at = tenancy.template_sync(waba_id).await?.synced_at;
    for _ in 0..ATTEMPTS {
        let found = tenancy.template_named(waba_id, &news.name, &news.language).await?;
        // One of the same name that was deleted before is another template.
        let found = found.filter(|found| news.meta_id.as_ref().is_none_or(|id| *id == found.meta_id));
        let Some(mut template) = found else { return Ok(Heard::UnknownTemplate) };
        // What Meta said before a listing of the whole account is in the listing, as far as listings say such things.
        let in_listing = synced_at.is_some_and(|synced_at| at.as_second() < synced_at.as_second());
        let is_news = match in_listing {
            true => template.hear_beside_listing(news.update.clone(), at),
            false => template.hear(news.update.clone(), at),
        };
        if !is_news {
            return Ok(Heard::Outdated);
        }
        match tenancy.save_template(&mut template).await {
            Ok(()) => return Ok(Heard::Applied(template.id)),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(Contended.into())
}
