//! `/v1/messages/{id}/resend`

use std::slice::from_ref;

use axum::extract::State;
use domain::MessageId;
use rest::{Caller, Id, Json};

use crate::Helpdesk;
use crate::business_number::BusinessNumber;
use crate::refusal::Refusal;
use crate::shape::Message;

/// Sends an unconfirmed message again.
///
/// WhatsApp's answer to it was lost, so the customer may get it twice.
#[utoipa::path(
    post, path = "/v1/messages/{id}/resend", operation_id = "resend_message", tag = "messages",
    params(("id" = String, Path, description = "The message.")),
    responses(
        (status = 200, description = "The message, queued again.", body = Message),
        (status = 409, description = "`not_unconfirmed`: what became of it is known."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
) -> Result<Json<Message>, Refusal> {
    let tenancy = desk.of(&caller);
    let message = helpdesk::resend(&tenancy, &desk.outbound, id, desk.now()).await?;
    desk.tell("message_resent", from_ref(&message));
    let business = BusinessNumber::of_stored(&tenancy, message.channel_id).await;
    Ok(Json(Message::of(message, &business)))
}
