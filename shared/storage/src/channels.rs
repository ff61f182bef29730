//! Channels and their tokens.

use domain::{Channel, ChannelId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item;
use crate::table::Tenancy;

#[derive(Serialize, Deserialize)]
struct Credential {
    access_token: String,
}

impl Tenancy {
    /// A channel of this tenant.
    pub async fn channel(&self, id: ChannelId) -> Result<Option<Channel>, StorageError> {
        self.table.get("channel", self.keys.channel(id)).await
    }

    /// The token that Graph wants for this channel's number.
    pub async fn access_token(&self, id: ChannelId) -> Result<Option<SecretString>, StorageError> {
        let found: Option<Credential> = self.table.get("credential", self.keys.credential(id)).await?;
        Ok(found.map(|credential| credential.access_token.into()))
    }

    /// Connects a number to this tenant: the channel, its token and the route of its webhooks, together.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the number is connected already, here or elsewhere (F4), or its
    /// WhatsApp Business account belongs to another tenant.
    pub async fn connect(&self, channel: &Channel, access_token: &SecretString) -> Result<(), CommitError> {
        let credential = Credential { access_token: access_token.expose_secret().to_owned() };
        let mut transaction = self.transaction();
        transaction.create(item::write(&self.keys.channel(channel.id), "channel", channel));
        transaction.create(item::write(&self.keys.credential(channel.id), "credential", &credential));
        transaction.create(directory::route(self.tenant, channel));
        transaction.claim_waba(&channel.waba_id);
        transaction.commit().await
    }
}
