//! Channels and their sealed tokens.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Channel, ChannelId, Notice, Sealed};
use serde::{Deserialize, Serialize};

use crate::directory;
use crate::error::{CommitError, StorageError};
use crate::item::{self, Attributes, text};
use crate::key::Keys;
use crate::page::{self, InvalidCursor, Page};
use crate::table::Tenancy;

/// So many are read at once where all are wanted.
const PAGE: u16 = 100;

#[derive(Serialize, Deserialize)]
struct Credential {
    /// In base64.
    sealed_token: String,
}

/// The channel after which a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelCursor(ChannelId);

impl ChannelCursor {
    const KIND: &str = "c1";
}

impl fmt::Display for ChannelCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&page::encode(Self::KIND, &self.0.to_string()))
    }
}

impl FromStr for ChannelCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        page::decode(Self::KIND, text)?.parse().map(Self).map_err(|_| InvalidCursor)
    }
}

impl Tenancy {
    /// A channel of this tenant.
    pub async fn channel(&self, id: ChannelId) -> Result<Option<Channel>, StorageError> {
        self.table.get("channel", self.keys.channel(id)).await
    }

    /// The tenant's channels, the disconnected ones included, by id.
    pub async fn channels(
        &self,
        limit: u16,
        after: Option<&ChannelCursor>,
    ) -> Result<Page<Channel, ChannelCursor>, StorageError> {
        let start = after.map(|cursor| self.keys.channel(cursor.0).attributes());
        let query = self.query(self.keys.tenant().pk, "CHANNEL#");
        let read = |found| item::read("channel", found);
        Page::of(query, limit, start, read, |last: &Channel| ChannelCursor(last.id)).await
    }

    /// All of them, for whoever has to look at each.
    pub async fn all_channels(&self) -> Result<Vec<Channel>, StorageError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.channels(PAGE, after.as_ref()).await?;
            all.extend(page.data);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// The sealed token that Graph wants for this channel's number; nothing if the number is not connected.
    pub async fn sealed_token(&self, id: ChannelId) -> Result<Option<Sealed>, StorageError> {
        let found: Option<Credential> = self.table.get("credential", self.keys.credential(id)).await?;
        let bytes = found.map(|credential| STANDARD.decode(credential.sealed_token)).transpose();
        Ok(bytes.map_err(StorageError::unreadable("credential"))?.map(Sealed::from))
    }

    /// Connects a number to this tenant: the channel, its token and the route of its webhooks, together. `read` is the
    /// channel as it was, if there was one; `channel` is what it is to be, and gets its new version.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the channel is not as it was read, the number is connected elsewhere (F4), or its
    /// WhatsApp Business account is another tenant's.
    pub async fn connect(
        &self,
        channel: &mut Channel,
        token: &Sealed,
        read: Option<&Channel>,
    ) -> Result<(), CommitError> {
        let credential = Credential { sealed_token: STANDARD.encode(token.as_bytes()) };
        let mut transaction = self.transaction();
        match read {
            None => transaction.create(write(self.keys, channel)),
            Some(read) => {
                channel.version = read.version + 1;
                transaction.replace(write(self.keys, channel), read.version);
            }
        }
        match read.filter(|read| read.is_connected()) {
            None => transaction.claim_number(channel),
            // The channel's version guards its route, too: they change together.
            Some(connected) => {
                transaction.put_always(directory::route(self.tenant, channel));
                if connected.waba_id != channel.waba_id {
                    transaction.release_waba(&connected.waba_id, &connected.phone_number_id);
                }
            }
        }
        transaction.put_always(item::write(&self.keys.credential(channel.id), "credential", &credential));
        transaction.claim_waba(&channel.waba_id, &channel.phone_number_id);
        transaction.begin_gap_checks();
        transaction.commit().await
    }

    /// Takes the token of a number away, and lets go of its route, which leads here until somebody connects the number.
    /// `channel` is what was read and then disconnected; it stays, and gets its new version.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the channel is not as it was read.
    pub async fn disconnect(&self, channel: &mut Channel) -> Result<(), CommitError> {
        let read = channel.version;
        channel.version += 1;
        let mut transaction = self.transaction();
        transaction.replace(write(self.keys, channel), read);
        transaction.delete(&self.keys.credential(channel.id));
        transaction.put_always(directory::route(self.tenant, channel));
        transaction.release_waba(&channel.waba_id, &channel.phone_number_id);
        transaction.commit().await
    }

    /// Replaces the channel that was read, and keeps what its admins have to hear with it. Its route, which only says where
    /// webhooks belong, stays as it is.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when the channel is not as it was read.
    pub async fn save_channel(&self, channel: &mut Channel, notice: Option<&Notice>) -> Result<(), CommitError> {
        let read = channel.version;
        channel.version += 1;
        let Some(notice) = notice else {
            return self.table.replace(write(self.keys, channel)?, read).await;
        };
        let mut transaction = self.transaction();
        transaction.replace(write(self.keys, channel), read);
        transaction.record_notice(notice);
        transaction.commit().await
    }
}

/// A channel's item. While those who wait for it are to be woken it has a place in the due index, by this alone.
fn write(keys: Keys, channel: &Channel) -> Result<Attributes, StorageError> {
    let mut item = item::write(&keys.channel(channel.id), "channel", channel)?;
    if let Some(wakes_at) = channel.wakes_at() {
        let (shard, time) = directory::due(channel.id, wakes_at);
        item.insert("due_pk".to_owned(), text(shard));
        item.insert("due_sk".to_owned(), text(time));
    }
    Ok(item)
}
