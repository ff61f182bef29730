//! The secrets we share with Meta, read at the start and again when something does not fit them.

use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use runtime::{MetaSecrets, SecretsError};

/// Reads the secrets as they are now.
pub type ReadSecrets = Box<dyn Fn() -> BoxFuture<'static, Result<MetaSecrets, SecretsError>> + Send + Sync>;

/// The secrets as they were last read.
pub struct LiveSecrets {
    read: ReadSecrets,
    kept: Mutex<Kept>,
}

struct Kept {
    secrets: MetaSecrets,
    tried_at: Timestamp,
}

/// Anybody can send a wrong signature; that must not become a call to Secrets Manager each time.
const READ_AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(30);

impl LiveSecrets {
    /// Reads them for the first time.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn read(read: ReadSecrets, now: Timestamp) -> Result<Self, SecretsError> {
        let secrets = read().await?;
        Ok(Self { read, kept: Mutex::new(Kept { secrets, tried_at: now }) })
    }

    /// Whether something fits the secrets: those we have, or else those there are now.
    pub(crate) async fn fit(&self, now: Timestamp, fits: impl Fn(&MetaSecrets) -> bool) -> bool {
        if fits(&self.lock().secrets) {
            return true;
        }
        self.read_again(now).await && fits(&self.lock().secrets)
    }

    /// Says whether they were read just now.
    async fn read_again(&self, now: Timestamp) -> bool {
        {
            let mut kept = self.lock();
            if now.duration_since(kept.tried_at).abs() < READ_AT_MOST_EVERY {
                return false;
            }
            kept.tried_at = now;
        }
        match (self.read)().await {
            Ok(secrets) => {
                self.lock().secrets = secrets;
                true
            }
            Err(error) => {
                tracing::warn!(error = domain::chain(&error), "the secrets could not be read again");
                false
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What is kept is whole at any time, even if a holder panicked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
