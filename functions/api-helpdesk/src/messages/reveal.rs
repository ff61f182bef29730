//! `/v1/messages/{id}/reveal` (F13)

use axum::extract::State;
use domain::audit::{Action, Reason};
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
    let why = why.unwrap_or(Json(Why::default())).0;
    let message = revealed(&desk, &caller, message_id, Action::MessageRevealed, &why).await?;
    let business = BusinessNumber::of_stored(&desk.of(&caller), message.channel_id).await;
    Ok(Json(Message::of(message, &business)))
}

/// The message with what it says, for a supervisor; the audit has it then.
pub(super) async fn revealed(
    desk: &Helpdesk,
    caller: &Caller,
    message_id: MessageId,
    action: Action,
    why: &Why,
) -> Result<domain::Message, Refusal> {
    caller.require_supervisor()?;
    let purpose = Purpose::content_of(caller.tenant(), message_id);
    let open = &|sealed: Sealed| -> Opening<'_> {
        let seal = &desk.seal;
        Box::pin(async move { seal.open(&sealed, purpose).await.map_err(Into::into) })
    };
    let (tenancy, objects, user_id, now) = (&desk.of(caller), &desk.objects, caller.user(), desk.now());
    let reason = why.reason.as_ref();
    let message = helpdesk::reveal(Reveal { tenancy, objects, open, message_id, action, user_id, reason, now }).await?;
    desk.tell(
        match action {
            Action::MessageRevealed => "message_revealed",
            Action::AttachmentRevealed => "attachment_revealed",
        },
        std::slice::from_ref(&message),
    );
    Ok(message)
}
