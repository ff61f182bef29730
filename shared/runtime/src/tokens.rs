//! The tokens of the channels that this process speaks to Graph for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::Sealed;
use secrecy::SecretString;

use crate::seal::{Purpose, Seal, SealError};

/// Opens tokens, and keeps those it opened for [`KEPT`], so that not every message costs a call to KMS.
#[derive(Debug)]
pub struct Tokens {
    seal: Seal,
    opened: Mutex<Opened>,
}

/// A key whose use was taken from us at AWS opens nothing after this.
const KEPT: Duration = Duration::from_secs(5 * 60);

/// What is open, and until when. A purpose is part of the name: what was opened for one channel is open for no other.
#[derive(Debug, Default)]
struct Opened(HashMap<(Purpose, Sealed), (SecretString, Instant)>);

impl Tokens {
    /// Opens what this seals.
    pub fn new(seal: Seal) -> Self {
        Self { seal, opened: Mutex::default() }
    }

    /// The token that was sealed for this purpose.
    ///
    /// # Errors
    /// [`SealError`], also when it was sealed for another purpose.
    pub async fn open(&self, purpose: Purpose, sealed: Sealed) -> Result<SecretString, SealError> {
        let name = (purpose, sealed);
        if let Some(token) = self.lock().find(&name, Instant::now()) {
            return Ok(token);
        }
        let token = self.seal.open(&name.1, purpose).await?;
        self.lock().keep(name, token.clone(), Instant::now());
        Ok(token)
    }

    fn lock(&self) -> MutexGuard<'_, Opened> {
        // What is kept is whole at any time, even if a holder panicked.
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opened {
    fn find(&self, name: &(Purpose, Sealed), now: Instant) -> Option<SecretString> {
        let (token, until) = self.0.get(name)?;
        (now < *until).then(|| token.clone())
    }

    /// Those whose time is over are wiped by the way.
    fn keep(&mut self, name: (Purpose, Sealed), token: SecretString, now: Instant) {
        self.0.retain(|_, (_, until)| now < *until);
        self.0.insert(name, (token, now + KEPT));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn name(channel: u128, sealed: u8) -> (Purpose, Sealed) {
        let purpose = Purpose::token_of(Uuid::from_u128(1).into(), Uuid::from_u128(channel).into());
        (purpose, Sealed::from(vec![sealed]))
    }

    #[test]
    fn a_token_is_open_for_its_channel_and_its_seal_only() {
        let (mut opened, now) = (Opened::default(), Instant::now());
        opened.keep(name(1, 1), "token".into(), now);
        assert!(opened.find(&name(1, 1), now).is_some());
        assert!(opened.find(&name(2, 1), now).is_none());
        assert!(opened.find(&name(1, 2), now).is_none());
    }

    #[test]
    fn after_five_minutes_a_token_is_closed_and_forgotten() {
        let (mut opened, now) = (Opened::default(), Instant::now());
        opened.keep(name(1, 1), "token".into(), now);
        assert!(opened.find(&name(1, 1), now + KEPT).is_none());
        opened.keep(name(2, 1), "another".into(), now + KEPT);
        assert_eq!(opened.0.len(), 1);
    }
}
