//! `/v1/threads/{id}/messages`

mod written;

use axum::extract::State;
use domain::ThreadId;
use helpdesk::{AcceptError, NewReply};
use http::StatusCode;
use queues::Trace;
use rest::{Caller, Id, IdempotencyKey, Json, List, Paging, Query, fingerprint};
use serde::Deserialize;
use storage::{MessageCursor, page};
use utoipa::ToSchema;

use self::written::Format;
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

/// Lists a thread's messages.
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
    let ticket = tenancy.ticket(id.ticket()).await?.ok_or_else(Refusal::not_found)?;
    let business = BusinessNumber::of(&tenancy, ticket.channel_id).await?;
    let found = tenancy.messages(id, wanted.order.into(), page.limit, page.after.as_ref()).await?;
    let shown = found.data.into_iter().map(|message| Message::of(message, &business));
    Ok(Json(List::new(shown, found.next)))
}

/// A reply to the customer.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewMessage {
    /// 1 to 4,096 characters as they go out, not only white space.
    #[schema(example = "Here we are.")]
    text: String,
    #[serde(default)]
    #[schema(inline)]
    format: Format,
    /// The message of the same conversation that it quotes.
    reply_to: Option<String>,
}

/// Sends a message to the customer.
///
/// It is accepted and goes out in its turn, after the conversation's earlier ones; what becomes of it is in its
/// `statuses`. Whoever writes in a ticket that nobody owns becomes its owner.
#[utoipa::path(
    post, path = "/v1/threads/{id}/messages", operation_id = "send_message", tag = "threads",
    params(("id" = String, Path, description = "The thread."), IdempotencyKey),
    request_body = NewMessage,
    responses(
        (status = 202, description = "What was accepted: all of it.", body = Accepted),
        (status = 409, description = "`session_closed`, since `expired_at`: send an approved template, or wait until the \
                                      customer writes."),
        (status = 422, description = "`text_empty`, `text_too_long` (with `characters` and `limit`), \
                                      `no_such_quoted_message`, `idempotency_key_reused` or `body_invalid`."),
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
    let reply = asked.into_reply(id, &caller, key.as_ref())?;
    let messages = helpdesk::accept(&tenancy, &desk.outbound, reply, desk.now()).await?;
    desk.tell("message_accepted", &messages);
    let accepted = Accepted::of(&tenancy, messages).await;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

impl NewMessage {
    fn into_reply(
        self,
        thread_id: ThreadId,
        caller: &Caller,
        key: Option<&IdempotencyKey>,
    ) -> Result<NewReply, AcceptError> {
        let idempotency = key.map(|key| helpdesk::IdempotencyKey {
            hash: key.hash(caller.user()),
            fingerprint: fingerprint([
                &thread_id.to_string(),
                self.format.as_str(),
                &self.text,
                self.reply_to.as_deref().unwrap_or(""),
            ]),
        });
        let quoted = self.reply_to.map(|id| id.parse()).transpose();
        let reply_to = quoted.map_err(|_| AcceptError::NoSuchQuotedMessage)?;
        let (text, trace_id) = (self.format.outgoing(self.text), Trace::current_id());
        Ok(NewReply { thread_id, author: caller.user().clone(), text, reply_to, idempotency, trace_id })
    }
}

impl From<Order> for page::Order {
    fn from(order: Order) -> Self {
        match order {
            Order::Asc => Self::OldestFirst,
            Order::Desc => Self::NewestFirst,
        }
    }
}
