//! An account's templates as Meta lists them (F27): all pages, and what is missing in them is gone.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use domain::template::Listed;
use domain::{Template, TemplateId};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use storage::templates::{BegunListing, TemplateSync};
use storage::{StorageError, Tenancy};
use whatsapp::graph::{AccountError, TemplatePage};

use crate::Desk;
use crate::keeping::{KeepError, Kept, alter, keep};

/// What a sync came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Synced {
    /// How many Meta listed this time.
    pub(crate) listed: usize,
    pub(crate) added: usize,
    pub(crate) changed: usize,
    pub(crate) deleted: usize,
    /// Whether the list came to its end; if not, the next sync goes on where this one stopped.
    pub(crate) complete: bool,
}

/// Why a sync stopped. What was read until then is stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SyncError {
    #[error(transparent)]
    Graph(#[from] AccountError),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A listing that stopped longer ago begins anew: Meta's cursors do not last, and much may have happened since.
const GOES_ON_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// So many templates are stored at a time.
const AT_ONCE: usize = 16;

/// What is synced, and with what.
pub(crate) struct Syncing<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) tenancy: &'a Tenancy,
    pub(crate) waba_id: &'a str,
    pub(crate) token: &'a SecretString,
    /// Time for another page is until then.
    pub(crate) time: Duration,
}

impl Syncing<'_> {
    /// Reads Meta's list page by page and stores what is new in it.
    ///
    /// # Errors
    /// [`SyncError`]. It may be repeated at any time, and goes on where it stopped.
    pub(crate) async fn run(&self) -> Result<Synced, SyncError> {
        let until = Instant::now() + self.time;
        let mut sync = self.tenancy.template_sync(self.waba_id).await?;
        let stored = self.tenancy.templates_of(self.waba_id).await?;
        let mut known: HashMap<TemplateId, Template> =
            stored.into_iter().map(|template| (template.id, template)).collect();
        let mut listing = self.begun(sync.begun.take());
        let mut synced = Synced::default();
        loop {
            let at = self.desk.now();
            let page = match self.page(&mut listing).await {
                Ok(page) => page,
                Err(error) => {
                    self.stop(sync, listing).await?;
                    return Err(error.into());
                }
            };
            self.store(&page.listed, at, &mut known, &mut listing, &mut synced).await?;
            listing.after = page.next;
            if listing.after.is_none() {
                break;
            }
            if Instant::now() >= until {
                self.stop(sync, listing).await?;
                return Ok(synced);
            }
        }
        synced.deleted = self.bury(&known, &listing).await?;
        synced.complete = true;
        sync.synced_at = Some(listing.at);
        self.tenancy.save_template_sync(self.waba_id, &sync).await?;
        Ok(synced)
    }

    /// The listing that goes on, or a new one.
    fn begun(&self, before: Option<BegunListing>) -> BegunListing {
        let now = self.desk.now();
        before.filter(|begun| now.duration_since(begun.at) < GOES_ON_WITHIN).unwrap_or(BegunListing {
            at: now,
            after: None,
            seen: Vec::new(),
        })
    }

    /// The next page. Meta may have forgotten where an earlier sync stopped; then the listing begins anew.
    async fn page(&self, listing: &mut BegunListing) -> Result<TemplatePage, AccountError> {
        let Self { desk, waba_id, token, .. } = self;
        match desk.graph.templates(waba_id, token, listing.after.as_deref()).await {
            Err(AccountError::Refused(refused)) if listing.after.is_some() && refused.code == Some(100) => {
                *listing = self.begun(None);
                desk.graph.templates(waba_id, token, None).await
            }
            answer => answer,
        }
    }

    async fn store(
        &self,
        listed: &[Listed],
        at: Timestamp,
        known: &mut HashMap<TemplateId, Template>,
        listing: &mut BegunListing,
        synced: &mut Synced,
    ) -> Result<(), SyncError> {
        let tenant = self.tenancy.tenant_id();
        let tasks = listed.iter().map(|listed| {
            let id = TemplateId::of(tenant, self.waba_id, &listed.name, &listed.language);
            let before = known.remove(&id);
            async move { keep(self.tenancy, self.waba_id, listed, at, before).await }
        });
        let kept: Vec<Kept> = stream::iter(tasks.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect().await?;
        synced.listed += kept.len();
        for kept in kept {
            match &kept {
                Kept::Added(_) => synced.added += 1,
                Kept::Changed(_) => synced.changed += 1,
                Kept::AsItWas(_) => {}
            }
            listing.seen.push(kept.template().id);
        }
        Ok(())
    }

    /// What is known and was not in the whole list is not there any more.
    async fn bury(&self, known: &HashMap<TemplateId, Template>, listing: &BegunListing) -> Result<usize, SyncError> {
        let seen: HashSet<&TemplateId> = listing.seen.iter().collect();
        let missing = known.values().filter(|template| !template.is_deleted() && !seen.contains(&template.id));
        let mut deleted = 0;
        for template in missing {
            let buried = alter(self.tenancy, template.id, |template| template.gone(listing.at)).await?;
            deleted += usize::from(buried.is_some_and(|template| template.is_deleted()));
        }
        Ok(deleted)
    }

    /// Remembers where to go on.
    async fn stop(&self, sync: TemplateSync, listing: BegunListing) -> Result<(), StorageError> {
        let begun = Some(listing).filter(|listing| listing.after.is_some());
        self.tenancy.save_template_sync(self.waba_id, &TemplateSync { begun, ..sync }).await
    }
}
