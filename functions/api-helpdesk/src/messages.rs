//! `/v1/messages`

pub(crate) mod attachments;
pub(crate) mod deferred_reply;
pub(crate) mod discard;
pub(crate) mod resend;
pub(crate) mod reveal;

use axum::extract::State;
use domain::MessageId;
use rest::{Caller, Id, Json};

use crate::Helpdesk;
use crate::business_number::BusinessNumber;
use crate::refusal::Refusal;
use crate::shape::Message;

/// Shows a message.
#[utoipa::path(
    get, path = "/v1/messages/{id}", operation_id = "show_message", tag = "messages",
    params(("id" = String, Path, description = "The message.")),
    responses((status = 200, description = "The message.", body = Message)),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
) -> Result<Json<Message>, Refusal> {
    let tenancy = desk.of(&caller);
    // What Meta's id leads to is found, too, but has an id of its own.
    let found = tenancy.message(id).await?.filter(|message| message.id == id);
    let message = found.ok_or_else(Refusal::not_found)?;
    let business = BusinessNumber::of(&tenancy, message.channel_id).await?;
    Ok(Json(Message::of(message, &business)))
}
