//! The business's side of a message: the number of its channel, as people write it.

use domain::ChannelId;
use storage::{StorageError, Tenancy};

/// Nothing if the channel is not known (any more).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BusinessNumber(Option<String>);

impl From<Option<String>> for BusinessNumber {
    fn from(number: Option<String>) -> Self {
        Self(number)
    }
}

impl BusinessNumber {
    /// # Errors
    /// When storage fails.
    pub(crate) async fn of(tenancy: &Tenancy, channel: ChannelId) -> Result<Self, StorageError> {
        let channel = tenancy.channel(channel).await?;
        Ok(channel.map(|channel| channel.display_phone_number).into())
    }

    /// The same for a message that was just stored: it must be answered as such even if this cannot be read, or the
    /// client would send it again.
    pub(crate) async fn of_stored(tenancy: &Tenancy, channel: ChannelId) -> Self {
        Self::of(tenancy, channel).await.unwrap_or_else(|error| {
            let error = domain::chain(&error);
            tracing::warn!(channel.id = %channel, error, "the channel's number is not shown");
            None.into()
        })
    }

    pub(crate) fn shown(&self) -> Option<String> {
        self.0.clone()
    }
}
