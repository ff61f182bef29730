//! `/v1/messages/{id}/discard`

use std::slice::from_ref;

use axum::extract::State;
use domain::MessageId;
use rest::{Caller, Id, Json};

use crate::Helpdesk;
use crate::business_number::BusinessNumber;
use crate::refusal::Refusal;
use crate::shape::Message;

/// Gives an unconfirmed message up.
///
/// If WhatsApp did get it, its statuses are still shown when they come. Until then a repetition is answered like the first request.
#[utoipa::path(
    post, path = "/v1/messages/{id}/discard", operation_id = "discard_message", tag = "messages",
    params(("id" = String, Path, description = "The message.")),
    responses(
        (status = 200, description = "The discarded message.", body = Message),
        (status = 409, description = "`not_unconfirmed`: what became of it is known."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
) -> Result<Json<Message>, Refusal> {
    let tenancy = desk.of(&caller);
    let message = helpdesk::discard(&tenancy, &desk.outbound, id, desk.now()).await?;
    desk.tell("message_discarded", from_ref(&message));
    let business = BusinessNumber::of_stored(&tenancy, message.channel_id).await;
    Ok(Json(Message::of(message, &business)))
}
