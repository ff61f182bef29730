//! The AWS JSON 1.0 face. The target header names the action; every action has its function in the module of its noun.

mod batch;
mod call;
mod delete;
mod move_task;
mod problem;
mod queue;
mod receive;
mod send;
mod visibility;
mod wire;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use crate::Queues;
use call::{Call, Reply};
use problem::Problem;

/// Answers AWS JSON 1.0 on every path. Queue URLs in its answers begin with the `Host` that the caller used.
pub fn router(queues: Queues) -> Router {
    // The limit is the queue's; JSON may write a body of 1 MiB in six.
    Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(queues)
}

async fn answer(State(queues): State<Queues>, headers: HeaderMap, body: Bytes) -> Response {
    let request_id = [("x-amzn-requestid", Uuid::new_v4().to_string())];
    let call = Call::new(&queues, &headers, &body);
    match dispatch(&call).await {
        Ok(json) => {
            let content_type = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
            (StatusCode::OK, request_id, content_type, json).into_response()
        }
        Err(problem) => (request_id, problem).into_response(),
    }
}

async fn dispatch(call: &Call<'_>) -> Result<Reply, Problem> {
    match call.action() {
        "ChangeMessageVisibility" => visibility::change(call).await,
        "ChangeMessageVisibilityBatch" => visibility::change_batch(call).await,
        "CreateQueue" => queue::create(call).await,
        "DeleteMessage" => delete::delete(call).await,
        "DeleteMessageBatch" => delete::delete_batch(call).await,
        "DeleteQueue" => queue::delete(call).await,
        "GetQueueAttributes" => queue::attributes(call).await,
        "GetQueueUrl" => queue::url(call).await,
        "ListMessageMoveTasks" => move_task::list(call).await,
        "ListQueues" => queue::list(call).await,
        "PurgeQueue" => queue::purge(call).await,
        "ReceiveMessage" => receive::receive(call).await,
        "SendMessage" => send::send(call).await,
        "SendMessageBatch" => send::send_batch(call).await,
        "SetQueueAttributes" => queue::set_attributes(call).await,
        "StartMessageMoveTask" => move_task::start(call).await,
        other => Err(Problem::unknown_action(other)),
    }
}
