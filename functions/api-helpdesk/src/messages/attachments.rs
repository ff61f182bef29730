//! `/v1/messages/{id}/attachments/{attachment_id}`

pub(crate) mod reveal;
mod serving;

use std::time::Duration;

use axum::extract::State;
use domain::attachment::State as FileState;
use domain::{AttachmentId, Content, Message, MessageId};
use jiff::Timestamp;
use rest::{Caller, Ids, Json};
use serde::Serialize;
use storage::objects::Served;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::{Refusal, attachment_pending, attachment_unavailable, content_hidden};
use serving::disposition;

/// A link is for the browser that asked for it, at once; one that was copied is soon worth nothing.
const LINK_LIFE: Duration = Duration::from_secs(5 * 60);

/// A link to a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttachmentLink)]
pub(crate) struct Link {
    /// Answers a GET with the file, under its name and type, for whoever has the link. It needs no token.
    url: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Gives a link to a message's file.
///
/// The link is good for five minutes. Pictures, sounds and films may be shown in the page; everything else is answered as a
/// download, since it could run in a browser.
#[utoipa::path(
    get, path = "/v1/messages/{id}/attachments/{attachment_id}", operation_id = "link_attachment", tag = "messages",
    params(
        ("id" = String, Path, description = "The message."),
        ("attachment_id" = String, Path, description = "One of its `attachments`."),
    ),
    responses(
        (status = 200, description = "The link.", body = Link),
        (status = 403, description = "`content_hidden`: the message is hidden, and so is its file."),
        (status = 409, description = "`attachment_pending`: WhatsApp has not given it yet; ask again in a moment."),
        (status = 410, description = "`attachment_unavailable`, with the `reason`: it will never be there."),
    )
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Ids(id, attachment_id): Ids<MessageId, AttachmentId>,
) -> Result<Json<Link>, Refusal> {
    let found = desk.of(&caller).message(id).await?.filter(|message| message.id == id);
    let message = found.ok_or_else(Refusal::not_found)?;
    if AttachmentId::of(message.id) != attachment_id || message.content.attachment().is_none() {
        return Err(Refusal::not_found());
    }
    if let Content::Hidden(_) = message.content {
        return Err(content_hidden());
    }
    desk.link_to_file_of(&message).await.map(Json)
}

impl Helpdesk {
    async fn link_to_file_of(&self, message: &Message) -> Result<Link, Refusal> {
        let attachment = message.content.attachment().ok_or_else(Refusal::not_found)?;
        let key = match &attachment.state {
            FileState::Stored { key } => key,
            FileState::Pending { .. } => return Err(attachment_pending()),
            FileState::Unavailable { reason } => return Err(attachment_unavailable(reason)),
        };
        let disposition = disposition(&attachment.mime_type, &name_of(message));
        let served = Served { mime_type: &attachment.mime_type, disposition: &disposition };
        let expires_at = self.wall.now() + LINK_LIFE;
        let url = self.objects.link(key, served, LINK_LIFE).await?;
        Ok(Link { url, expires_at })
    }
}

/// As its sender called it, or after what it is.
fn name_of(message: &Message) -> String {
    let attachment = message.content.attachment();
    let given = attachment.and_then(|attachment| attachment.filename.as_deref());
    let mime_type = attachment.map_or("", |attachment| attachment.mime_type.as_str());
    given.map_or_else(|| serving::name_made_of(message.content.kind(), mime_type), str::to_owned)
}
