//! `/v1/threads/{id}/messages`

mod new;
mod template;
mod written;

use axum::extract::State;
use domain::ThreadId;
use helpdesk::{Accepting, Destination, Funds};
use http::StatusCode;
use rest::{Caller, Id, IdempotencyKey, Json, List, Paging, Query};
use serde::Deserialize;
use storage::{MessageCursor, page};
use utoipa::ToSchema;

pub(crate) use self::new::{NewFollowUp, NewMessage};
pub(crate) use self::template::{Template, Variables};
use crate::Helpdesk;
use crate::business_number::BusinessNumber;
use crate::refusal::Refusal;
use crate::shape::{Accepted, Message};

/// In which order messages are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `asc` (the default): the oldest first. `desc`: the latest first.
    #[serde(default)]
    #[param(inline)]
    order: Order,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    #[default]
    Asc,
    Desc,
}

/// Lists a thread's messages, with those of the threads that it goes on for since their contacts were merged.
#[utoipa::path(
    get, path = "/v1/threads/{id}/messages", operation_id = "list_thread_messages", tag = "threads",
    params(("id" = String, Path, description = "The thread."), Wanted, Paging<MessageCursor>),
    responses(
        (status = 200, description = "A page of messages.", body = List<Message>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ThreadId>,
    Query(wanted): Query<Wanted>,
    page: Paging<MessageCursor>,
) -> Result<Json<List<Message>>, Refusal> {
    let tenancy = desk.of(&caller);
    let ticket = helpdesk::living_ticket(&tenancy, id.ticket()).await?.ok_or_else(Refusal::not_found)?;
    let business = BusinessNumber::of(&tenancy, ticket.channel_id).await?;
    let found = tenancy.messages_of(&ticket, wanted.order.into(), page.limit, page.after.as_ref()).await?;
    let shown = found.data.into_iter().map(|message| Message::of(message, &business));
    Ok(Json(List::new(shown, found.next)))
}

/// Sends a message to the customer, or several at once.
///
/// All of them are accepted, or none. They go out in their turn, after the conversation's earlier ones; what becomes of each
/// is in its `statuses`. Files are looked at first: one that WhatsApp does not take is refused with the rule and what would
/// work. Whoever writes in a ticket that nobody owns becomes its owner.
///
/// Without a session only a `template` goes. It reopens a closed ticket, so that the customer's answer comes into this thread.
/// What is given as `then` follows that answer by itself.
#[utoipa::path(
    post, path = "/v1/threads/{id}/messages", operation_id = "send_message", tag = "threads",
    params(("id" = String, Path, description = "The thread."), IdempotencyKey),
    request_body = NewMessage,
    responses(
        (status = 202, description = "What was accepted: all of it.", body = Accepted),
        (status = 409, description = "`contact_blocked` or `contact_opted_out` (of marketing), `since`. `session_closed`, \
                                      since `expired_at`: send an approved template, or wait until the customer writes. \
                                      `allowance_exhausted`, until `resets_at`; \
                                      `messaging_limit_reached`, until `frees_at`. \
                                      Of templates: `template_not_sendable` (with `template_status`, its \
                                      `reason` and `alternatives`), `template_recategorised` (`category`, \
                                      `previous_category`, `alternatives`), `template_needs_number`, \
                                      `channel_disconnected`. Of `then`: `session_open`, `too_many_deferred_replies` (`limit`)."),
        (status = 422, description = "`message_empty`, `text_empty`, `text_too_long` (with `characters` and `limit`), \
                                      `no_such_quoted_message`, `idempotency_key_reused` or `body_invalid`. Of attachments: \
                                      `attachment_invalid`, `too_many_attachments`, `caption_too_long`, \
                                      `caption_not_allowed`, `no_such_upload`, `upload_missing`, `upload_expired`, \
                                      `no_such_library_item`, `media_not_allowed` (with `file`, `rule`, `found`, `allowed` \
                                      and `advice`). `location_invalid`, `contacts_invalid`. Of reactions: \
                                      `reaction_not_alone`, `emoji_invalid`, `no_such_reaction_target`, `not_reactable`. Of \
                                      templates: `template_not_alone`, `no_such_template` (`alternatives`), \
                                      `variables_missing` (each in `missing`), `variables_invalid` (`invalid`), \
                                      `header_invalid`, `header_not_allowed` (`wanted`, `given`), \
                                      `template_not_supported` (`parts`), `then_without_template`."),
        (status = 503, description = "`busy`: repeat it after the seconds in `Retry-After`, with the same \
                                      `Idempotency-Key`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<ThreadId>,
    key: Option<IdempotencyKey>,
    Json(asked): Json<NewMessage>,
) -> Result<(StatusCode, Json<Accepted>), Refusal> {
    let tenancy = desk.of(&caller);
    let reply = asked.into_reply(Destination::Thread(id), &id.to_string(), &caller, key.as_ref())?;
    let Helpdesk { objects, outbound, .. } = &desk;
    let with = Accepting { tenancy: &tenancy, objects, outbound, now: desk.now(), funds: Funds::Allowance };
    let messages = Box::pin(helpdesk::accept(with, reply)).await?;
    desk.tell("message_accepted", &messages);
    let accepted = Accepted::of(&tenancy, messages).await;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

impl From<Order> for page::Order {
    fn from(order: Order) -> Self {
        match order {
            Order::Asc => Self::OldestFirst,
            Order::Desc => Self::NewestFirst,
        }
    }
}
