//! `/v1/messages/{id}/reveal` (F13)

use axum::extract::State;
use domain::audit::Reason;
use domain::{MessageId, Sealed};
use helpdesk::{Opening, Reveal};
use rest::{Caller, Id, Json};
use runtime::Purpose;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::business_number::BusinessNumber;
use crate::refusal::Refusal;
use crate::shape::Message;

/// Why a hidden message is read.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct Why {
    /// 1 to 500 characters for the audit.
    #[schema(value_type = Option<String>, example = "The customer asks to delete it.")]
    reason: Option<Reason>,
}

/// Shows what a hidden message says. Needs the role `supervisor` or `admin`.
///
/// The message stays hidden. Each call is a line of the audit, which is kept before the message is shown.
#[utoipa::path(
    post, path = "/v1/messages/{id}/reveal", operation_id = "reveal_message", tag = "messages",
    params(("id" = String, Path, description = "The message.")),
    request_body = Option<Why>,
    responses(
        (status = 200, description = "The message with what it says.", body = Message),
        (status = 403, description = "`role_required`: only supervisors and admins may do this."),
        (status = 409, description = "`not_hidden`: everybody may read it."),
        (status = 422, description = "`body_invalid`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(message_id): Id<MessageId>,
    why: Option<Json<Why>>,
) -> Result<Json<Message>, Refusal> {
    caller.require_supervisor()?;
    let (tenancy, Json(why)) = (&desk.of(&caller), why.unwrap_or(Json(Why::default())));
    let purpose = Purpose::content_of(caller.tenant(), message_id);
    let open = &|sealed: Sealed| -> Opening<'_> {
        let seal = &desk.seal;
        Box::pin(async move { seal.open(&sealed, purpose).await.map_err(Into::into) })
    };
    let (objects, user_id, reason, now) = (&desk.objects, caller.user(), why.reason.as_ref(), desk.now());
    let reveal = Reveal { tenancy, objects, open, message_id, user_id, reason, now };
    let message = helpdesk::reveal(reveal).await?;
    desk.tell("message_revealed", std::slice::from_ref(&message));
    let business = BusinessNumber::of_stored(tenancy, message.channel_id).await;
    Ok(Json(Message::of(message, &business)))
}
