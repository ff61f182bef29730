//! `/v1/messages/{id}/deferred-reply` (F18)

use axum::extract::State;
use domain::MessageId;
use helpdesk::{Accepting, Funds};
use rest::{Caller, Id, IfMatch, Json, Versioned};

use crate::Helpdesk;
use crate::refusal::Refusal;
use crate::shape::DeferredReply;
use crate::threads::messages::NewFollowUp;

/// Shows what follows the customer's answer to a template.
#[utoipa::path(
    get, path = "/v1/messages/{id}/deferred-reply", operation_id = "show_deferred_reply", tag = "messages",
    params(("id" = String, Path, description = "The template's message.")),
    responses((status = 200, description = "The deferred reply.", body = DeferredReply, headers(("ETag" = String)))),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
) -> Result<Versioned<DeferredReply>, Refusal> {
    let found = helpdesk::deferred_reply(&desk.of(&caller), id).await?;
    let reply = found.ok_or_else(Refusal::not_found)?;
    Ok(DeferredReply::versioned(reply, desk.now()))
}

/// Changes what follows the customer's answer, as long as it waits.
///
/// It says this instead of all that it said before.
#[utoipa::path(
    patch, path = "/v1/messages/{id}/deferred-reply", operation_id = "change_deferred_reply", tag = "messages",
    params(("id" = String, Path, description = "The template's message."), IfMatch),
    request_body = NewFollowUp,
    responses(
        (status = 200, description = "The changed reply.", body = DeferredReply, headers(("ETag" = String))),
        (status = 409, description = "`not_waiting`: it has gone out, was cancelled or is over, as `reply_status` says."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
        (status = 422, description = "What a message can be refused for."),
    )
)]
pub(crate) async fn update(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
    IfMatch(seen): IfMatch,
    Json(asked): Json<NewFollowUp>,
) -> Result<Versioned<DeferredReply>, Refusal> {
    let tenancy = desk.of(&caller);
    let Helpdesk { objects, outbound, .. } = &desk;
    let with = Accepting { tenancy: &tenancy, objects, outbound, now: desk.now(), funds: Funds::Allowance };
    let reply = helpdesk::rewrite_deferred(with, id, seen, &asked.into_follow_up()?).await?;
    Ok(DeferredReply::versioned(reply, desk.now()))
}

/// Cancels what was to follow the customer's answer.
///
/// The request may be repeated.
#[utoipa::path(
    delete, path = "/v1/messages/{id}/deferred-reply", operation_id = "cancel_deferred_reply", tag = "messages",
    params(("id" = String, Path, description = "The template's message."), IfMatch),
    responses(
        (status = 200, description = "The cancelled reply.", body = DeferredReply, headers(("ETag" = String))),
        (status = 409, description = "`not_waiting`: it has gone out or is over, as `reply_status` says."),
        (status = 412, description = "`version_mismatch`: it has changed since you saw it."),
    )
)]
pub(crate) async fn delete(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
    IfMatch(seen): IfMatch,
) -> Result<Versioned<DeferredReply>, Refusal> {
    let tenancy = desk.of(&caller);
    let reply = helpdesk::cancel_deferred(&tenancy, id, seen, caller.user(), desk.now()).await?;
    Ok(DeferredReply::versioned(reply, desk.now()))
}
