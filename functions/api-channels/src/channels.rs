//! `/v1/channels`

use axum::extract::State;
use domain::{ChannelId, TenantId};
use http::StatusCode;
use rest::{Caller, Id, IfMatch, Json, List, Operator, Paging, Role, Versioned};
use serde::Deserialize;
use storage::{ChannelCursor, CommitError};
use utoipa::ToSchema;

use crate::Desk;
use crate::connect::{self, Connection};
use crate::given::{AccessToken, MetaId};
use crate::refusal::Refusal;
use crate::shape::{Channel, ConnectedChannel};

/// Lists the tenant's channels, the disconnected ones included. Needs the role `admin`.
#[utoipa::path(
    get, path = "/v1/channels", operation_id = "list_channels", tag = "channels",
    params(Paging<ChannelCursor>),
    responses(
        (status = 200, description = "A page of channels.", body = List<Channel>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    page: Paging<ChannelCursor>,
) -> Result<Json<List<Channel>>, Refusal> {
    caller.require(Role::Admin)?;
    let found = desk.of(&caller).channels(page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(Channel::from), found.next)))
}

/// Shows a channel. Needs the role `admin`.
#[utoipa::path(
    get, path = "/v1/channels/{id}", operation_id = "show_channel", tag = "channels",
    params(("id" = String, Path, description = "The channel.")),
    responses((status = 200, description = "The channel.", body = Channel, headers(("ETag" = String)))),
)]
pub(crate) async fn show(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<ChannelId>,
) -> Result<Versioned<Channel>, Refusal> {
    caller.require(Role::Admin)?;
    let channel = desk.of(&caller).channel(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Channel::versioned(channel))
}

/// A number that is to be connected.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewChannel {
    /// Whose number it is.
    #[schema(value_type = String, example = "ten_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    tenant_id: TenantId,
    /// Meta's id of the WhatsApp Business account.
    #[schema(value_type = String, example = "102290129340398")]
    waba_id: MetaId,
    /// Meta's id of the number.
    #[schema(value_type = String, example = "106540352242922")]
    phone_number_id: MetaId,
    /// A token of Meta's for the account, with `whatsapp_business_management` and `whatsapp_business_messaging`. It is kept
    /// encrypted and never shown.
    #[schema(value_type = String, write_only)]
    access_token: AccessToken,
}

/// Connects a business number to a tenant. Needs the role `operator`.
///
/// Meta is asked whether the token reaches the account and the account has the number, and is told to send the account's
/// webhooks to us; then its templates are read. For a number that the tenant has connected already this renews the token and changes nothing else, so
/// the request may be repeated; what waited for a number that needed reconnecting goes out then, in order. One that was disconnected becomes the same channel again.
#[utoipa::path(
    post, path = "/v1/channels", operation_id = "connect_channel", tag = "channels",
    request_body = NewChannel,
    responses(
        (status = 200, description = "It was connected to this tenant already; the token is the new one.", body = ConnectedChannel,
         headers(("ETag" = String))),
        (status = 201, description = "The number is connected.", body = ConnectedChannel, headers(("ETag" = String))),
        (status = 409, description = "`number_connected` or `account_connected`: to another tenant, which has to disconnect it \
                                      first."),
        (status = 422, description = "`no_such_tenant`; `token_refused`, `account_not_reached`, `number_not_in_account`, \
                                      `number_on_phone` or `meta_refused` (with `meta_code`) by what Meta says; \
                                      `body_invalid`."),
        (status = 503, description = "`busy`: also when Meta does not answer. Repeat it after the seconds in `Retry-After`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Desk>,
    operator: Operator,
    Json(new): Json<NewChannel>,
) -> Result<(StatusCode, Versioned<ConnectedChannel>), Refusal> {
    let asked = Connection::from(new);
    let connected = connect::connect(&desk, asked.clone()).await?;
    let (status, outcome) = match connected.is_new {
        true => (StatusCode::CREATED, "number_connected"),
        false => (StatusCode::OK, "token_renewed"),
    };
    desk.tell(outcome, operator.user(), "channel.id", connected.channel.id);
    let portfolio = connect::read_portfolio(&desk, &asked, connected.channel.id).await;
    let synced = connect::sync_templates(&desk, &asked, connected.channel.id).await;
    // Whoever repeats the request has Meta asked again.
    portfolio?;
    Ok((status, ConnectedChannel::versioned(connected.channel, synced)))
}

/// Disconnects a number. Needs the role `admin`.
///
/// Its token is deleted. What customers write from now on enters no thread, also if the number is connected again later;
/// what they wrote before does, also if it comes later, unless another tenant has connected the number by then.
/// Messages that wait to be sent fail with `channel_disconnected`. Tickets and messages stay.
#[utoipa::path(
    delete, path = "/v1/channels/{id}", operation_id = "disconnect_channel", tag = "channels",
    params(("id" = String, Path, description = "The channel."), IfMatch),
    responses(
        (status = 200, description = "The disconnected channel.", body = Channel, headers(("ETag" = String))),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
    )
)]
pub(crate) async fn delete(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<ChannelId>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<Channel>, Refusal> {
    caller.require(Role::Admin)?;
    let channel = disconnect(&desk, &caller, id, seen).await?;
    Ok(Channel::versioned(channel))
}

/// Two who change the same channel are rare; a third try even more.
const ATTEMPTS: usize = 3;

async fn disconnect(
    desk: &Desk,
    caller: &Caller,
    id: ChannelId,
    seen: Option<u64>,
) -> Result<domain::Channel, Refusal> {
    let tenancy = desk.of(caller);
    for _ in 0..ATTEMPTS {
        let mut channel = tenancy.channel(id).await?.ok_or_else(Refusal::not_found)?;
        if seen.is_some_and(|seen| seen != channel.version) {
            return Err(Refusal::changed());
        }
        if !channel.disconnect(desk.now()) {
            return Ok(channel);
        }
        match tenancy.disconnect(&mut channel).await {
            Ok(()) => {
                desk.tell("number_disconnected", caller.user(), "channel.id", id);
                return Ok(channel);
            }
            Err(CommitError::Conflict) => {}
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    Err(Refusal::contended())
}

impl From<NewChannel> for Connection {
    fn from(new: NewChannel) -> Self {
        Self {
            tenant_id: new.tenant_id,
            waba_id: new.waba_id.into(),
            phone_number_id: new.phone_number_id.into(),
            token: new.access_token.into(),
        }
    }
}
