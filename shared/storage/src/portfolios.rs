//! What Meta says of the businesses behind a tenant's accounts (F24).

use domain::Portfolio;
use domain::portfolio::Said;
use jiff::Timestamp;

use crate::error::{CommitError, StorageError};
use crate::item;
use crate::table::Tenancy;

/// Two who hear of one business at the same moment are rare; several in a row even more.
const ATTEMPTS: usize = 5;

impl Tenancy {
    /// The business behind an account, as far as Meta told.
    pub async fn portfolio(&self, waba_id: &str) -> Result<Portfolio, StorageError> {
        Ok(self.table.get("portfolio", self.keys.portfolio(waba_id)).await?.unwrap_or_default())
    }

    /// Keeps what Meta said at `at` of the business behind an account. Says whether any of it was news; hearing it twice is
    /// as hearing it once.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when others were faster several times in a row.
    pub async fn hear_of_portfolio(&self, waba_id: &str, said: &[Said], at: Timestamp) -> Result<bool, CommitError> {
        for _ in 0..ATTEMPTS {
            let found: Option<Portfolio> = self.table.get("portfolio", self.keys.portfolio(waba_id)).await?;
            let mut portfolio = found.clone().unwrap_or_default();
            // Each of them, though one may be no news.
            let news = said.iter().filter(|said| portfolio.hear(**said, at)).count();
            if news == 0 {
                return Ok(false);
            }
            portfolio.version += 1;
            let written = item::write(&self.keys.portfolio(waba_id), "portfolio", &portfolio)?;
            let stored = match found {
                Some(found) => self.table.replace(written, found.version).await,
                None => self.table.create(written).await,
            };
            match stored {
                Ok(()) => return Ok(true),
                Err(CommitError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(CommitError::Conflict)
    }
}
