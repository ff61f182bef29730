//! `/v1/messages/{id}/resend`

use std::slice::from_ref;

use axum::extract::State;
use domain::MessageId;
use rest::{Caller, Id, IdempotencyKey, Json, fingerprint};

use crate::Helpdesk;
use crate::business_number::BusinessNumber;
use crate::refusal::Refusal;
use crate::shape::Message;

/// Sends an unconfirmed message again.
///
/// WhatsApp's answer to it was lost, so the customer may get it twice. Give an `Idempotency-Key` if you may repeat the
/// request: WhatsApp's answer to what is sent again may be lost, too, and without a key a repetition sends it once more.
#[utoipa::path(
    post, path = "/v1/messages/{id}/resend", operation_id = "resend_message", tag = "messages",
    params(("id" = String, Path, description = "The message."), IdempotencyKey),
    responses(
        (status = 200, description = "The message, queued again; of a repetition with its key, as it is.", body = Message),
        (status = 409, description = "`not_unconfirmed`: what became of it is known."),
        (status = 422, description = "`idempotency_key_reused`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<MessageId>,
    key: Option<IdempotencyKey>,
) -> Result<Json<Message>, Refusal> {
    let tenancy = desk.of(&caller);
    let asked = fingerprint(["resend", &id.to_string()]);
    let key = key.map(|key| helpdesk::IdempotencyKey::of_client(key.hash(caller.user()), asked));
    let message = helpdesk::resend(&tenancy, &desk.outbound, id, key.as_ref(), desk.now()).await?;
    desk.tell("message_resent", from_ref(&message));
    let business = BusinessNumber::of_stored(&tenancy, message.channel_id).await;
    Ok(Json(Message::of(message, &business)))
}
