//! A business number is connected to a tenant (F4, F5, F6).

use std::time::Duration;

use domain::{BusinessNumber, Channel, ChannelId, TenantId};
use jiff::Timestamp;
use runtime::{Purpose, SealError};
use secrecy::SecretString;
use storage::{CommitError, StorageError};
use whatsapp::graph::AccountError;
use whatsapp::graph::errors::Class;

use crate::Desk;
use crate::sync::{Synced, Syncing};

/// What is to be connected to whom.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) tenant_id: TenantId,
    pub(crate) waba_id: String,
    pub(crate) phone_number_id: String,
    pub(crate) token: SecretString,
}

/// A connected number.
#[derive(Clone, Debug)]
pub(crate) struct Connected {
    pub(crate) channel: Channel,
    /// Whether it was not connected before.
    pub(crate) is_new: bool,
}

/// Why a number is not connected. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the tenant is not set up")]
    NoSuchTenant,
    #[error("the number is connected to another tenant")]
    NumberConnected,
    #[error("the account has numbers that are connected to another tenant")]
    AccountConnected,
    #[error("the account does not have the number")]
    NumberNotInAccount,
    /// What is typed on the phone would be missing here, and coexistence is not offered (F5).
    #[error("the number is also used with the WhatsApp Business app")]
    NumberOnPhone,
    #[error(transparent)]
    Graph(#[from] AccountError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("lost the race for the same channel {ATTEMPTS} times in a row")]
    Contended,
}

/// Two who connect the same number are rare; a third try even more.
const ATTEMPTS: usize = 3;

/// Asks Meta, and stores the channel with its sealed token and the route of its webhooks. Doing it again renews the token.
///
/// # Errors
/// [`ConnectError`]; nothing was stored then, unless the answer of storage itself was lost.
pub(crate) async fn connect(desk: &Desk, asked: Connection) -> Result<Connected, ConnectError> {
    if desk.table.of(asked.tenant_id).tenant().await?.is_none() {
        return Err(ConnectError::NoSuchTenant);
    }
    asked.found(desk).await?;
    let number = asked.confirmed_by_meta(desk).await?;
    let id = ChannelId::of_number(asked.tenant_id, &asked.phone_number_id);
    let sealed = desk.seal.seal(&asked.token, Purpose::token_of(asked.tenant_id, id)).await?;
    for _ in 0..ATTEMPTS {
        let Found { channel: read, begins_at } = asked.found(desk).await?;
        let is_new = !read.as_ref().is_some_and(Channel::is_connected);
        let mut channel = match &read {
            None => Channel::connect(asked.tenant_id, number.clone(), begins_at),
            Some(read) => {
                let mut channel = read.clone();
                channel.connect_again(number.clone(), begins_at);
                channel
            }
        };
        match desk.table.of(asked.tenant_id).connect(&mut channel, &sealed, read.as_ref()).await {
            Ok(()) => return Ok(Connected { channel, is_new }),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(ConnectError::Contended)
}

/// Why it is not known what the business behind a number may do. Asking again may help; the number is connected all the
/// same.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PortfolioError {
    #[error(transparent)]
    Graph(#[from] AccountError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Asks Meta what the business behind a number that was just connected may do (F24). That Meta does not tell is logged: the
/// next sync of its templates asks again, and webhooks tell of changes.
///
/// # Errors
/// [`PortfolioError`]. While nobody knows whether it is verified, it may begin as many conversations as it likes.
pub(crate) async fn read_portfolio(desk: &Desk, asked: &Connection, id: ChannelId) -> Result<(), PortfolioError> {
    let at = desk.now();
    let said = match desk.graph.portfolio_of(&asked.waba_id, &asked.phone_number_id, &asked.token).await {
        Ok(said) => said,
        Err(AccountError::Refused(refused)) if !matches!(refused.row.class, Class::Retry(_)) => {
            let error = domain::chain(&AccountError::Refused(refused));
            tracing::warn!(channel.id = %id, error, "Meta does not tell of the business behind a number");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    desk.table.of(asked.tenant_id).hear_of_portfolio(&asked.waba_id, &said, at).await?;
    Ok(())
}

/// Makes up for what was not known when the number was connected. What fails is logged: the next time asks again.
pub(crate) async fn read_missing_portfolio(desk: &Desk, asked: &Connection, id: ChannelId) {
    if let Err(error) = read_portfolio(desk, asked, id).await {
        let error = domain::chain(&error);
        tracing::warn!(channel.id = %id, error, "the business behind a number could not be read");
    }
}

/// For how long pages of templates are asked for when a number is connected; one more call to Meta, and storing, follow.
const SYNC_TIME: Duration = Duration::from_secs(4);

/// Reads the templates of the account of a number that was just connected. What fails is logged and can be made up for:
/// the number is connected all the same.
pub(crate) async fn sync_templates(desk: &Desk, asked: &Connection, id: ChannelId) -> Option<Synced> {
    let tenancy = desk.table.of(asked.tenant_id);
    let syncing = Syncing { desk, tenancy: &tenancy, waba_id: &asked.waba_id, token: &asked.token, time: SYNC_TIME };
    let synced = syncing.run().await.inspect_err(|error| {
        let (channel, error) = (id.to_string(), domain::chain(error));
        tracing::warn!(channel.id = channel, error, "the templates of a new number could not be read");
    });
    synced.ok()
}

/// What is known of the number.
struct Found {
    /// The tenant's channel with it, if there was one.
    channel: Option<Channel>,
    /// When the connection begins: now, or as soon as what is written is not another tenant's any more.
    begins_at: Timestamp,
}

impl Connection {
    /// What is known of the number; an error if it or its account are another tenant's.
    async fn found(&self, desk: &Desk) -> Result<Found, ConnectError> {
        let directory = desk.directory();
        let last = directory.last_route(&self.phone_number_id).await?;
        let others = last.filter(|route| route.tenancy.tenant_id() != self.tenant_id);
        let free_from = match others {
            Some(route) => Some(route.channel.free_from().ok_or(ConnectError::NumberConnected)?),
            None => None,
        };
        let holder = directory.holder_of_waba(&self.waba_id).await?;
        if holder.is_some_and(|holder| holder != self.tenant_id) {
            return Err(ConnectError::AccountConnected);
        }
        let id = ChannelId::of_number(self.tenant_id, &self.phone_number_id);
        let channel = desk.table.of(self.tenant_id).channel(id).await?;
        let now = desk.now();
        Ok(Found { channel, begins_at: free_from.unwrap_or(now).max(now) })
    }

    /// Whoever knows two ids has proven nothing: only what Meta says to the token counts.
    async fn confirmed_by_meta(&self, desk: &Desk) -> Result<BusinessNumber, ConnectError> {
        let listed = desk.graph.number_of(&self.waba_id, &self.phone_number_id, &self.token).await?;
        let listed = listed.ok_or(ConnectError::NumberNotInAccount)?;
        if listed.is_on_phone {
            return Err(ConnectError::NumberOnPhone);
        }
        desk.graph.subscribe_app(&self.waba_id, &self.token).await?;
        Ok(listed.number)
    }
}
