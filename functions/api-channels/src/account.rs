//! A WhatsApp Business account of a tenant's, with the token that speaks for it.

use std::collections::BTreeSet;

use domain::{Channel, ChannelId};
use rest::Caller;
use runtime::{Purpose, SealError};
use secrecy::SecretString;
use storage::{StorageError, Tenancy};

use crate::Desk;

/// An account that can be spoken for.
#[derive(Clone, Debug)]
pub(crate) struct Account<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) tenancy: Tenancy,
    pub(crate) waba_id: String,
    /// Of the number whose token it is.
    pub(crate) phone_number_id: String,
    pub(crate) token: SecretString,
}

/// Why an account cannot be spoken for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountUnknown {
    #[error("there is no such channel")]
    NoSuchChannel,
    #[error("the account has no connected number")]
    NotConnected,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl<'a> Account<'a> {
    /// The account of a channel of the caller's tenant.
    pub(crate) async fn of_channel(desk: &'a Desk, caller: &Caller, id: ChannelId) -> Result<Self, AccountUnknown> {
        let channel = desk.of(caller).channel(id).await?.ok_or(AccountUnknown::NoSuchChannel)?;
        Self::through(desk, caller, channel).await
    }

    /// The account with this id of Meta's, if the caller's tenant has connected a number of it.
    pub(crate) async fn of_waba(desk: &'a Desk, caller: &Caller, waba_id: &str) -> Result<Self, AccountUnknown> {
        let channels = desk.of(caller).all_channels().await?.into_iter();
        let channel = channels.filter(Channel::is_connected).find(|channel| channel.waba_id == waba_id);
        Self::through(desk, caller, channel.ok_or(AccountUnknown::NotConnected)?).await
    }

    async fn through(desk: &'a Desk, caller: &Caller, channel: Channel) -> Result<Self, AccountUnknown> {
        let tenancy = desk.of(caller);
        let sealed = tenancy.sealed_token(channel.id).await?.ok_or(AccountUnknown::NotConnected)?;
        let token = desk.seal.open(&sealed, Purpose::token_of(caller.tenant(), channel.id)).await?;
        Ok(Self { desk, tenancy, waba_id: channel.waba_id, phone_number_id: channel.phone_number_id, token })
    }
}

/// The accounts in which the tenant has channels, the disconnected ones included, in order.
pub(crate) async fn waba_ids(tenancy: &Tenancy) -> Result<Vec<String>, StorageError> {
    let ids: BTreeSet<String> = tenancy.all_channels().await?.into_iter().map(|channel| channel.waba_id).collect();
    Ok(ids.into_iter().collect())
}
