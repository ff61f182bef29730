//! `/v1/conversations` (F28)

use axum::extract::State;
use domain::{ChannelId, ContactId};
use helpdesk::{Accepting, Destination, Funds, Whom};
use http::StatusCode;
use rest::{Caller, IdempotencyKey, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::contacts::given::{GivenNumber, country};
use crate::refusal::{self, Refusal};
use crate::shape::{Accepted, Conversation};
use crate::threads::messages::NewMessage;

/// A conversation that is to be taken up or begun, and what is sent first.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewConversation {
    /// The number to send from.
    #[schema(value_type = String, example = "chn_019ab3d2c7f07d5e8a1b2c3d4e5f6071")]
    channel_id: ChannelId,
    /// With whom; or else `to`.
    #[schema(value_type = Option<String>, required = false)]
    contact_id: Option<ContactId>,
    /// A number in international form, or as in `country`. It is the contact's that it counts for, or a new contact's.
    #[schema(required = false, example = "+1 202 555 0142")]
    to: Option<String>,
    /// The country (ISO 3166-1) in which `to` is written as people do there.
    #[schema(required = false, example = "US")]
    country: Option<String>,
    #[serde(flatten)]
    message: NewMessage,
}

/// Takes up a conversation, or begins one.
///
/// If there is a thread with this contact on this number, open or closed, it goes on there (`existing_thread`), and its
/// ticket is open again. Without a session it takes a `template`; in one, whatever a message takes. Who has several numbers
/// gets it at `to`, or where they wrote from as long as that session is open.
#[utoipa::path(
    post, path = "/v1/conversations", operation_id = "start_conversation", tag = "conversations",
    params(IdempotencyKey),
    request_body = NewConversation,
    responses(
        (status = 202, description = "What was accepted, and where.", body = Conversation),
        (status = 404, description = "There is no channel `channel_id`, or no contact `contact_id`."),
        (status = 409, description = "`contact_blocked`; `contact_opted_out` (of marketing). `session_closed`: give a `template`. \
                                      `channel_disconnected`; `contact_without_number`; `allowance_exhausted`, until `resets_at`; \
                                      `messaging_limit_reached`, until `frees_at`. \
                                      Of templates: as for a message."),
        (status = 422, description = "`recipient_invalid`, `phone_invalid` or `country_invalid` (with the `member`), and all \
                                      that a message can be refused for."),
        (status = 503, description = "`busy`: repeat it after the seconds in `Retry-After`, with the same \
                                      `Idempotency-Key`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Json(asked): Json<NewConversation>,
) -> Result<(StatusCode, Json<Conversation>), Refusal> {
    let tenancy = desk.of(&caller);
    let (destination, named) = asked.destination()?;
    let reply = asked.message.into_reply(destination, &named, &caller, key.as_ref())?;
    let Helpdesk { objects, outbound, .. } = &desk;
    let with = Accepting { tenancy: &tenancy, objects, outbound, now: desk.now(), funds: Funds::Allowance };
    let messages = Box::pin(helpdesk::accept(with, reply)).await?;
    desk.tell("message_accepted", &messages);
    let first = messages.first().cloned().ok_or_else(Refusal::not_found)?;
    let accepted = Accepted::of(&tenancy, messages).await;
    Ok((StatusCode::ACCEPTED, Json(Conversation::of(&first, accepted))))
}

impl NewConversation {
    /// Where it goes, and the same in one text.
    fn destination(&self) -> Result<(Destination, String), Refusal> {
        let country = country(self.country.as_deref())?;
        let (with, whom) = match (self.contact_id, &self.to) {
            (Some(contact_id), None) => (Whom::Contact(contact_id), contact_id.to_string()),
            (None, Some(to)) => {
                let number = GivenNumber::in_body("to", to).read(country)?;
                let whom = number.display();
                (Whom::Number(number), whom)
            }
            _ => return Err(refusal::recipient_invalid().into()),
        };
        let channel_id = self.channel_id;
        Ok((Destination::Conversation { channel_id, with }, format!("{channel_id} {whom}")))
    }
}
