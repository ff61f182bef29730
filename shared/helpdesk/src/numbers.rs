//! What Meta allows and charges, number by number (F24).

use domain::allowance::{Period, zone};
use domain::{Channel, Portfolio, Tenant, service};
use futures::future::try_join_all;
use jiff::Timestamp;
use storage::{StorageError, Tenancy};

/// One number of a tenant's, against what Meta has to say.
#[derive(Clone, Debug)]
pub struct NumberUsage {
    pub channel: Channel,
    /// The business behind its account.
    pub portfolio: Portfolio,
    /// The month by the account's clock; by the tenant's while that of the account is not known.
    pub month: Period,
    /// Messages in sessions that were delivered in it. [`service::FREE`] of them are free.
    pub delivered: u64,
}

/// The tenant's connected numbers.
///
/// # Errors
/// When storage fails.
pub async fn usage_of_numbers(
    tenancy: &Tenancy,
    tenant: &Tenant,
    now: Timestamp,
) -> Result<Vec<NumberUsage>, StorageError> {
    let channels = tenancy.all_channels().await?.into_iter().filter(Channel::is_connected);
    try_join_all(channels.map(async |channel| {
        let portfolio = tenancy.portfolio(&channel.waba_id).await?;
        let month = service::month(&zone(portfolio.time_zone().unwrap_or(&tenant.time_zone)), now);
        let delivered = tenancy.delivered_in_sessions(channel.id, &month).await?;
        Ok(NumberUsage { channel, portfolio, month, delivered })
    }))
    .await
}
