//! `/v1/channels/{id}/template-sync`

use std::time::{Duration, Instant};

use axum::extract::State;
use domain::ChannelId;
use rest::{Caller, Id, Json, Role};

use crate::Desk;
use crate::account::Account;
use crate::connect::{Connection, read_missing_portfolio};
use crate::refusal::Refusal;
use crate::shape::TemplateSync;
use crate::sync::Syncing;

/// For how long pages are asked for; one more call to Meta, and storing, follow.
const TIME: Duration = Duration::from_secs(12);

/// Reads the templates of the channel's account from Meta. Needs the role `admin`.
///
/// This also happens whenever a number is connected, and webhooks tell of changes; it is for what was missed. Repeat it
/// while `complete` is `false`: it goes on where it stopped.
#[utoipa::path(
    post, path = "/v1/channels/{id}/template-sync", operation_id = "sync_templates", tag = "templates",
    params(("id" = String, Path, description = "The channel.")),
    responses(
        (status = 200, description = "What it came to.", body = TemplateSync),
        (status = 409, description = "`account_not_connected`: the channel is disconnected."),
        (status = 422, description = "`meta_refused` or `token_refused`."),
        (status = 503, description = "`busy`: also when Meta does not answer."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<ChannelId>,
) -> Result<Json<TemplateSync>, Refusal> {
    caller.require(Role::Admin)?;
    let Account { tenancy, waba_id, phone_number_id, token, .. } = Account::of_channel(&desk, &caller, id).await?;
    let begun = Instant::now();
    let asked = Connection { tenant_id: caller.tenant(), waba_id, phone_number_id, token };
    if tenancy.portfolio(&asked.waba_id).await?.is_verified().is_none() {
        read_missing_portfolio(&desk, &asked, id).await;
    }
    let (waba_id, token, time) = (&asked.waba_id, &asked.token, TIME.saturating_sub(begun.elapsed()));
    let syncing = Syncing { desk: &desk, tenancy: &tenancy, waba_id, token, time };
    let synced = syncing.run().await?;
    desk.tell("templates_synced", caller.user(), "channel.id", id);
    Ok(Json(synced.into()))
}
